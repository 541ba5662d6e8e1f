"""A visitor at the virtual kiosk: puts the card in, looks for a word on the screen, touches, takes the slip.

Where things stand on the screen is asked of the kiosk's own painter, so that a visit survives a new layout.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import requests

from fleet.protocol.payment import BillPayment, amount_text, parse_emv
from tests.support.demo import KIOSK_ID, PATIENCE_S, Demo
from tests.support.seeing import codes_in, reads, text_in


class Visitor:
    """Hands and eyes at one demonstration."""

    # Centres of the buttons at 1280 by 800 (look.md: the floor's three columns never move).
    LEFT = (200, 720)
    RIGHT = (1060, 720)
    ROWS = ((600, 245), (600, 395), (600, 548))
    LANGUAGE_IDLE = (198, 720)

    def __init__(self, demo: Demo) -> None:
        self.demo = demo

    # ---- the world's side

    def states(self) -> list[str]:
        """Every state the front desk has been in, from its own log."""
        lines = [line for line in self.demo.log("kiosk").splitlines() if " -> " in line]
        return [line.rsplit(" -> ", 1)[1].strip() for line in lines]

    def await_state(self, name: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the front desk is in state ``name``."""
        self.demo.wait_until(lambda: self.states()[-1:] == [name], f"state {name}", timeout_s)

    def touch(self, at: tuple[int, int]) -> None:
        """Tap the glass."""
        self.demo.do("/touch", x=at[0], y=at[1])

    def scan(self, code: str) -> None:
        """Hold a code under the scanner."""
        self.demo.do("/scan", text=code)

    def await_qr(self, timeout_s: float = PATIENCE_S) -> BillPayment:
        """The payment on the screen, as a phone reads it."""

        def seen() -> BillPayment | None:
            for text in codes_in(self.demo.picture()):
                if isinstance(found := parse_emv(text), BillPayment):
                    return found
            return None

        return self.demo.wait_until(seen, "a payment QR on the screen", timeout_s)

    def await_slip(self, number: int, timeout_s: float = PATIENCE_S) -> bytes:
        """The ``number``-th slip, cut off, as PNG."""

        def printed() -> bool:
            return len(self.demo.state()["slips"]) >= number

        self.demo.wait_until(printed, f"slip {number}", timeout_s)
        return self.demo.picture(f"/slips/{number}.png")

    def pay(self, bill: BillPayment, transaction_id: str) -> str:
        """Pay with the phone: the bank confirms. Returns what the fleet matched it as."""
        assert bill.amount_satang is not None
        answer = requests.post(
            f"{self.demo.fleet_address}/bank/v1/confirm",
            json={
                "transaction_id": transaction_id,
                "biller_id": bill.biller_id,
                "ref1": bill.ref1,
                "ref2": bill.ref2 or "",
                "amount": amount_text(bill.amount_satang),
            },
            timeout=PATIENCE_S,
        )
        answer.raise_for_status()
        return str(answer.json()["match"])

    def tracking_page(self, slip: bytes) -> requests.Response:
        """The page behind the slip's QR, as a phone opens it."""
        (address,) = [text for text in codes_in(slip) if "/t/" in text]
        return requests.get(self.demo.fleet_address + urlsplit(address).path, timeout=PATIENCE_S)

    def await_words(self, words: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until ``words`` can be read on the screen."""
        self.demo.wait_until(lambda: reads(words, text_in(self.demo.picture(), scale=0.5)), words, timeout_s)

    # ---- what is kept

    def spool_depth(self) -> int:
        """Records the kiosk still holds for the fleet."""
        with closing(sqlite3.connect(self.demo.directory / "kiosk" / "data" / "spool.sqlite")) as database:
            return int(database.execute("SELECT count(*) FROM record").fetchone()[0])

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Records of a kind that have arrived at the fleet, oldest first."""
        with closing(sqlite3.connect(self.demo.directory / "fleet" / "fleet.sqlite")) as database:
            rows = database.execute(
                "SELECT body FROM devices_record WHERE kiosk_id = ? AND kind = ? ORDER BY no", (KIOSK_ID, kind)
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def settings_ms(self) -> int | None:
        """Milliseconds from the last settings change's commit to the kiosk's report of it; None until it came."""
        with closing(sqlite3.connect(self.demo.directory / "fleet" / "fleet.sqlite")) as database:
            row = database.execute(
                "SELECT (julianday(state.converged_at) - julianday(kiosk.desired_at)) * 86400000"
                " FROM devices_kiosk kiosk JOIN devices_kioskstate state USING (kiosk_id)"
                " WHERE kiosk_id = ? AND json_extract(state.reported, '$.settings_revision') = kiosk.settings_revision",
                (KIOSK_ID,),
            ).fetchone()
        return None if row is None or row[0] is None or row[0] <= 0 else round(row[0])

    def await_online(self) -> None:
        """Wait until the fleet hears the kiosk and it has its office's records and settings."""

        def settled() -> bool:
            with closing(sqlite3.connect(self.demo.directory / "fleet" / "fleet.sqlite")) as database:
                row = database.execute(
                    "SELECT alive AND json_extract(reported, '$.office_revision') > 0"
                    " AND json_extract(reported, '$.settings_revision') > 0"
                    " FROM devices_kioskstate WHERE kiosk_id = ?",
                    (KIOSK_ID,),
                ).fetchone()
            return bool(row and row[0])

        self.demo.wait_until(settled, "the kiosk online")
        self.demo.wait_until(lambda: self.demo.state()["display"]["showing"], "the first picture")
