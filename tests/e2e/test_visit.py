"""Visits at a running demonstration: real processes, real broker, real card stack, real printer protocol."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from tests.support.broker import PATIENCE_S, eventually
from tests.support.demo import KIOSK_ID, USER, Demo
from tests.support.require import require
from tests.support.seeing import codes_in, text_in
from tests.support.technician import Technician
from tests.support.visitor import Visitor

HOME_S = 120.0
TRY_S = 2.0
"""How long a touch is given to be heeded before another is tried."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    require("pcscd")
    require("mosquitto")
    require("tesseract")
    with Demo() as running:
        Visitor(running).await_state("Idle")
        Visitor(running).await_online()
        yield running


@pytest.fixture
def visitor(demo: Demo) -> Iterator[Visitor]:
    """A visitor before an idle kiosk; whatever was done to it is mended afterwards."""
    yield Visitor(demo)
    demo.do("/network/restore")
    demo.do("/card/remove")
    for device in ("card", "scanner", "printer", "panel", "display"):
        demo.do(f"/device/{device}/plug")
    demo.do("/printer/refill")
    demo.do("/printer/close-cover")
    _go_home(Visitor(demo))


def _go_home(visitor: Visitor) -> None:
    """From wherever the visit is, back to idle, as an impatient visitor would: touches whatever may lead out."""
    # Left goes back; where there is nothing on the left, the way out is on the right.
    ways = itertools.cycle([Visitor.LEFT, Visitor.RIGHT])
    until_s = time.monotonic() + HOME_S
    while (state := visitor.states()[-1]) != "Idle":
        assert time.monotonic() < until_s, f"no way out of {state}"
        visitor.touch(next(ways))
        _let_it_leave(visitor, state)


def _let_it_leave(visitor: Visitor, state: str) -> None:
    """Until the state is another, or for a moment: what leads nowhere is followed by another try."""
    until_s = time.monotonic() + TRY_S
    while visitor.states()[-1] == state and time.monotonic() < until_s:
        time.sleep(0.02)


def codes(demo: Demo, kind: str) -> list[str]:
    """The sample codes of a kind, as the page offers them."""
    return [sample["code"] for sample in demo.state()["samples"] if sample["kind"] == kind]


def test_a_notice_under_the_scanner_is_enough(visitor: Visitor, demo: Demo) -> None:
    slips = len(demo.state()["slips"])
    visitor.scan(codes(demo, "notice")[1])
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.ROWS[0])
    bill = visitor.await_qr()
    assert bill.amount_satang == 150_000
    assert visitor.pay(bill, "E2E-NOTICE") == "exact"
    visitor.await_state("Confirmed")
    slip = visitor.await_slip(slips + 1)
    said = text_in(slip)
    assert "1,500.00" in said
    assert "ผู้ทำรายการ" not in said, "nobody gave a card, so nobody is named"
    page = visitor.tracking_page(slip)
    assert page.status_code == 200


def test_a_notice_already_paid_says_so(visitor: Visitor, demo: Demo) -> None:
    visitor.scan(codes(demo, "notice")[4])
    visitor.await_state("Sorry")
    visitor.await_words("ไม่ต้องชำระอีก")


def test_a_folder_leads_to_its_factory(visitor: Visitor, demo: Demo) -> None:
    visitor.scan(codes(demo, "folder")[2])
    visitor.await_state("ChoosingNotice")
    visitor.await_words("4,500.00")


@pytest.mark.parametrize(
    "code", ["N2006900001", "N20069000018", "HELLO WORLD", "00020101021129370016A00000067701011", "์/จจุ/จจจจภ/ึ", "|112"]
)
def test_a_code_that_is_nobodys_gets_a_sentence(visitor: Visitor, demo: Demo, code: str) -> None:
    visitor.scan(code)
    visitor.await_state("Sorry")


@pytest.mark.parametrize("card", ["expired", "foreign", "upside-down", "nobody"])
def test_a_card_that_does_not_help_gets_a_sentence(visitor: Visitor, demo: Demo, card: str) -> None:
    demo.do("/card/insert", citizen=card)
    visitor.await_state("Sorry")
    demo.do("/card/remove")
    demo.do("/card/insert", citizen="owner")
    visitor.await_state("ChoosingNotice")


@pytest.mark.parametrize("card", ["lifetime", "blank-dates", "long-name"])
def test_cards_with_strange_dates_and_long_names_are_good_cards(visitor: Visitor, demo: Demo, card: str) -> None:
    demo.do("/card/insert", citizen=card)
    visitor.await_state("FactoryShown" if card == "lifetime" else "ChoosingNotice")  # that one has nothing to pay


