"""A kiosk's identity over a real fleet: enrolled by a phone, by hand and by voucher, renewed, and no power cut hurts.

A cut is a SIGKILL in a child process at the n-th thing it does to the disk or the network, for every n until it gets
through; then the kiosk starts again and must come to the same end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from kiosk import news
from kiosk.agent.enrolling import Enrolling
from kiosk.agent.identity import IdentityStore
from kiosk.agent.renewal import Renewal, RenewalError
from kiosk.config import MachineConfig, read_config, with_identity
from kiosk.service_manager import ServiceManager
from tests.support.broker import PATIENCE_S, REPOSITORY, Fleet, eventually
from tests.support.require import require
from tests.support.technician import Shown, Technician, shown_in

PASSWORD = "sample-password-1"
LATER = timedelta(days=61)
"""Two thirds of 90 days have passed."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    require("mosquitto")
    with Fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        fleet.environment["SALA_PASSWORD"] = PASSWORD
        fleet.run("user", "technician", "--role", "technician", "--province", "20")
        for part in ("mosquitto", "conduct", "serve"):
            fleet.start(part)
        for port in ("http", "kiosk"):
            fleet.await_port(int(fleet.ports[port]))
        yield fleet


def pages(fleet: Fleet) -> str:
    return f"http://127.0.0.1:{fleet.ports['http']}"


class Box:
    """A kiosk's disk, and the programs that run on it."""

    def __init__(self, fleet: Fleet, folder: Path, **enrolment: str) -> None:
        self.fleet, self.folder = fleet, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "machine.toml"
        lines = ['data_dir = "data"', 'run_dir = "run"', "", "[devices]"]
        lines += [f'{name} = "fake:"' for name in ("card", "scanner", "printer", "panel", "display")]
        lines += ["", "[enrolment]", f'fleet = "{pages(fleet)}"']
        self.path.write_text("\n".join([*lines, *(f'{name} = "{value}"' for name, value in enrolment.items())]))
        self.starts = 0

    @property
    def config(self) -> MachineConfig:
        return read_config(self.path)

    @property
    def store(self) -> IdentityStore:
        return IdentityStore(self.config.identity_path)

    def agent(self) -> subprocess.Popen[bytes]:
        """The real agent; what it writes goes to ``agent.log``."""
        with (self.folder / "agent.log").open("ab") as log:
            command = [sys.executable, "-m", "kiosk", "agent", "--config", str(self.path)]
            return subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log)

    @property
    def log(self) -> str:
        return (self.folder / "agent.log").read_text("utf-8")

    def ping(self) -> int:
        link = with_identity(self.config).link
        with requests.Session() as session:
            session.trust_env = False
            session.verify, session.cert = link.ca_file, (link.certificate_file, link.key_file)
            return session.get(f"{link.fleet_api}/kiosk/v1/ping", timeout=PATIENCE_S).status_code

    def enrol_by_hand(self, place: str) -> None:
        """Quickly, for tests of what comes after."""
        request = self.folder / "kiosk.csr"
        self.command("--csr", str(request))
        self.fleet.run("enrol", *place.split(), "--csr", str(request), "--out", str(self.folder / "out"))
        self.command("--install", str(self.folder / "out" / "grant.json"))

    def command(self, *arguments: str, code: int = 0) -> str:
        """`kiosk enrol`; what it said."""
        command = [sys.executable, "-m", "kiosk", "enrol", "--config", str(self.path), *arguments]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def box(fleet: Fleet, tmp_path: Path) -> Box:
    return Box(fleet, tmp_path / "kiosk")


def live_certificates(fleet: Fleet, kiosk_id: str) -> int:
    query = "SELECT count(*) FROM trust_certificate WHERE kiosk_id = ? AND revoked_at IS NULL"
    return int(fleet.rows(query, kiosk_id)[0][0])


