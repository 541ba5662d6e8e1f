"""What becomes of changes of settings that wait, and why something is not done with them, in words. No rule."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fleet.acting import planning
from fleet.acting.settings import PublishError
from fleet.acting.settings import Refusal as Unfit
from fleet.devices.models import PlannedSettings
from fleet.web.screen_preview import Why
from fleet.web.settings_problems import rule
from fleet.web.settings_words import full_label

State = PlannedSettings.State

SHAPES = {
    State.ASKED: "attention", State.PLANNED: "stale", State.DONE: "ok", State.REFUSED: "failing",
    State.WITHDRAWN: "offline", State.EXPIRED: "offline", State.FAILED: "failing",
}  # fmt: skip


def state(name: str) -> str:
    """Where a change stands."""
    return {
        State.ASKED: _("รอคนที่สอง"),
        State.PLANNED: _("รอเวลา"),
        State.DONE: _("มีผลแล้ว"),
        State.REFUSED: _("ไม่เห็นด้วย"),
        State.WITHDRAWN: _("ยกเลิกแล้ว"),
        State.EXPIRED: _("ไม่มีใครตอบในเวลา"),
        State.FAILED: _("ทำไม่ได้"),
    }[State(name)]


def publish_refusal(err: PublishError) -> tuple[str, ...]:
    """Why a document was not put into force."""
    if err.refusal is Unfit.DOES_NOT_FIT:
        said = (rule(each) or each for each in err.problems)
        return tuple(_("ตู้ใช้ค่าชุดนี้ไม่ได้ จึงยังไม่ปล่อย: %(problem)s") % {"problem": each} for each in said)
    return (_unfit(err.refusal.value),)


def _unfit(word: str) -> str:
    return {
        Unfit.MEANWHILE: _("มีคนปล่อยฉบับใหม่ไปแล้วระหว่างที่แก้ ตรวจค่าด้านล่างแล้วปล่อยอีกครั้ง"),
        Unfit.NO_REASON: _("บอกเหตุผลสั้น ๆ ก่อนปล่อย คนถัดไปจะได้รู้"),
        Unfit.UNCHANGED: _("ยังไม่มีค่าไหนเปลี่ยน จึงไม่มีอะไรให้ปล่อย"),
        Unfit.NOT_YOURS: _("เงินเข้าบัญชีใด เจ้าหน้าที่การเงินเป็นผู้กำหนด"),
        Unfit.NOT_AN_ADMINS: _("ค่าอื่นนอกจากผู้รับเงิน ผู้ดูแลเป็นผู้กำหนด"),
        Unfit.NO_KIOSK: _("ยังไม่มีตู้ให้ปล่อยเป็นระลอก"),
        Unfit.BEING_ROLLED_OUT: _("ชั้นนี้มีการปล่อยเป็นระลอกอยู่ รอให้จบหรือถอยกลับก่อน"),
        Unfit.NO_SUCH_TIME: _("เวลาที่มีผลต้องอยู่ข้างหน้า ไม่เกินหนึ่งปี"),
        Unfit.DOES_NOT_FIT: _("ตู้ใช้ค่าชุดนี้ไม่ได้"),
    }[Unfit(word)]


def problem(plan: PlannedSettings) -> str:
    """Why a change that waited was not put into force; empty where it was."""
    word, *rest = plan.problem.split("\n")
    if not word:
        return ""
    if word == "conflict":
        names = ", ".join(full_label(tuple(each.split("."))) for each in rest)
        return _("ระหว่างรอ มีคนเปลี่ยนค่าเดียวกันไปแล้ว จึงไม่ทับให้: %(names)s") % {"names": names}
    if word == Unfit.DOES_NOT_FIT.value:
        return " ".join(publish_refusal(PublishError(Unfit.DOES_NOT_FIT, tuple(rest))))
    own = {
        "not-yours": _("ถึงเวลาแล้วคนที่ขอไม่มีหน้าที่แก้ชั้นนี้แล้ว"),
        "no-layer": _("ชั้นนี้ไม่มีแล้ว"),
        "unchanged": _("ค่าเป็นอย่างที่ขออยู่แล้ว"),
    }
    return own.get(word) or _unfit(word)


def decide_refusal(refusal: planning.Refusal) -> str:
    """Why nothing was decided."""
    return {
        planning.Refusal.NOT_WAITING: _("เรื่องนี้ไม่ได้รออยู่แล้ว มีคนตัดสินหรือหมดเวลาไปก่อน"),
        planning.Refusal.OWN: _("คนที่ขอเห็นชอบเองไม่ได้ ต้องเป็นอีกคน"),
        planning.Refusal.FRESH: _(
            "ภายใน 24 ชั่วโมงนี้ บัญชีของคุณหรือของคนที่ขอได้ลิงก์หรือถูกล้างการยืนยันขั้นที่สองโดยอีกฝ่าย หรือทั้งสองบัญชีโดยคนเดียวกัน ให้คนอื่นเห็นชอบ"
        ),
        planning.Refusal.NOT_YOURS: _("บัญชีนี้ไม่มีหน้าที่ตัดสินเรื่องนี้"),
        planning.Refusal.NO_REASON: _("บอกเหตุผลอย่างน้อย 5 ตัวอักษร"),
    }[refusal]


def no_pictures(why: Why) -> str:
    """Why a draft was not drawn."""
    return {
        Why.BUSY: _("มีคนกำลังดูภาพอื่นอยู่ กดอีกครั้ง"),
        Why.UNFIT: _("ตู้ใช้ค่าชุดนี้ไม่ได้ จึงไม่มีภาพให้ดู"),
        Why.SLOW: _("วาดภาพไม่เสร็จในเวลา กดอีกครั้ง"),
        Why.NO_PROGRAM: _("เครื่องแม่ข่ายนี้ไม่มีโปรแกรมของตู้ จึงวาดภาพไม่ได้"),
    }[why]


def screen(name: str) -> str:
    """What a screen of the kiosk is called; a fee's payment goes by the fee's code."""
    known = {
        "welcome": _("หน้าแรก"),
        "services": _("เลือกบริการ"),
        "services-2": _("เลือกบริการ หน้า 2"),
        "pay-fee": _("เสียบบัตรหรือสแกน"),
        "payment": _("QR ชำระเงิน"),
        "purposes": _("ใบแทนสำเนาบัตรใช้เพื่ออะไร"),
        "help": _("เมื่อทำต่อไม่ได้"),
        "warning": _("เตือนก่อนหมดเวลา"),
        "closed": _("ปิดให้บริการ"),
    }
    if name.startswith("fees-"):
        return _("ค่าธรรมเนียมอื่น หน้า %(page)s") % {"page": name.removeprefix("fees-")}
    if name.startswith("fee-"):
        return _("QR ของ %(code)s") % {"code": name.removeprefix("fee-")}
    return known.get(name, name)
