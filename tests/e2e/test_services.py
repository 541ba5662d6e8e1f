"""One visit to each of the services beside paying, at the running demonstration, to where each of them leads."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from fleet.partners.port import System
from fleet.partners.stand_in import StandIn
from tests.support import journeys
from tests.support.demo import USER, Demo
from tests.support.journeys import Hand
from tests.support.partner_stand_in import answering
from tests.support.require import require
from tests.support.seeing import codes_in
from tests.support.technician import Technician

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    require("pcscd")
    require("mosquitto")
    require("tesseract")
    with Demo() as running:
        hand = Hand.at(running)
        hand.await_state("Idle")
        hand.visitor.await_online()
        yield running


@pytest.fixture
def hand(demo: Demo) -> Iterator[Hand]:
    at = Hand.at(demo)
    at.open_menu()
    yield at
    at.go_home()


def printed(hand: Hand, after: int) -> bytes:
    return hand.visitor.await_slip(after + 1)


def slips(hand: Hand) -> int:
    return len(hand.demo.state()["slips"])


def scan_slip(hand: Hand, text: str) -> None:
    """Hold a slip's QR under the scanner at "follow a case"."""
    hand.go_home()
    hand.open_menu()
    hand.choose("follow-case", "Inviting")
    hand.visitor.scan(text)


def test_a_presence_slip_is_checked_on_the_web_and_at_a_kiosk(hand: Hand, demo: Demo) -> None:
    before = slips(hand)
    journeys.presence_slip(hand)
    (text,) = codes_in(printed(hand, before))
    page = Technician(USER, demo.password).fill_in(f"{demo.fleet_address}/slip/", text=text)
    assert "ใบนี้เป็นของจริง" in page.text
    assert "ทดสอบ" in page.text
    assert "ยังไม่ได้ตรวจสอบกับกรมการปกครอง" in page.text
    hand.go_home()
    hand.visitor.scan(text)
    hand.await_state("PresenceChecked")
    hand.await_words("ใบนี้เป็นของจริง")


def test_who_registers_is_i_industrys_customer_and_can_follow_it(hand: Hand, demo: Demo) -> None:
    stand_in = StandIn()
    before = slips(hand)
    with answering(stand_in) as address:
        admin = Technician(USER, demo.password)
        set_up = f"{demo.fleet_address}/partners/{System.CUSTOMERS}/"
        admin.fill_in(set_up, address=address, is_on="on", timeout_s="20")
        journeys.register(hand)
        (follow,) = codes_in(printed(hand, before))
        demo.wait_until(lambda: stand_in.customers, "the registration at i-Industry")
        page = demo.wait_until(
            lambda: (
                (found := admin.open(demo.fleet_address + urlsplit(follow).path)).ok
                and "IND-000001" in found.text
                and found
            ),
            "the customer number on the slip's page",
        )
        assert "xxx-xxx" not in page.text, "the page says how it stands, not who asked"
        listed = admin.open(f"{demo.fleet_address}/registrations/")
        assert "IND-000001" in listed.text
        admin.fill_in(set_up, address=address, timeout_s="20")  # off again, before it is gone
    assert stand_in.registered == {next(iter(stand_in.registered)): "IND-000001"}
    scan_slip(hand, follow)
    hand.await_state("CaseShown")
    hand.await_words("ขึ้นทะเบียนแล้ว")


def test_my_factory_says_what_is_owed_and_leads_to_paying(hand: Hand) -> None:
    journeys.my_factory(hand)
    hand.await_words("3,300.00")
    hand.touch_until(hand.visitor.ROWS[0], "ChoosingNotice")


def test_a_case_is_followed_and_its_slip_leads_back_to_it(hand: Hand, demo: Demo) -> None:
    before = slips(hand)
    journeys.follow_case(hand)
    hand.visitor.touch(hand.visitor.RIGHT)
    slip = printed(hand, before)
    page = hand.visitor.tracking_page(slip)
    assert page.status_code == 200
    (text,) = codes_in(slip)
    scan_slip(hand, text)
    hand.await_state("CaseShown")


def test_a_ticket_is_followed_online_and_offline_it_is_said_so(hand: Hand, demo: Demo) -> None:
    before = slips(hand)
    journeys.tell_us(hand)
    (text,) = codes_in(printed(hand, before))
    demo.wait_until(lambda: hand.visitor.records("ticket-opened"), "the ticket at the fleet")
    scan_slip(hand, text)
    hand.await_state("CaseShown")
    hand.await_words("รอสำนักงานตอบ")
    demo.do("/network/cut")
    try:
        scan_slip(hand, text)
        hand.await_state("Sorry")
        hand.await_words("บนใบด้วยโทรศัพท์แทน")
    finally:
        demo.do("/network/restore")
