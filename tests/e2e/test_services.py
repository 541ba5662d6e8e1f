"""One visit to each of the services beside paying, at the running demonstration, to where each of them leads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from fleet.partners.port import System
from fleet.partners.stand_in import Habit, StandIn
from fleet.protocol import presence
from tests.support import journeys, journeys_fees
from tests.support.demo import KIOSK_ID, OFFICE_ID, USER, Demo
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


def test_a_typed_number_is_paid_like_a_scanned_one(hand: Hand, demo: Demo) -> None:
    before = slips(hand)
    journeys.typed_number(hand, hand.code("notice", 2))
    bill = hand.visitor.await_qr()
    assert hand.visitor.pay(bill, "E2E-TYPED") == "exact"
    hand.await_state("Confirmed")
    assert hand.visitor.tracking_page(printed(hand, before)).ok


def test_a_fee_of_another_office_is_paid_and_followed(hand: Hand, demo: Demo) -> None:
    before = slips(hand)
    journeys_fees.to_qr(hand)
    bill = hand.visitor.await_qr()
    assert (bill.ref1, bill.amount_satang) == (journeys_fees.FIXED_FEE_LETTER, 24_000)
    demo.wait_until(
        lambda: any(each.get("fee") for each in hand.visitor.records("payment-opened")), "the QR known at the fleet"
    )
    assert hand.visitor.pay(bill, "E2E-OTHER-FEE") == "exact"
    hand.await_state("Confirmed")
    page = hand.visitor.tracking_page(printed(hand, before))
    assert "เทศบาลตัวอย่าง" in page.text
    assert "ธนาคารยืนยันแล้ว" in page.text


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


def test_an_account_that_nobody_signed_is_not_offered_whatever_the_fleet_says(demo: Demo) -> None:
    """Who owns the fleet's database owns the settings; money goes where the treasury has signed, or nowhere."""
    thief, sample = "999999999999999", "112345678901234"
    hand, admin = Hand.at(demo), Technician(USER, demo.password)

    def name(biller_id: str) -> None:
        patch = f'{{"payee": {{"biller_id": "{biller_id}"}}}}'
        demo.fleet("settings", "national", "--patch", patch, "--reason", "ตัวอย่าง")

    def page() -> str:
        return admin.open(f"{demo.fleet_address}/kiosks/{KIOSK_ID}/").text

    hand.go_home()
    name(thief)
    demo.wait_until(lambda: "ตู้ไม่รับชำระเงิน" in page(), "the kiosk's word that it takes no payments")
    assert thief in page()
    hand.visitor.scan(demo_notice(demo))
    hand.await_state("Sorry")
    hand.go_home()
    name(sample)
    demo.wait_until(lambda: "ตู้ไม่รับชำระเงิน" not in page(), "payments again")


def test_a_presence_slip_says_what_is_said_of_its_card(hand: Hand, demo: Demo) -> None:
    """The last of this demonstration's: from here on cards are checked."""
    stand_in = StandIn(habits={System.CARD_STATUS: Habit.DECLINING})

    def on_screen() -> presence.Presence | None:
        codes = [each for each in codes_in(demo.picture()) if each.startswith(presence.PREFIX)]
        return presence.parse(codes[0]).presence if codes else None

    demo.fleet("settings", "national", "--patch", '{"presence": {"check_card": true}}', "--reason", "ตัวอย่าง")
    with answering(stand_in) as address:
        admin = Technician(USER, demo.password)
        set_up = f"{demo.fleet_address}/partners/{System.CARD_STATUS}/"
        admin.fill_in(set_up, address=address, is_on="on", timeout_s="20")
        hand.choose("presence-slip", "Noticed")
        hand.await_words("กรมการปกครอง")  # the notice says what is asked of whom, once the settings are here
        hand.touch_until(hand.visitor.LEFT, "ChoosingService")
        journeys.presence_slip(hand, "Sorry")
        for habit, answered in ((Habit.WELL, True), (Habit.GARBLED, False)):
            stand_in.habits[System.CARD_STATUS] = habit
            hand.go_home()
            hand.open_menu()
            journeys.presence_slip(hand)
            said = demo.wait_until(on_screen, "the slip's QR on the screen")
            assert (said.verified, said.unanswered) == (answered, not answered)
            hand.touch_until(hand.visitor.RIGHT, "Taking")
    assert stand_in.asked[System.CARD_STATUS] == 3


def demo_notice(demo: Demo) -> str:
    """The code of a notice that could be paid."""
    codes = json.loads(demo.fleet("sample-codes", OFFICE_ID))
    return next(each["code"] for each in codes if each.get("kind", "notice") == "notice")
