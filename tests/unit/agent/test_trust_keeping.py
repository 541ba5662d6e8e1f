"""When the agent asks for signed metadata, and what becomes of it: real processes, one of them the real one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fleet.protocol.enrolment import Grant
from fleet.protocol.messages import Desired
from fleet.protocol.settings import SettingsError
from kiosk import trusted
from kiosk.agent.trust_keeping import TrustKeeping, start_refresh
from kiosk.agent.trust_order import Order
from kiosk.config import GRANT_FILE, MachineConfig, Trust
from tests.support.broker import eventually
from tests.support.desk_rig import machine
from tests.support.sample_visit import DOCUMENT, settings
from tests.support.signed import believe
from tests.support.trust_rig import ACCOUNT, FirstDay, TrustRig

Started = list[Order]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[TrustRig]:
    with FirstDay(tmp_path / "honest", datetime.now(UTC)).again(tmp_path / "again") as rig:
        yield rig


def ends_with(code: int, started: Started) -> Callable[[Order], subprocess.Popen[bytes]]:
    def start(order: Order) -> subprocess.Popen[bytes]:
        started.append(order)
        return subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"])

    return start


def turned(keeping: TrustKeeping) -> None:
    """Until what is under way has ended."""
    keeping.turn()

    def is_over() -> bool:
        keeping.turn()
        return not keeping.is_busy

    eventually(is_over)


def with_root(folder: Path, root: str) -> MachineConfig:
    (folder / "root.json").write_text(root, "utf-8")
    return msgspec.structs.replace(machine(folder), trust=Trust(root_file=str(folder / "root.json"), dopa_code=20))


def test_the_real_one_brings_what_is_signed(rig: TrustRig, tmp_path: Path) -> None:
    told: list[int] = []
    config = msgspec.structs.replace(with_root(tmp_path, rig.first_root), link=rig.link)
    keeping = TrustKeeping(config, lambda: told.append(1), start_refresh)
    assert keeping.within(settings())[1] == ("no payments: payees: nothing verified yet",)
    turned(keeping)
    assert told == [1]
    assert keeping.trusted is not None
    assert [each.biller_id for each in keeping.trusted.payees] == [ACCOUNT]


def test_it_asks_again_when_it_is_asked_to_and_not_before(tmp_path: Path) -> None:
    started: Started = []
    keeping = TrustKeeping(with_root(tmp_path, "{}"), lambda: None, ends_with(0, started))
    turned(keeping)
    keeping.turn()
    assert len(started) == 1
    assert (started[0].root, started[0].dopa_code) == ("{}", 20)


def test_a_kiosk_without_a_root_asks_nobody_and_offers_no_payments(tmp_path: Path) -> None:
    started: Started = []
    keeping = TrustKeeping(machine(tmp_path), lambda: None, ends_with(0, started))
    keeping.turn()
    assert (started, keeping.is_busy) == ([], False)
    assert keeping.within(settings())[1] == ("no payments: payees: nothing verified yet",)


def test_the_root_it_was_given_when_it_enrolled(tmp_path: Path) -> None:
    config, started = machine(tmp_path), list[Order]()
    grant = Grant(
        kiosk_id="CBI-02", certificate="", ca="", broker_host="h", broker_port=1, fleet_api="https://f",
        trust_root="{}", dopa_code=40,
    )  # fmt: skip
    identity = tmp_path / "identity"  # by phone it is ``data/identity/current``, by hand whatever [link] names
    identity.mkdir()
    (identity / GRANT_FILE).write_bytes(msgspec.json.encode(grant))
    config = msgspec.structs.replace(
        config, link=msgspec.structs.replace(config.link, ca_file=str(identity / "ca.pem"))
    )
    turned(TrustKeeping(config, lambda: None, ends_with(0, started)))
    assert [(order.root, order.dopa_code) for order in started] == [("{}", 40)]


def test_what_followed_from_another_root_is_forgotten(tmp_path: Path) -> None:
    believe(tmp_path / "data", DOCUMENT)
    keeping = TrustKeeping(with_root(tmp_path, "{}"), lambda: None, ends_with(3, []))
    assert keeping.trusted is None
    assert trusted.load(tmp_path / "data") is None


def test_no_settings_are_taken_before_it_is_known_who_must_sign_them(tmp_path: Path) -> None:
    desired = Desired(settings_revision=1, layers=())
    keeping = TrustKeeping(with_root(tmp_path, "{}"), lambda: None, ends_with(3, []))
    with pytest.raises(SettingsError, match="nothing verified yet"):
        keeping.demand_signed(desired)
    TrustKeeping(machine(tmp_path), lambda: None, ends_with(3, [])).demand_signed(desired)  # one without a root


def test_one_that_is_under_way_is_ended_with_the_agent(tmp_path: Path) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    def start(_order: Order) -> subprocess.Popen[bytes]:
        processes.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]))
        return processes[-1]

    keeping = TrustKeeping(with_root(tmp_path, "{}"), lambda: None, start)
    keeping.turn()
    assert keeping.is_busy
    keeping.close()
    assert processes[0].returncode is not None
