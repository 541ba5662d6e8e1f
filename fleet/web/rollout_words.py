"""The words staff read for roll-outs: states, steps, reasons, waves. One place, no rule."""

from __future__ import annotations

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fleet.office.models import Province
from fleet.protocol.updates import UpdateReason, UpdateState
from fleet.rollouts.deeds import What
from fleet.rollouts.gating import Because, RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Member
from fleet.rollouts.plan import Choice, Wave
from fleet.rollouts.planning import Why

CONDITION = {
    RolloutState.RUNNING: "info",
    RolloutState.PAUSED: "stale",
    RolloutState.HALTED: "failing",
    RolloutState.DONE: "ok",
    RolloutState.CANCELLED: "offline",
    RolloutState.ROLLING_BACK: "attention",
    RolloutState.ROLLED_BACK: "offline",
    RolloutState.SUPERSEDED: "offline",
}
"""The shape and colour of a roll-out's state."""

MEMBER_CONDITION = {
    MemberState.WAITING: "plain",
    MemberState.ASKED: "info",
    MemberState.PASSED: "ok",
    MemberState.FAILED: "failing",
    MemberState.WITHDRAWN: "offline",
    MemberState.TO_RETURN: "attention",
    MemberState.RETURNING: "attention",
    MemberState.RETURNED: "offline",
}


def state(name: str) -> str:
    """Of a roll-out."""
    return {
        RolloutState.RUNNING: _("กำลังปล่อย"),
        RolloutState.PAUSED: _("หยุดชั่วคราว"),
        RolloutState.HALTED: _("หยุดเอง"),
        RolloutState.DONE: _("เสร็จ"),
        RolloutState.CANCELLED: _("ยกเลิกแล้ว"),
        RolloutState.ROLLING_BACK: _("กำลังถอยกลับ"),
        RolloutState.ROLLED_BACK: _("ถอยกลับแล้ว"),
        RolloutState.SUPERSEDED: _("มีรุ่นใหม่แทน"),
    }[RolloutState(name)]


def because(name: str) -> str:
    """Why one stopped by itself, and what is to be done."""
    return {
        Because.NOTHING: "",
        Because.UNSIGNED: _("รอจังหวัดลงนามค่าชุดใหม่ ตู้จะไม่รับค่าที่ยังไม่ลงนาม: fleet trust add settings, sign, publish"),
        Because.SHARE: _("ล้มเหลวเกินสัดส่วนที่ยอมรับ ดูเหตุผลทีละเครื่อง แล้วถอยกลับหรือปล่อยต่อ"),
        Because.HARM: _("ล้มเหลวครบจำนวนที่ยอมเสียได้ ไม่มีตู้ใดถูกสั่งเพิ่มอีก ดูเหตุผลทีละเครื่อง แล้วถอยกลับหรือปล่อยต่อ"),
        Because.GATE: _("ระลอกนี้จบแล้วแต่ไม่ผ่านเกณฑ์ ดูเหตุผลทีละเครื่อง แล้วถอยกลับหรือปล่อยต่อ"),
    }[Because(name)]


def member_state(name: str) -> str:
    """Of a kiosk in it."""
    return {
        MemberState.WAITING: _("รอ"),
        MemberState.ASKED: _("กำลังทำ"),
        MemberState.PASSED: _("สำเร็จ"),
        MemberState.FAILED: _("ล้มเหลว"),
        MemberState.WITHDRAWN: _("ไม่ทำแล้ว"),
        MemberState.TO_RETURN: _("รอถอยกลับ"),
        MemberState.RETURNING: _("กำลังถอยกลับ"),
        MemberState.RETURNED: _("ถอยกลับแล้ว"),
    }[MemberState(name)]


def step(name: str) -> str:
    """What a kiosk is at."""
    known: dict[str, str] = {
        UpdateState.IDLE: _("ยังไม่เริ่ม"),
        UpdateState.WAITING: _("รอจังหวะ"),
        UpdateState.FETCHING: _("กำลังดาวน์โหลด"),
        UpdateState.INSTALLING: _("กำลังติดตั้ง"),
        UpdateState.REBOOTING: _("กำลังเริ่มเครื่องใหม่"),
        UpdateState.PROVING: _("ใช้ของใหม่แล้ว กำลังพิสูจน์ว่าทำงานดี"),
        UpdateState.GOOD: _("ใช้ของใหม่แล้ว ทำงานดี"),
        UpdateState.ROLLED_BACK: _("กลับไปใช้ของเดิมเอง"),
        UpdateState.QUARANTINED: _("เลิกลองแล้ว ใช้ของเดิม"),
        UpdateState.UNKNOWN: _("สั่งแล้ว ยังไม่ตอบ"),
    }
    return known.get(name, name)


