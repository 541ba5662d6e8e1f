"""What the settings are called on the page, and in which sections they stand. No rule, words only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fleet.web import settings_table_words
from fleet.web.kept_words import kept
from fleet.web.settings_form import Field


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs together under one label: one value, or its two languages.

    ``heading``: of the ``entry`` of a table that begins with it; empty for the others.
    """

    label: str
    hint: str
    fields: tuple[Field, ...]
    heading: str = ""
    entry: str = ""

    @property
    def may_forget(self) -> bool:
        """Whether this layer says something of the entry it begins, that it could take back."""
        may_be = bool(self.heading) and self.entry.startswith(("fees.", "payees."))
        return may_be and any(each.is_own for each in self.fields)

    @property
    def is_pair(self) -> bool:
        """Whether it is one text in two languages."""
        return len(self.fields) == 2 and self.fields[0].leaf.path[-1] == "th"


@dataclass(frozen=True, slots=True)
class Section:
    """A card of the form."""

    anchor: str
    title: str
    groups: tuple[Group, ...]
    own_count: int
    is_locked: bool


SECTIONS: dict[str, tuple[str, ...]] = {
    "screen": ("greeting", "invitation", "services", "help_point"),
    "menu": ("menu",),
    "fees": ("fees",),
    "writing": ("presence", "customer_key"),
    "slip": ("office_name", "contact", "tracking_address"),
    "patience": ("patience",),
    "money": ("payee", "payees", "sample"),
    "door": ("ssh_until",),
}


def sections(fields: Sequence[Field]) -> list[Section]:
    """The form's fields as cards; what no section knows stands in a card of its own at the end."""
    known = {top for tops in SECTIONS.values() for top in tops}
    others = tuple(dict.fromkeys(each.leaf.path[0] for each in fields if each.leaf.path[0] not in known))
    cards = [_section(anchor, tops, fields) for anchor, tops in {**SECTIONS, "other": others}.items()]
    return [card for card in cards if card.groups]


def _section(anchor: str, tops: tuple[str, ...], fields: Sequence[Field]) -> Section:
    mine = [each for top in tops for each in fields if each.leaf.path[0] == top]
    grouped: dict[str, list[Field]] = {}
    for each in mine:
        is_language = each.leaf.path[-1] in ("th", "en")
        grouped.setdefault(".".join(each.leaf.path[:-1]) if is_language else each.leaf.name, []).append(each)
    return Section(
        anchor=anchor,
        title=_title(anchor),
        groups=tuple(_grouped(grouped)),
        own_count=sum(each.is_own for each in mine),
        is_locked=all(each.leaf.is_locked for each in mine),
    )


def _grouped(grouped: Mapping[str, list[Field]]) -> Iterator[Group]:
    before = ""
    for name, members in grouped.items():
        entry = members[0].leaf.entry
        heading = settings_table_words.heading(entry) if entry and entry != before else ""
        before = entry
        yield Group(label(name), _hint(name), tuple(members), heading, entry)


def _title(anchor: str) -> str:
    return {
        "screen": _("หน้าจอและบริการ"),
        "menu": _("คำบนเมนู"),
        "fees": _("ค่าธรรมเนียมของหน่วยงานอื่น"),
        "slip": _("ชื่อและข้อความบนใบ"),
        "writing": _("ใบแทนสำเนาบัตรและลงทะเบียน"),
        "patience": _("เวลารอ"),
        "money": _("ผู้รับเงิน"),
        "door": _("ช่างเข้าเครื่องทางไกล"),
    }.get(anchor, _("อื่น ๆ"))


@kept
def label(name: str) -> str:
    """The name of a setting."""
    return {
        "greeting": _("คำทักทายหน้าแรก"),
        "invitation": _("คำเชิญใต้คำทักทาย"),
        "services": _("บริการที่เปิดบนตู้"),
        "help_point": _("จุดขอความช่วยเหลือ"),
        "office_name": _("ชื่อสำนักงาน"),
        "contact": _("ถามได้ที่ (ท้ายใบ)"),
        "tracking_address": _("ที่อยู่เว็บใน QR ติดตาม"),
        "patience.step_s": _("รอคนแตะในแต่ละหน้า (วินาที)"),
        "patience.payment_s": _("รอการชำระเงิน (วินาที)"),
        "patience.warning_s": _("เตือนก่อนจบ (วินาที)"),
        "patience.taking_s": _("รอให้ดึงบัตรและหยิบใบ (วินาที)"),
        "payee.name": _("ชื่อผู้รับเงิน"),
        "payee.biller_id": _("รหัสผู้รับชำระ (Biller ID)"),
        "sample": _("ข้อมูลตัวอย่าง"),
        "presence.purpose_1": _("ใบแทนสำเนาบัตรใช้เพื่อ (ข้อ 1)"),
        "presence.purpose_2": _("ใบแทนสำเนาบัตรใช้เพื่อ (ข้อ 2)"),
        "presence.purpose_3": _("ใบแทนสำเนาบัตรใช้เพื่อ (ข้อ 3)"),
        "presence.valid_days": _("ใบแทนสำเนาบัตรใช้ได้กี่วัน"),
        "presence.check_card": _("ตรวจบัตรกับกรมการปกครอง"),
        "customer_key": _("กุญแจปิดผนึกคำขอลงทะเบียน"),
        "ssh_until": _("เปิด ssh ถึง (เวลาไทย)"),
    }.get(name) or settings_table_words.label(name)


