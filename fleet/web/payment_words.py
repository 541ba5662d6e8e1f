"""The words officers read for money that waits: what may be decided, what that does, why it was refused. No rule."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fleet.payments.banks.port import Proof
from fleet.payments.deciding import Refusal
from fleet.payments.ledger import Account, Deed


def show(name: str) -> str:
    """A list of the page."""
    return {"open": _("ต้องมีคนดูแล"), "shown": _("ที่ตู้แสดง QR"), "exact": _("ธนาคารยืนยันแล้ว")}[name]


def deed(name: str) -> str:
    """What may be decided, as whoever decides says it."""
    return {
        Deed.SETTLE: _("รับเป็นค่าชำระใบแจ้งนี้"),
        Deed.REFUND: _("คืนเงินผู้ชำระ"),
        Deed.ELSEWHERE: _("ไม่ใช่เงินของเรา"),
        Deed.UNDO: _("ให้ใบแจ้งกลับไปค้างชำระ"),
    }[Deed(name)]


def meaning(name: str) -> str:
    """What follows from it."""
    return {
        Deed.SETTLE: _("ใบแจ้งเป็นชำระแล้ว ตู้และใบของผู้ชำระบอกตาม ส่วนที่เกินลงเป็นเงินรอคืน"),
        Deed.REFUND: _("ลงเป็นเงินรอคืน ใบแจ้งไม่เปลี่ยน สำนักงานคืนเงินเองตามระเบียบ"),
        Deed.ELSEWHERE: _("ลงเป็นเงินของผู้อื่น ใบแจ้งไม่เปลี่ยน"),
        Deed.UNDO: _("กลับรายการที่เคยลงไว้ ใบแจ้งที่รายการนี้ชำระกลับเป็นค้าง"),
    }[Deed(name)]


def refusal(name: str) -> str:
    """Why nothing was decided, and what to do."""
    return {
        Refusal.NOT_OPEN: _("มีคนจัดการรายการนี้ไปแล้ว"),
        Refusal.NOT_THIS: _("เลือกสิ่งที่จะทำจากรายการที่มี"),
        Refusal.NO_REASON: _("ใส่เหตุผล 5 ถึง 200 ตัวอักษร"),
        Refusal.WAITS: _("รายการนี้รอคนที่สองอยู่แล้ว"),
        Refusal.OWN: _("คนที่สองต้องเป็นอีกคนหนึ่ง"),
        Refusal.FRESH: _(
            "ภายใน 24 ชั่วโมงนี้ บัญชีของคุณหรือของคนที่ขอได้ลิงก์หรือถูกล้างการยืนยันขั้นที่สองโดยอีกฝ่าย หรือทั้งสองบัญชีโดยคนเดียวกัน ให้คนอื่นเห็นชอบ"
        ),
    }[Refusal(name)]


def proof(name: str) -> str:
    """Why the bank's word is believed."""
    return {
        Proof.INQUIRY: _("ถามธนาคารกลับแล้ว"),
        Proof.REQUEST: _("ธนาคารส่งผ่านช่องทางที่มีรหัสลับ"),
        Proof.FILE: _("อยู่ในไฟล์สรุปยอดของธนาคาร"),
        Proof.PRETENCE: _("ธนาคารจำลอง ไม่มีเงินจริง"),
    }[Proof(name)]


def account(name: str) -> str:
    """Where money lies."""
    return {
        Account.BANK: _("ธนาคาร"),
        Account.SETTLED: _("ชำระใบแจ้ง"),
        Account.SUSPENSE: _("รอคนดูแล"),
        Account.REFUND: _("รอคืน"),
        Account.ELSEWHERE: _("ของผู้อื่น"),
    }[Account(name)]