def free_place(fleet: Fleet) -> str:
    """A new kiosk each time."""
    return "--office CBI --name ทดลอง"


# ---- by phone


def test_a_kiosk_is_let_in_by_phone_and_goes_online(fleet: Fleet, box: Box) -> None:
    agent = box.agent()
    try:
        shown: Shown = eventually(lambda: shown_in(box.log))
        page = Technician("technician", PASSWORD).enrol(shown, "new:CBI", "ทดลอง")
        kiosk_id = page.url.rsplit("/kiosks/", 1)[1].split("/")[0]
        eventually(lambda: "link is up" in box.log)
        assert box.config.kiosk_id == kiosk_id
        assert box.ping() == 200
        keys = list(box.config.identity_path.rglob("*.key"))
        assert [path.stat().st_mode & 0o777 for path in keys] == [0o600] * len(keys)
    finally:
        agent.terminate()
        assert agent.wait(PATIENCE_S) == 0
    assert "Traceback" not in box.log
    key = keys[0].read_text("ascii").splitlines()[1]
    assert key not in box.log
    dump = "".join(str(row) for row in fleet.rows("SELECT csr FROM trust_enrolment"))
    assert key not in dump


def test_one_that_is_refused_shows_another_code(fleet: Fleet, box: Box) -> None:
    post = news.NewsSocket(box.config.run_path, news.AGENT, news.FRONTDESK)
    desk = news.NewsSocket(box.config.run_path, news.FRONTDESK, news.AGENT)
    enrolling = Enrolling(box.config, "test", post)
    thread = threading.Thread(target=enrolling.run, args=(ServiceManager({}),))
    thread.start()
    try:
        first = eventually(lambda: offer_in(desk))
        Technician("technician", PASSWORD).refuse(first)
        eventually(lambda: desk.receive(0.1) == news.EnrolmentShown(address="", code=""))
    finally:
        enrolling.stop()
        thread.join(PATIENCE_S)
        post.close()
        desk.close()
    assert not box.config.is_enrolled


def offer_in(desk: news.NewsSocket) -> Shown | None:
    match desk.receive(0.1):
        case news.EnrolmentShown(address=address, code=code) if address:
            return Shown(address, code)
    return None


# ---- by hand


def test_a_room_without_phones(fleet: Fleet, box: Box) -> None:
    box.enrol_by_hand(free_place(fleet))
    assert box.ping() == 200
    assert "already" in box.command("--csr", str(box.folder / "again.csr"), code=2)
    serial = box.store.current()
    box.command("--forget")
    assert not box.config.is_enrolled
    assert serial is not None
    assert not list(box.config.identity_path.iterdir())


def test_a_grant_for_another_key_is_not_installed(fleet: Fleet, box: Box, tmp_path: Path) -> None:
    other = Box(fleet, tmp_path / "other")
    other.enrol_by_hand(free_place(fleet))
    assert "another key" in box.command("--install", str(other.folder / "out" / "grant.json"), code=2)
    assert not box.config.is_enrolled


@pytest.mark.parametrize("part", ["ca", "kiosk_id"])
def test_a_grant_that_does_not_hold_together_is_not_installed(
    fleet: Fleet, box: Box, tmp_path: Path, part: str
) -> None:
    request = box.folder / "kiosk.csr"
    box.command("--csr", str(request))
    fleet.run("enrol", *free_place(fleet).split(), "--csr", str(request), "--out", str(box.folder / "out"))
    grant = json.loads((box.folder / "out" / "grant.json").read_text())
    changed = {"ca": grant["certificate"], "kiosk_id": "CBI-99"}
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(grant | {part: changed[part]}))
    box.command("--install", str(forged), code=2)
    assert not box.config.is_enrolled
    box.command("--install", str(box.folder / "out" / "grant.json"))
    assert box.ping() == 200


# ---- by voucher


