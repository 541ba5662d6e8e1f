"""Where a fleet listens: decided once, and changed by whoever names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet.commands.ports import LOOPBACK, ports_of, settle_ports


def test_they_stay_as_they_were(tmp_path: Path) -> None:
    first = settle_ports(tmp_path)
    assert first.host == LOOPBACK
    assert len({first.http, first.kiosk, first.broker}) == 3
    assert settle_ports(tmp_path) == first == ports_of(tmp_path)


def test_what_is_named_holds_for_a_fleet_that_was_there_before(tmp_path: Path) -> None:
    """Sample data are made before the first `fleet up --host`, and say where the pages are."""
    first = settle_ports(tmp_path)
    named = settle_ports(tmp_path, "127.0.0.2", 4321)
    assert (named.host, named.http, named.broker) == ("127.0.0.2", 4321, first.broker)
    assert settle_ports(tmp_path) == named


def test_nobody_has_decided_yet(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="fleet up"):
        ports_of(tmp_path)
