"""A fleet that runs, a kiosk that says it is out of paper, and a machine elsewhere that is told, signed, once."""

from __future__ import annotations

import json
import queue
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.webhooks.signing import DELIVERY, SIGNATURE, is_signed
from tests.support.broker import eventually
from tests.support.running_fleet import running_fleet, wire_kiosk
from tests.support.told_server import Said, told_server

TOLD_WITHIN_S = 90.0
"""Ten seconds to the look, two to the sender's start; the rest is for a busy machine."""


@contextmanager
def sink() -> Iterator[tuple[str, queue.Queue[tuple[dict[str, str], bytes]]]]:
    """An HTTP server that keeps what it is sent."""
    came: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()

    def answer(headers: dict[str, str], body: bytes) -> Said:
        came.put((headers, body))
        return Said(204)

    with told_server(answer) as origin:
        yield origin, came


def test_a_webhook_is_told_signed_of_a_kiosk_out_of_paper_and_of_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sink() as (origin, came):
        monkeypatch.setenv("SALA_WEBHOOK_ORIGINS", origin)
        _told_once(tmp_path, origin, came)


def _told_once(tmp_path: Path, origin: str, came: queue.Queue[tuple[dict[str, str], bytes]]) -> None:
    with running_fleet(tmp_path) as fleet:
        added = json.loads(fleet.command("alerts", "address", "nation", "webhook", f"{origin}/hook"))
        _set_no_hours(fleet.directory)
        with wire_kiosk(fleet, "CBI-02") as kiosk:
            kiosk.say_status(paper="out")
            headers, body = came.get(timeout=TOLD_WITHIN_S)
        now = datetime.now(UTC)
        assert is_signed(added["secret"], body, headers[SIGNATURE], now)
        assert not is_signed("other", body, headers[SIGNATURE], now)
        said = json.loads(body)
        assert said["delivery"] == headers[DELIVERY]
        (event,) = said["events"]
        assert (event["what"], event["rule"], event["kiosk"]) == ("opened", "paper", "CBI-02")
        listed = json.loads(fleet.command("alerts", "list"))
        assert [each["number"] for each in listed] == [str(event["alert"])]
        eventually(lambda: fleet.command("alerts", "send").strip() == '{"tries": 0}')
        assert came.empty()


def _set_no_hours(directory: Path) -> None:
    """Whoever runs this at night wants to be told all the same."""
    with closing(sqlite3.connect(directory / "fleet.sqlite", timeout=20)) as database:
        database.execute(
            "INSERT INTO alerts_duty (person_id, from_hour, to_hour, days_off_too, failing_any_time, digest)"
            " SELECT id, 0, 24, 1, 1, 0 FROM auth_user WHERE username = 'nation'"
        )
        database.commit()
