"""Updates carried out: real processes, a real file over HTTP, a stand-in of RAUC with two slots, and a plug."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fleet.protocol import blocks
from fleet.protocol.records import FirmwareStep, decode_record
from fleet.protocol.trust import SignedBlocks
from fleet.protocol.updates import FirmwareDesired, UpdateReason, UpdateState
from kiosk import trusted
from kiosk.agent.updates import states as st
from kiosk.agent.updates.keeping import Place, UpdateKeeping, World
from kiosk.spool import Spool
from tests.support import rauc_stand_in as rauc
from tests.support.bundle_server import BundleServer

NEW = rauc.bundle("2", 100_000)
TARGET = "firmware/2.raucb"
PATIENCE_S = 40.0
WORKS = st.Proof(front_desk=True, link=True, devices=frozenset({"card"}))


def wanted(content: bytes = NEW, **changes: object) -> FirmwareDesired:
    said = FirmwareDesired(
        version="2",
        target=TARGET,
        manifest_hash=rauc.manifest_hash(content),
        compatible=rauc.COMPATIBLE,
        size_bytes=len(content),
        rollout_id="r1",
        soak_s=0,
    )
    return msgspec.structs.replace(said, **changes)


class Kiosk:
    """A machine with two slots and its agent's part for updates; pulling the plug ends both."""

    def __init__(self, folder: Path, server: BundleServer) -> None:
        self.folder, self._server = folder, server
        self._installer = rauc.make(folder / "slots")
        self._boots = 0
        self.reports = 0
        self.signed_blocks: SignedBlocks | None = None
        self.works: Callable[[], bool] = lambda: True
        self.spool = Spool(folder / "spool.sqlite")
        self.keeping = self._started()

    def _started(self) -> UpdateKeeping:
        self._boots += 1
        place = Place(
            data_dir=self.folder,
            boot_id=f"boot-{self._boots}",
            link=self._server.link,
            installer=self._installer,
            reboot_command=("touch", str(self.folder / "down")),
        )
        world = World(spool=self.spool, report=self._report, believed=self.believed, ask_trust=lambda: None)
        return UpdateKeeping(place, world)

    def _report(self) -> None:
        self.reports += 1

    def believed(self) -> trusted.Trusted:
        now = datetime.now(UTC)
        target = trusted.FirmwareTarget(
            path=TARGET,
            length=len(NEW),
            sha256=hashlib.sha256(NEW).hexdigest(),
            version="2",
            manifest_hash=rauc.manifest_hash(NEW),
            compatible=rauc.COMPATIBLE,
            blocks=self.signed_blocks,
        )
        standing = trusted.RoleStanding(version=1, until=now + timedelta(days=1))
        return trusted.Trusted(
            root="root", verified_at=now, floor=now, firmware=(target,), roles={"firmware": standing}
        )

    def restart(self) -> None:
        """Pull the plug and put it in."""
        self.keeping.close()
        (self.folder / "down").unlink(missing_ok=True)
        rauc.boot(self.folder / "slots")
        self.keeping = self._started()

    def go(self, *until: type) -> None:
        """Turn after turn, to one of these states; the machine goes down when it is told to."""
        until_s = time.monotonic() + PATIENCE_S
        while not (isinstance(self.keeping.state, until) and self.keeping.reported() is not None):
            assert time.monotonic() < until_s, f"still {self.keeping.state}"
            self.keeping.turn(in_visit=False, proof=WORKS if self.works() else st.Proof(link=True))
            if not isinstance(self.keeping.state, until) and (self.folder / "down").exists():
                self.restart()  # the command may have run within the turn: who waits for the reboot sees it first
            time.sleep(0.002)

    def steps(self) -> list[tuple[UpdateState, UpdateReason]]:
        """The records."""
        batch = self.spool.batch(0)
        records = [decode_record(each.record) for each in batch.records] if batch else []
        return [(each.state, each.reason) for each in records if isinstance(each, FirmwareStep)]

    def close(self) -> None:
        self.keeping.close()
        self.spool.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BundleServer]:
    server = BundleServer(NEW, tmp_path)
    yield server
    server.close()


@pytest.fixture
def kiosk(tmp_path: Path, server: BundleServer) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path, server)
    yield kiosk
    kiosk.close()


def test_a_good_bundle_is_fetched_installed_booted_proved_and_marked(kiosk: Kiosk) -> None:
    kiosk.keeping.desired(wanted())
    kiosk.go(st.Good)
    assert rauc.running(kiosk.folder / "slots") == "2"
    said = kiosk.keeping.reported()
    assert said is not None
    assert said.is_good(rauc.manifest_hash(NEW))
    assert (said.running_version, said.slot, said.tries, said.bytes_spent) == ("2", "rootfs.1", 1, len(NEW))
    ways = [state for state, _ in kiosk.steps()]
    assert ways == [
        UpdateState.WAITING,
        UpdateState.FETCHING,
        UpdateState.WAITING,
        UpdateState.INSTALLING,
        UpdateState.WAITING,
        UpdateState.REBOOTING,
        UpdateState.PROVING,
        UpdateState.GOOD,
    ]
    assert not (kiosk.folder / "firmware" / "bundle.raucb").exists()