def test_the_card_pulled_while_paying_changes_nothing_but_the_goodbye(visitor: Visitor, demo: Demo) -> None:
    slips = len(demo.state()["slips"])
    demo.do("/card/insert", citizen="blank-dates")
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.ROWS[0])
    bill = visitor.await_qr()
    demo.do("/card/remove")
    assert visitor.pay(bill, "E2E-PULLED") == "exact"
    visitor.await_state("Confirmed")
    visitor.await_slip(slips + 1)


def test_cancelling_goes_back_to_the_list_and_home(visitor: Visitor, demo: Demo) -> None:
    visitor.scan(codes(demo, "folder")[2])
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.ROWS[0])
    visitor.await_state("Paying")
    visitor.touch(visitor.LEFT)
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.LEFT)
    visitor.await_state("ChoosingService")
    visitor.touch(visitor.LEFT)
    visitor.await_state("Idle")


def test_every_device_can_be_unplugged_and_comes_back(visitor: Visitor, demo: Demo) -> None:
    for device in ("scanner", "printer", "panel", "card", "display"):
        for deed, says in (("unplug", f"{device} is no-device"), ("plug", f"{device} is online")):
            before = len(demo.log("kiosk"))
            demo.do(f"/device/{device}/{deed}")
            demo.wait_until(lambda said=says, before=before: said in demo.log("kiosk")[before:], says)
    visitor.await_state("Idle")


def test_out_of_paper_keeps_the_payment_and_offers_a_photo(visitor: Visitor, demo: Demo) -> None:
    before = len(demo.log("kiosk"))
    demo.do("/printer/paper-out")
    demo.wait_until(lambda: "paper out" in demo.log("kiosk")[before:], "the printer's word on its paper")
    visitor.scan(codes(demo, "notice")[3])
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.ROWS[0])
    bill = visitor.await_qr()
    assert visitor.pay(bill, "E2E-NO-PAPER") == "exact"
    visitor.await_state("Confirmed")
    visitor.touch(visitor.RIGHT)
    visitor.await_state("Taking")
    tracking = demo.wait_until(
        lambda: [text for text in codes_in(demo.picture()) if "/t/" in text], "the tracking QR on the screen"
    )
    assert tracking


def test_a_broker_that_restarts_loses_nothing(visitor: Visitor, demo: Demo) -> None:
    pid = subprocess.run(
        ["pgrep", "-f", f"mosquitto -c {demo.directory}"], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    killed_at = datetime.now(UTC)
    os.kill(int(pid), signal.SIGKILL)
    visitor.scan(codes(demo, "folder")[2])
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.RIGHT)
    visitor.await_state("Idle")

    def has_come() -> bool:
        began = [datetime.fromisoformat(record["started_at"]) for record in visitor.records("visit-ended")]
        return any(each > killed_at for each in began)

    demo.wait_until(has_come, "the visit's record", 120)
    demo.wait_until(lambda: visitor.spool_depth() == 0, "everything delivered after the broker's restart", 120)
    visits = [record["visit_id"] for record in visitor.records("visit-ended")]
    assert len(visits) == len(set(visits)), "each once"


@pytest.mark.parametrize("program", ["frontdesk", "agent"])
def test_a_killed_program_is_started_again_and_serves(visitor: Visitor, demo: Demo, program: str) -> None:
    before = len(demo.log("kiosk"))
    demo.do(f"/program/{program}/kill")
    if program == "frontdesk":

        def is_back() -> bool:
            said = demo.log("kiosk")[before:]
            return all(f" {device} is online" in said for device in ("card", "scanner", "printer", "panel", "display"))

        demo.wait_until(is_back, "the front desk back")
        visitor.await_state("Idle")
    visitor.scan(codes(demo, "folder")[2])
    visitor.await_state("ChoosingNotice")


def test_broken_settings_are_refused_and_the_last_good_stay(visitor: Visitor, demo: Demo) -> None:
    with pytest.raises(RuntimeError, match="nothing has changed"):
        demo.fleet("settings", "kiosk", KIOSK_ID, "--patch", '{"patience": {"warning_s": 1}}', "--reason", "broken")
    demo.fleet("settings", "kiosk", KIOSK_ID, "--patch", '{"new_field": 1}', "--reason", "from the future")
    assert visitor.states()[-1] == "Idle"