def full_label(path: tuple[str, ...]) -> str:
    """The name of one value, its language included."""
    languages = {"th": _("ไทย"), "en": _("อังกฤษ")}
    if path[-1] not in languages:
        return label(".".join(path))
    return f"{label('.'.join(path[:-1]))} ({languages[path[-1]]})"


@kept
def _hint(name: str) -> str:
    return {
        "greeting": _("ตัวใหญ่ที่สุดบนหน้าแรก สั้นจึงอ่านได้จากไกล"),
        "contact": _("พิมพ์ต่อจากคำว่า สอบถาม บนใบ"),
        "patience.warning_s": _("ไม่ต่ำกว่า 20 วินาที ให้คนอ่านทัน"),
        "sample": _("ตู้เขียนคำว่า ตัวอย่าง บนจอและบนใบทุกใบ จนกว่าจะมีผู้รับเงินจริง"),
        "services": _("เลขคือลำดับบนเมนู"),
        "ssh_until": _("ล่วงหน้าไม่เกิน 12 ชั่วโมง ว่างไว้คือปิด เข้าได้เฉพาะกุญแจที่ศูนย์ลงนาม"),
    }.get(name) or settings_table_words.hint(name)


def meaning(name: str) -> str:
    """What a setting does, for the reference; empty for one that has no words yet."""
    return {
        "greeting": _("ข้อความใหญ่ที่สุดบนหน้าแรกของตู้"),
        "invitation": _("บรรทัดใต้คำทักทาย บอกว่าตู้ทำอะไรได้"),
        "services": _("บริการที่ผู้ใช้เลือกได้ ปิดหมดแล้วตู้ขึ้นว่าปิดให้บริการ"),
        "help_point": _("ที่ที่ตู้ชี้ให้ไปเมื่อทำเองต่อไม่ได้"),
        "office_name": _("ชื่อบนหัวจอและหัวใบ ต้องมีเสมอ"),
        "contact": _("พิมพ์ต่อจากคำว่า สอบถาม ที่ท้ายใบ"),
        "tracking_address": _("ต้นที่อยู่ของ QR บนใบ ที่ผู้ใช้สแกนดูเรื่องจากบ้าน"),
        "patience.step_s": _("ไม่มีคนแตะนานเท่านี้ ตู้จึงเตือนว่าจะจบ"),
        "patience.payment_s": _("รอให้สแกนจ่ายที่หน้า QR นานเท่านี้ ก่อนเตือน"),
        "patience.warning_s": _("เวลาที่ยังแตะเพื่ออยู่ต่อได้ หลังตู้เตือน"),
        "patience.taking_s": _("รอให้ดึงบัตรและหยิบใบนานเท่านี้ ก่อนกลับหน้าแรก"),
        "payee.name": _("ชื่อที่ผู้จ่ายเห็นก่อนสแกน ต้องมีเสมอ"),
        "payee.biller_id": _("บัญชีที่เงินเข้า เลขภาษี 13 หลักกับรหัสท้าย 2 หลัก ต้องมีเสมอ"),
        "presence.purpose_1": _("ข้อแรกที่ผู้ใช้เลือกได้ก่อนออกใบแทนสำเนาบัตร"),
        "presence.purpose_2": _("ข้อที่สองที่ผู้ใช้เลือกได้"),
        "presence.purpose_3": _("ข้อที่สามที่ผู้ใช้เลือกได้"),
        "presence.valid_days": _("ใบแทนสำเนาบัตรใช้ได้กี่วันนับจากวันออก ไม่เกิน 30"),
        "presence.check_card": _("เลขประจำตัว เลขชิป และเลขคำขอถูกส่งไปถาม ถามไม่ได้ก็ออกใบได้ แต่ใบบอกว่ายังไม่ได้ตรวจ"),
        "customer_key": _("กุญแจสาธารณะ X25519 ของกระทรวง ว่างไว้ ตู้ไม่รับลงทะเบียน"),
        "sample": _("เปิดอยู่ ตู้เขียนคำว่า ตัวอย่าง บนจอและบนใบทุกใบ"),
        "ssh_until": _("ช่างที่มีกุญแจลงนามแล้วอ่านบันทึกของเครื่องได้จนถึงเวลานี้ แล้วปิดเอง"),
    }.get(name) or settings_table_words.meaning(name)


@kept
def layer_word(layer: str) -> str:
    """The name of a layer, as values wear it."""
    return {
        "national": _("ประเทศ"),
        "province": _("จังหวัด"),
        "office": _("สำนักงาน"),
        "kiosk": pgettext("one layer", "เครื่อง"),
    }.get(layer, _("ค่าตั้งต้น"))