def test_a_machine_of_a_batch_comes_in_by_itself(fleet: Fleet, tmp_path: Path) -> None:
    batch, out = tmp_path / "batch.csv", tmp_path / "vouchers"
    batch.write_text("serial,office,name\n10000000abcdef01,KKN,โถงชั้น 9\n", "utf-8")
    fleet.run("enrol", "--batch", str(batch), "--out", str(out))
    (tmp_path / "serial").write_bytes(b"10000000abcdef01\0")
    voucher = out / "10000000abcdef01.voucher"
    box = Box(fleet, tmp_path / "kiosk", serial_file=str(tmp_path / "serial"), voucher_file=str(voucher))
    run_enrolling(box.config)
    assert box.config.kiosk_id.startswith("KKN-")
    assert box.ping() == 200
    assert not voucher.exists(), "spent"


def test_a_voucher_does_not_go_to_a_fleet_it_does_not_name(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "serial").write_text("SN-7")
    voucher = {"serial": "SN-7", "secret": "0" * 64, "ca_sha256": "f" * 64}
    (tmp_path / "voucher").write_text(json.dumps(voucher))
    box = Box(fleet, tmp_path / "kiosk", serial_file=str(tmp_path / "serial"), voucher_file=str(tmp_path / "voucher"))
    agent = box.agent()
    try:
        eventually(lambda: "somebody may stand between" in box.log)
        assert shown_in(box.log) is None
    finally:
        agent.terminate()
        agent.wait(PATIENCE_S)


def run_enrolling(config: MachineConfig) -> bool:
    post = news.NewsSocket(config.run_path, news.AGENT, news.FRONTDESK)
    try:
        return Enrolling(config, "test", post).run(ServiceManager({}))
    finally:
        post.close()


# ---- power cuts


EVENTS_MAX = 80
"""More than either takes; a test that never gets through fails."""

WATCHED = {"open", "os.rename", "os.mkdir", "os.remove", "os.symlink", "os.rmdir", "shutil.rmtree", "socket.connect"}