def signs_blocks(kiosk: Kiosk, server: BundleServer) -> None:
    """From now on the index of the bundle's blocks is signed as well."""
    index = server.index = blocks.encoded(blocks.index_of(io.BytesIO(NEW)))
    kiosk.signed_blocks = SignedBlocks(length=len(index), sha256=hashlib.sha256(index).hexdigest())


def test_what_the_running_slot_holds_is_not_fetched(kiosk: Kiosk, server: BundleServer) -> None:
    signs_blocks(kiosk, server)
    kiosk.keeping.desired(wanted())
    kiosk.go(st.Good)
    said = kiosk.keeping.reported()
    assert said is not None
    assert server.index is not None
    assert said.bytes_spent == server.sent_bytes == len(server.index) + rauc.OWN_BYTES + len(NEW) % blocks.BLOCK_BYTES
    assert not list((kiosk.folder / "firmware").iterdir())


def test_what_a_pulled_plug_left_of_another_bundle_is_in_nobodys_way(kiosk: Kiosk, server: BundleServer) -> None:
    signs_blocks(kiosk, server)
    assert server.index is not None
    left = kiosk.folder / "firmware"
    left.mkdir()
    (left / "bundle.raucb").write_bytes(NEW[:-100])
    (left / "bundle.raucb.index").write_bytes(bytes(len(server.index)))
    kiosk.keeping.desired(wanted())
    kiosk.go(st.Good)
    assert server.asked[0] == f"bytes=0-{len(server.index) - 1}"
    said = kiosk.keeping.reported()
    assert said is not None
    assert said.tries == 1
    assert said.bytes_spent == len(server.index) + rauc.OWN_BYTES + len(NEW) % blocks.BLOCK_BYTES


def test_the_plug_is_pulled_while_it_is_put_together(kiosk: Kiosk, server: BundleServer) -> None:
    signs_blocks(kiosk, server)
    kiosk.keeping.desired(wanted(fetch_bytes_per_s_max=200_000))
    kiosk.go(st.Fetching)
    kiosk.restart()
    kiosk.go(st.Fetching)
    bundle = kiosk.folder / "firmware" / "bundle.raucb"
    until_s = time.monotonic() + PATIENCE_S
    while not (bundle.exists() and bundle.stat().st_size == len(NEW)):
        assert time.monotonic() < until_s
        kiosk.keeping.turn(in_visit=False, proof=WORKS)
    kiosk.restart()
    kiosk.go(st.Good)
    assert rauc.running(kiosk.folder / "slots") == "2"


@pytest.mark.parametrize(
    "pulled_in",
    [st.Fetching, st.Installing, st.Rebooting, st.Proving],
    ids=lambda kind: kind.__name__,
)
def test_the_plug_is_pulled(kiosk: Kiosk, pulled_in: type) -> None:
    """While something is at work; the whole column is in ``test_update_machine.py``."""
    kiosk.keeping.desired(wanted())
    kiosk.go(pulled_in)
    kiosk.restart()
    kiosk.go(st.Good)
    assert rauc.running(kiosk.folder / "slots") == "2"


def test_one_whose_front_desk_does_not_come_up_rolls_back_by_itself(kiosk: Kiosk) -> None:
    kiosk.works = lambda: rauc.running(kiosk.folder / "slots") == "1"
    deadlines = msgspec.structs.replace(wanted().deadlines, proving_s=0)
    kiosk.keeping.desired(wanted(deadlines=deadlines))
    kiosk.go(st.RolledBack)
    assert rauc.running(kiosk.folder / "slots") == "1"
    assert kiosk.steps()[-1] == (UpdateState.ROLLED_BACK, UpdateReason.FRONT_DESK)


def test_what_is_named_and_not_signed_so_is_never_fetched(kiosk: Kiosk, server: BundleServer) -> None:
    kiosk.keeping.desired(wanted(manifest_hash="f" * 64))
    kiosk.go(st.Quarantined)
    assert kiosk.steps()[-1] == (UpdateState.QUARANTINED, UpdateReason.REFUSED)
    assert not server.asked


def test_a_bundle_that_the_installer_refuses_leaves_what_runs_alone(tmp_path: Path, server: BundleServer) -> None:
    server.content = NEW[:-1] + b"?"

    class Deceived(Kiosk):
        def believed(self) -> trusted.Trusted:
            honest = super().believed()
            target = msgspec.structs.replace(honest.firmware[0], sha256=hashlib.sha256(server.content).hexdigest())
            return msgspec.structs.replace(honest, firmware=(target,))

    kiosk = Deceived(tmp_path, server)
    try:
        once = msgspec.structs.replace(wanted().budget, tries_max=1)
        kiosk.keeping.desired(wanted(budget=once))
        kiosk.go(st.Quarantined)
        assert kiosk.steps()[-1] == (UpdateState.QUARANTINED, UpdateReason.INSTALL_FAILED)
        said = kiosk.keeping.reported()
        assert said is not None
        assert "signature verification failed" in said.detail
        assert rauc.running(tmp_path / "slots") == "1"
    finally:
        kiosk.close()


def test_called_off_while_it_is_fetched(kiosk: Kiosk) -> None:
    kiosk.keeping.desired(wanted(fetch_bytes_per_s_max=1000))
    kiosk.go(st.Fetching)
    kiosk.keeping.desired(wanted(cancelled=True))
    kiosk.go(st.Idle)
    assert kiosk.steps()[-1] == (UpdateState.IDLE, UpdateReason.CANCELLED)