def test_switching_the_service_off_closes_the_kiosk_and_on_opens_it(visitor: Visitor, demo: Demo) -> None:
    demo.fleet("settings", "kiosk", KIOSK_ID, "--patch", '{"services": []}', "--reason", "off")
    visitor.await_state("OutOfService")
    visitor.await_words("สอบถามที่เคาน์เตอร์")
    demo.fleet("settings", "kiosk", KIOSK_ID, "--patch", '{"services": null}', "--reason", "on")
    visitor.await_state("Idle")


def test_no_id_number_is_kept_or_written_anywhere(visitor: Visitor, demo: Demo) -> None:
    demo.do("/card/insert", citizen="owner")
    visitor.await_state("ChoosingNotice")
    demo.wait_until(lambda: visitor.spool_depth() == 0, "everything delivered")
    found = [path.relative_to(demo.directory) for path in demo.directory.rglob("*") if _tells_an_id_number(path)]
    assert found == []


def _tells_an_id_number(path: Path) -> bool:
    digits = b"19999000000"  # of every sample person
    with suppress(FileNotFoundError):  # a database's journal has just ended
        return path.is_file() and not path.is_symlink() and digits in path.read_bytes()
    return False


def test_the_demonstration_leaves_no_process_behind(tmp_path: Path) -> None:
    require("pcscd")
    require("mosquitto")
    with (tmp_path / "out").open("w+") as out:
        process = subprocess.Popen([sys.executable, "-m", "tests.support.demo"], stdout=out, stderr=subprocess.STDOUT)
        eventually(lambda: "Ctrl-C" in (tmp_path / "out").read_text(), 180)
        said = (tmp_path / "out").read_text()
        address = next(word for word in said.split() if word.startswith("http://"))
        assert requests.get(f"{address}state", timeout=PATIENCE_S).status_code == 200
        eventually(lambda: len(_descendants(process.pid)) >= 8)
        ours = _descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(2 * PATIENCE_S) == 0
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in ours))


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def test_an_officer_takes_a_folder_out_and_brings_it_back(visitor: Visitor, demo: Demo) -> None:
    """At the kiosk at once, without a network too; on the fleet's page as soon as it hears of it."""
    folder = codes(demo, "folder")[0]
    officer = Technician(USER, demo.password)
    page = f"{demo.fleet_address}/folders/{folder}/"
    demo.do("/card/insert", citizen="officer")
    visitor.await_state("DeskOpen")
    demo.do("/network/cut")
    visitor.scan(folder)
    visitor.await_state("FolderShown")
    visitor.touch(visitor.RIGHT)
    visitor.await_words("ยืมออกแล้ว")
    visitor.scan(folder)
    visitor.await_words("ตั้งแต่วันนี้")
    assert "อยู่ในที่เก็บ" in officer.open(page).text
    demo.do("/network/restore")
    demo.wait_until(lambda: "อยู่กับ ตัวอย่าง เจ้าหน้าที่หนึ่ง" in officer.open(page).text, "the folder's page")
    visitor.touch(visitor.RIGHT)
    visitor.await_words("คืนแล้ว")
    demo.wait_until(lambda: "อยู่ในที่เก็บ" in officer.open(page).text, "the folder back on its page")
    demo.do("/card/remove")
    visitor.await_state("Idle")
    visitor.scan(folder)
    visitor.await_state("ChoosingNotice")


def test_the_state_is_json_a_script_can_read(demo: Demo) -> None:
    assert json.dumps(demo.state())


def test_what_is_told_at_the_kiosk_is_followed_by_phone(visitor: Visitor, demo: Demo) -> None:
    """Tell us something: menu, topic, keyboard, slip; then the ticket stands at the fleet, and its page opens."""
    slips = len(demo.state()["slips"])
    visitor.touch((640, 600))
    visitor.await_words("บริการอื่น")
    visitor.touch((940, 555))
    visitor.await_words("คู่มือประชาชน")
    visitor.touch((335, 280))
    visitor.await_state("ChoosingTopic")

    def is_typing() -> bool:
        """The topics come a moment after their screen, so the first is tried until it is there."""
        visitor.touch((600, 245))
        return visitor.states()[-1:] == ["TypingText"]

    demo.wait_until(is_typing, "the keyboard")
    visitor.await_words("เล่าเรื่อง")
    for key in ((272, 508), (1008, 415), (588, 508)):
        visitor.touch(key)
    visitor.touch((1110, 720))
    visitor.await_state("Giving")
    slip = visitor.await_slip(slips + 1)
    demo.wait_until(lambda: visitor.records("ticket-opened"), "the ticket at the fleet")
    page = visitor.tracking_page(slip)
    assert page.status_code == 200
    assert visitor.records("ticket-opened")[-1].get("text") in (None, ""), "what was told stands in no log"