def cut_at(event_no: int, folder: Path, work: Callable[[], Any]) -> bool:
    """Run ``work`` in a child that is killed before the n-th thing it does; whether it came to its end."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return False
        assert os.WEXITSTATUS(status) == 0, (folder / "child.log").read_text()
        return True
    seen = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event in WATCHED and (event == "socket.connect" or str(folder) in str(arguments[0])):
            seen += 1
            if seen == event_no:
                os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        sys.addaudithook(hook)
        work()
        code = 0
    finally:
        if code:
            import traceback

            (folder.parent / "child.log").write_text(traceback.format_exc())
        os._exit(code)


def test_enrolment_survives_a_cut_at_every_point(fleet: Fleet, tmp_path: Path) -> None:
    """By voucher, so that no person has to stand by; storing what was granted is the same on every way in."""
    cuts = 0
    serials = [f"CUT-{event_no}" for event_no in range(1, EVENTS_MAX)]
    (tmp_path / "batch.csv").write_text(
        "serial,office,name\n" + "".join(f"{serial},AYA,ตัดไฟ\n" for serial in serials), "utf-8"
    )
    fleet.run("enrol", "--batch", str(tmp_path / "batch.csv"), "--out", str(tmp_path / "vouchers"))
    for event_no, serial in enumerate(serials, 1):
        folder = tmp_path / serial
        folder.mkdir()
        (folder / "serial").write_text(serial)
        voucher = tmp_path / "vouchers" / f"{serial}.voucher"
        box = Box(fleet, folder / "kiosk", serial_file=str(folder / "serial"), voucher_file=str(voucher))
        ended = cut_at(event_no, box.config.identity_path, lambda box=box: run_enrolling(box.config))
        cuts += not ended
        again = box.config
        if not again.is_enrolled:
            assert run_enrolling(again)
        assert box.ping() == 200, event_no
        assert live_certificates(fleet, box.config.kiosk_id) == 1
        if ended:
            break
    assert ended
    assert cuts >= 25, "begin, reveal, and every file of the identity"


def renew(config: MachineConfig, later: timedelta = LATER) -> None:
    renewal = Renewal(config, lambda: datetime.now(UTC) + later)
    changed = 0
    for _ in range(10):
        has_changed, is_done = renewal.step()
        changed += has_changed
        if is_done:
            return
    raise AssertionError("it does not come to an end")


def test_a_certificate_is_renewed_at_two_thirds_and_not_before(fleet: Fleet, box: Box) -> None:
    box.enrol_by_hand(free_place(fleet))
    before = box.store.current()
    renew(box.config, timedelta(days=59))
    assert box.store.current() == before
    renew(box.config)
    after = box.store.current()
    assert before is not None
    assert after is not None
    assert after.serial != before.serial
    assert Path(after.key_file).read_bytes() != b""
    assert not before.folder.exists(), "the old key is gone"
    assert box.ping() == 200
    assert live_certificates(fleet, box.config.kiosk_id) == 1


def test_renewal_survives_a_cut_at_every_point(fleet: Fleet, box: Box) -> None:
    """After every cut the kiosk gets in with what is in use, and the next start brings the renewal to its end."""
    box.enrol_by_hand(free_place(fleet))
    kiosk_id = box.config.kiosk_id
    cuts = 0
    for event_no in range(1, EVENTS_MAX):
        before = box.store.current()
        ended = cut_at(event_no, box.config.identity_path, lambda: renew(box.config))
        cuts += not ended
        assert box.ping() == 200, f"cut at {event_no}: the pair in use must be good"
        assert live_certificates(fleet, kiosk_id) <= 2
        renew(box.config)
        assert box.ping() == 200, f"cut at {event_no}, and started again"
        after = box.store.current()
        assert before is not None
        assert after is not None
        assert after.serial != before.serial
        assert live_certificates(fleet, kiosk_id) == 1
        if ended:
            break
    assert ended
    assert cuts >= 25


def test_a_fleet_that_is_away_leaves_everything_as_it_is(fleet: Fleet, box: Box) -> None:
    box.enrol_by_hand(free_place(fleet))
    before = box.store.current()
    away = msgspec.structs.replace(
        box.config, link=msgspec.structs.replace(box.config.link, fleet_api="https://127.0.0.1:1")
    )
    with pytest.raises(RenewalError):
        renew(away)
    assert box.store.current() == before
    renew(box.config)
    assert box.store.current() != before


def test_a_revoked_kiosk_cannot_renew_itself_back_in(fleet: Fleet, box: Box) -> None:
    box.enrol_by_hand(free_place(fleet))
    fleet.run("revoke", box.config.kiosk_id, "--reason", "ทดลอง")
    with pytest.raises(RenewalError):
        renew(box.config)
    assert box.ping() == 403


def test_a_running_agent_renews_and_comes_back_with_the_new_certificate(fleet: Fleet, box: Box) -> None:
    """A certificate of five minutes: with the ten minutes of clock skew before it, two thirds have passed in 8 s."""
    fleet.stop("serve")
    fleet.environment["SALA_CERTIFICATE_HOURS"] = str(312 / 3600)
    fleet.start("serve")
    fleet.await_port(int(fleet.ports["kiosk"]))
    try:
        box.enrol_by_hand(free_place(fleet))
        before = box.store.current()
        agent = box.agent()
        try:
            eventually(lambda: "link is up" in box.log)
            eventually(lambda: box.log.count("link is up") >= 2)
            after = box.store.current()
            assert before is not None
            assert after is not None
            assert after.serial != before.serial
            eventually(lambda: live_certificates(fleet, box.config.kiosk_id) == 1)
        finally:
            agent.terminate()
            assert agent.wait(PATIENCE_S) == 0
    finally:
        del fleet.environment["SALA_CERTIFICATE_HOURS"]
    assert "Traceback" not in box.log
