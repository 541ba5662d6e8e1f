"""`make smoke`: the demonstration with scripted visits; prints one line of JSON, exit 0 only if all of it holds.

apdus                  commands the card was sent to know whose it is (at most 7)
qr                     the payment on the screen, read from its picture
slip                   text (tesseract) and QR of the paid slip, read from its picture
spool_depth            before and after the visit with the network cut
settings_ms            from the admin's change to the changed screen
offline                a visit with the network cut: its records at the fleet, and what the tracking page says
holds                  each claim, true or false
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from tests.support.demo import Demo
from tests.support.seeing import codes_in, text_in
from tests.support.visitor import Visitor

SETTINGS_MS_MAX = 2000
APDUS_MAX = 7

LARGER = 1.5
"""A second look at a slip, as a person takes it: nearer."""


def online_visit(visitor: Visitor, found: dict[str, Any], holds: dict[str, bool]) -> None:
    """Card, list, QR, the bank's word, slip, card out."""
    demo = visitor.demo
    demo.do("/card/insert", citizen="owner")
    visitor.await_state("ChoosingNotice")
    found["apdus"] = demo.state()["card"]["apdus"]
    holds["apdus"] = 0 < found["apdus"] <= APDUS_MAX
    visitor.touch(visitor.ROWS[0])
    bill = visitor.await_qr()
    found["qr"] = {"payload": bill.emv_payload(), "amount_satang": bill.amount_satang}
    holds["qr"] = bill.amount_satang == 330_000
    holds["bank_exact"] = visitor.pay(bill, "SMOKE1") == "exact"
    visitor.await_state("Confirmed")
    slip = visitor.await_slip(1)
    found["slip"] = {"text": text_in(slip), "qr": codes_in(slip)}
    said = f"{found['slip']['text']}\n{text_in(slip, scale=LARGER)}"  # a letter lost at one size is read at another
    holds["slip_text"] = all(
        word in said for word in ("ไม่ใช่ใบเสร็จรับเงิน", "3,300.00", "สามพันสามร้อยบาทถ้วน", bill.ref1, "01-3")
    )
    holds["slip_masks_id"] = "1999900000013" not in said.replace("-", "")
    page = visitor.tracking_page(slip)
    holds["tracking_confirmed"] = page.status_code == 200 and "ยืนยันแล้ว" in page.text
    visitor.touch(visitor.LEFT)
    visitor.await_state("Taking")
    demo.do("/card/remove")
    visitor.await_state("Idle")


def settings(visitor: Visitor, found: dict[str, Any], holds: dict[str, bool]) -> None:
    """An admin changes the greeting; the screen shows it."""
    demo = visitor.demo
    frames = demo.state()["display"]["frames"]
    patch = {"greeting": {"th": "ยินดีต้อนรับ", "en": "Good day"}}
    began_s = time.monotonic()
    demo.fleet("settings", "office", "CBI", "--patch", json.dumps(patch), "--reason", "smoke")
    demo.wait_until(lambda: demo.state()["display"]["frames"] > frames, "a new frame")
    found["settings_to_frame_with_command_ms"] = round((time.monotonic() - began_s) * 1000)
    visitor.await_words("ยินดีต้อนรับ")
    holds["settings_drawn"] = True
    found["settings_ms"] = demo.wait_until(visitor.settings_ms, "the kiosk's report")
    holds["settings"] = found["settings_ms"] <= SETTINGS_MS_MAX


def offline_visit(visitor: Visitor, found: dict[str, Any], holds: dict[str, bool]) -> None:
    """The network is cut; a visit runs to its slip; the network returns and everything arrives once."""
    demo = visitor.demo
    demo.wait_until(lambda: visitor.spool_depth() == 0, "an empty spool")
    before = visitor.spool_depth()
    demo.do("/network/cut")
    demo.do("/card/insert", citizen="owner")
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.ROWS[0])
    bill = visitor.await_qr()
    visitor.touch(visitor.RIGHT)
    visitor.await_state("Waiting")
    visitor.touch(visitor.RIGHT)
    slip = visitor.await_slip(2)
    demo.do("/card/remove")
    visitor.await_state("Idle")
    holds["offline_slip"] = any("ยังไม่ยืนยัน" in text_in(slip, scale=scale) for scale in (1.0, LARGER))
    during = visitor.spool_depth()
    holds["offline_pays"] = visitor.pay(bill, "SMOKE2") == "exact"
    demo.do("/network/restore")
    demo.wait_until(lambda: visitor.spool_depth() == 0, "everything delivered", 120)
    found["spool_depth"] = {"before": before, "cut": during, "after": visitor.spool_depth()}
    holds["spool"] = before == 0 < during
    delivered = [each for each in visitor.records("payment-opened") if each["ref1"] == bill.ref1]
    visits = visitor.records("visit-ended")
    page = visitor.tracking_page(slip)
    found["offline"] = {
        "payments_delivered": len(delivered),
        "visits_delivered": len(visits),
        "outcome": visits[-1]["outcome"] if visits else None,
        "tracking_confirmed": "ยืนยันแล้ว" in page.text,
    }
    holds["offline_once"] = len(delivered) == 1 and len(visits) == 2
    holds["offline_tracking"] = page.status_code == 200 and found["offline"]["tracking_confirmed"]


def main() -> int:
    """Run it all."""
    found: dict[str, Any] = {}
    holds: dict[str, bool] = {}
    with Demo() as demo:
        visitor = Visitor(demo)
        visitor.await_state("Idle")
        visitor.await_online()
        for part in (online_visit, settings, offline_visit):
            try:
                part(visitor, found, holds)
            except (TimeoutError, AssertionError, RuntimeError) as err:
                holds[part.__name__] = False
                print(f"{part.__name__}: {err}", file=sys.stderr)
    good = bool(holds) and all(holds.values())
    print(json.dumps({"ok": good, **found, "holds": holds}, ensure_ascii=False))
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