def reason(name: str) -> str:
    """Why it stands where it stands."""
    known: dict[str, str] = {
        UpdateReason.NONE: "",
        UpdateReason.NOT_YET: _("ยังไม่ถึงเวลาที่กำหนด"),
        UpdateReason.QUIET_HOURS: _("รอช่วงเงียบ"),
        UpdateReason.VISIT: _("มีคนใช้ตู้อยู่"),
        UpdateReason.NETWORK: _("เครือข่ายช้าหรือขาด"),
        UpdateReason.INTERRUPTED: _("ไฟดับหรือโปรแกรมหยุดกลางคัน จะทำต่อ"),
        UpdateReason.CANCELLED: _("ถูกยกเลิก"),
        UpdateReason.NOT_FOUND: _("ไม่มีแฟ้มนี้บนเครื่องแม่ข่าย"),
        UpdateReason.REFUSED: _("ตู้ไม่รับ ลายเซ็นหรือรุ่นเครื่องไม่ตรง"),
        UpdateReason.NO_ROOM: _("ดิสก์ไม่พอ"),
        UpdateReason.BUDGET: _("ลองหรือดาวน์โหลดครบที่ยอมให้แล้ว"),
        UpdateReason.INSTALL_FAILED: _("ติดตั้งไม่สำเร็จ"),
        UpdateReason.BOOT_FAILED: _("เริ่มเครื่องด้วยรุ่นใหม่ไม่ขึ้น"),
        UpdateReason.FRONT_DESK: _("โปรแกรมหน้าตู้ไม่ขึ้น"),
        UpdateReason.DEVICES: _("อุปกรณ์ไม่กลับมาครบ"),
        UpdateReason.LINK: _("ติดต่อศูนย์ไม่ได้หลังเริ่มใหม่"),
        UpdateReason.DEADLINE: _("ขั้นตอนใช้เวลานานเกินกำหนด"),
        UpdateReason.REBOOT_LOOP: _("เริ่มใหม่วนซ้ำ"),
        UpdateReason.UNKNOWN: _("เหตุผลของรุ่นที่ใหม่กว่าศูนย์"),
        "silent": _("เงียบไปจนเกินกำหนด"),
        "overdue": _("ยังตอบอยู่ แต่ขั้นตอนเกินกำหนด"),
        "runs-another": _("เคยสำเร็จ แต่ตอนนี้ใช้รุ่นอื่น"),
        "problems": _("ตู้ใช้ค่าชุดนี้ไม่ได้"),
        "no-earlier": _("ไม่รู้จักรุ่นเดิม จึงไม่มีอะไรให้ถอยกลับ"),
        "superseded": _("การปล่อยที่ใหม่กว่าดูแลตู้นี้แล้ว"),
    }
    return known.get(name, name)


def now_of(member: Member) -> str:
    """A kiosk's line: what it is at and why."""
    if member.state == MemberState.WAITING:
        return _("รอระลอก") if member.asked_at is None else ""
    if member.state == MemberState.WITHDRAWN:
        return reason(member.reason)
    parts = [
        step(member.step) if member.step != UpdateState.UNKNOWN or not member.reason else "",
        reason(member.reason),
    ]
    return " · ".join(part for part in parts if part)


def why(name: str) -> str:
    """Why a kiosk is in its wave, or in none."""
    return {
        Why.NUMBER: _("จับสลากจากตู้ที่ติดต่อได้"),
        Why.SHARE: _("จับสลากจากตู้ที่ติดต่อได้"),
        Why.PROVINCES: _("อยู่ในจังหวัดที่ระบุ"),
        Why.TAG: _("ติดป้ายที่ระบุ"),
        Why.EVERYONE: _("ที่เหลือทั้งหมด"),
        Why.LATE: _("มาทีหลัง เข้าระลอกที่เปิดอยู่"),
        Why.ALREADY: _("ใช้รุ่นนี้อยู่แล้ว"),
        Why.NO_SLOTS: _("ไม่เคยบอกว่าอัปเดตได้"),
        Why.INCOMPATIBLE: _("เป็นเครื่องคนละแบบ"),
        Why.ELSEWHERE: _("อยู่ในการปล่อยอื่น"),
        Why.NO_WAVE: _("ไม่เข้าระลอกใด"),
    }[Why(name)]


def wave(one: Wave) -> str:
    """A wave's name."""
    match one.by:
        case Choice.NUMBER if one.number == 1:
            return _("เครื่องนำร่อง")
        case Choice.NUMBER:
            return ngettext("%(n)s เครื่อง", "%(n)s เครื่อง", one.number) % {"n": f"{one.number:,}"}
        case Choice.SHARE:
            return _("ร้อยละ %(n)s ของทั้งหมด") % {"n": one.percent}
        case Choice.PROVINCES:
            names = Province.objects.filter(pk__in=one.provinces)
            return ", ".join(each.name_en if get_language() == "en" else each.name_th for each in names)
        case Choice.TAG:
            return _("ป้าย %(tag)s") % {"tag": one.tag}
    return _("ที่เหลือทั้งหมด")


def deed(name: str) -> str:
    """A button, and a line of the history."""
    known: dict[str, str] = {
        What.PAUSE: _("หยุดไว้ชั่วคราว"),
        What.RESUME: _("ปล่อยต่อ"),
        What.CANCEL: _("ยกเลิก"),
        What.ROLL_BACK: _("ถอยกลับ"),
        "started": _("เริ่ม"),
        "released": _("เปิดระลอก"),
        "not-adopted": _("รวมเข้าชั้นการตั้งค่าไม่ได้"),
    }
    return known.get(name) or (state(name) if name in list(RolloutState) else name)


def duration(seconds: int) -> str:
    """``12 ชั่วโมง``; below an hour in minutes."""
    if seconds % 3600 == 0 and seconds:
        return ngettext("%(n)s ชั่วโมง", "%(n)s ชั่วโมง", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)s นาที", "%(n)s นาที", round(seconds / 60)) % {"n": round(seconds / 60)}
