"""The words of the pages of webhooks: what is told, how it went, refusals."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fleet.acting.webhooks import Refusal
from fleet.alerts import words as told
from fleet.web.alert_words import said
from fleet.webhooks.models import TRIAL, Delivery, Event, Kind, State, Subscription


def kind(name: str) -> str:
    """What is told."""
    return {
        Kind.KIOSK_OFFLINE: _("ตู้ออฟไลน์"),
        Kind.KIOSK_ONLINE: _("ตู้กลับมาออนไลน์"),
        Kind.PAYMENT_CONFIRMED: _("ธนาคารยืนยันการชำระ"),
        Kind.CASE_MOVED: _("เรื่องเดินหน้า"),
        Kind.ALERT_OPENED: _("มีเรื่องเตือนใหม่"),
        Kind.ROLLOUT_ENDED: _("การปล่อยรุ่นจบหรือหยุด"),
        TRIAL: _("ข้อความทดลอง"),
    }.get(name, name)


def about(event: Event) -> str:
    """What of: a kiosk, a notice, a case or a roll-out by its number, an alert by its rule and its place."""
    if event.kind == Kind.ALERT_OPENED:
        where = event.data.get("kiosk_id") or event.data.get("office_id")
        return " · ".join(filter(None, (said(told.rule(event.data.get("rule", ""))), where)))
    return "" if event.kind == TRIAL else event.about


def standing(subscription: Subscription, is_failing: bool) -> tuple[str, str]:
    """How a subscription stands: a condition's shape, and a word."""
    if subscription.ended_at is not None:
        return "offline", {
            "gone": _("ปลายทางบอกเลิก"),
            "given-up": _("ส่งไม่ได้สองวัน จึงเลิก"),
            "by-admin": _("ผู้ดูแลเลิกแล้ว"),
            "token-over": _("โทเค็นหมดอายุ จึงเลิก"),
        }.get(subscription.ended_why, _("เลิกแล้ว"))
    if subscription.paused_at is not None:
        return "stale", _("หยุดชั่วคราว")
    return ("attention", _("กำลังลองใหม่")) if is_failing else ("ok", _("ส่งอยู่"))


def delivery(row: Delivery) -> tuple[str, str]:
    """How one message went: a condition's shape, and a word."""
    if row.state == State.WAITING and row.tries:
        return "attention", _("ส่งไม่ได้ จะลองอีก")
    return {
        State.WAITING: ("stale", _("รอส่ง")),
        State.DELIVERED: ("ok", _("ส่งถึงแล้ว")),
        State.GIVEN_UP: ("failing", _("เลิกส่ง")),
        State.WITHHELD: ("stale", _("ไม่มีสิทธิ์เห็น จึงไม่ส่ง")),
    }[State(row.state)]


def why(said: str) -> str:
    """Why one try was not taken, for who does not know the names of errors; empty where a number says it."""
    return {
        "no-address": _("ที่อยู่ใช้ไม่ได้"),
        "not-https": _("ไม่ใช่ https"),
        "inside": _("ที่อยู่นำไปสู่เครือข่ายภายใน"),
        "gaierror": _("ไม่พบชื่อเครื่องนี้"),
        "TimeoutError": _("ไม่ตอบภายใน 10 วินาที"),
        "ConnectionRefusedError": _("ปลายทางไม่เปิดรับ"),
        "SSLCertVerificationError": _("ใบรับรองของปลายทางใช้ไม่ได้"),
    }.get(said, said)


def refusal(said: Refusal) -> str:
    """Why it was not done, and what to do."""
    return {
        Refusal.NO_NAME: _("ตั้งชื่อไม่เกิน 60 ตัวอักษร"),
        Refusal.NO_KIND: _("เลือกสิ่งที่จะแจ้งอย่างน้อยหนึ่งอย่าง"),
        Refusal.NO_SUCH_PROVINCE: _("เลือกจังหวัดที่ดูแลอยู่"),
        Refusal.NO_ADDRESS: _("ใส่ที่อยู่เต็ม เช่น https://host.example/path ไม่มีชื่อหรือรหัสผ่านในนั้น"),
        Refusal.NOT_HTTPS: _("ใช้ https เท่านั้น ที่อยู่อื่นผู้ดูแลเครื่องแม่ข่ายต้องอนุญาตก่อน"),
        Refusal.INSIDE: _("ที่อยู่นี้นำไปสู่เครือข่ายภายใน ผู้ดูแลเครื่องแม่ข่ายต้องอนุญาตก่อน"),
        Refusal.TOO_MANY: _("มีครบ 20 ปลายทางแล้ว เลิกอันที่ไม่ใช้ก่อน"),
        Refusal.OVER: _("ปลายทางนี้เลิกไปแล้ว"),
        Refusal.PAUSED: _("หยุดไว้อยู่ ให้เริ่มส่งก่อน"),
        Refusal.WAITS: _("ข้อความทดลองก่อนหน้ายังรอส่งอยู่"),
    }[said]
