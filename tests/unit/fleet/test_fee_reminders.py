"""Reminders: how often at most, and what is known of each when mail servers and processes fail.

The carrier is Apprise itself, and mail goes to a real SMTP server on loopback.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email import message_from_string
from email.header import decode_header, make_header
from email.policy import default
from functools import partial
from io import StringIO
from itertools import pairwise
from zoneinfo import ZoneInfo

import apprise
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.office.fees import sending
from fleet.office.fees.models import Contact, Reminder
from fleet.office.fees.policies import decide, policy_of
from fleet.office.fees.policy import PolicyError, Reminders, read_policy
from fleet.office.fees.reminding import TRIES_MAX, Sent, due_day, is_quiet, pause
from fleet.office.fees.sending import Carriers
from fleet.office.models import Notice, Office
from fleet.office.records import mark_paid
from tests.support.fleet_payments import owed
from tests.support.mail_server import MailServer, mail_server

# Apprise reads its plugins when it is first used, and one of them a module of Python's that is to go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

BANGKOK = ZoneInfo("Asia/Bangkok")
ADDRESS = "owner@factory.example"
ON = {"on": True, "days": [-7, 7, 30], "channels": ["line", "mail", "letter"], "least_gap_days": 7, "most": 2}


def never() -> bool:
    return False


@pytest.fixture
def notice() -> Notice:
    """One of Chon Buri's with a mail address; every other one is paid."""
    found = owed()
    Notice.objects.exclude(pk=found.pk).update(paid_at=datetime(2026, 1, 1, tzinfo=BANGKOK))
    Contact.objects.create(
        factory=found.factory,
        channel="mail",
        address=ADDRESS,
        ground="notice",
        noted_at=datetime(2026, 1, 1, tzinfo=BANGKOK),
    )
    decide(Office.objects.get(pk="CBI"), {"reminders": ON}, None, "ทดลอง")
    return found


def carriers(mail: MailServer) -> Carriers:
    return Carriers({"mail": mail.carrier("office@sala.example")})


def at(notice: Notice, day: int, hour: int = 10) -> Callable[[], datetime]:
    """A working day so many days from the notice's last day to pay, or the next after it."""
    on = notice.due_on + timedelta(days=day)
    while on.weekday() >= 5:
        on += timedelta(days=1)
    return lambda: datetime(on.year, on.month, on.day, hour, tzinfo=BANGKOK)


def send(mail: MailServer, now: Callable[[], datetime]) -> list[tuple[int, str]]:
    sending.send_all(carriers(mail), now, never)
    return [(each.day, each.state) for each in Reminder.objects.order_by("pk")]


def test_a_mail_leaves_once_and_says_what_is_owed_in_both_languages(mail: MailServer, notice: Notice) -> None:
    assert send(mail, at(notice, 7)) == [(7, "sent")]
    assert send(mail, at(notice, 7, 11)) == [(7, "sent")]
    assert mail.recipients == [ADDRESS]
    said = message_from_string(mail.letters[0], policy=default)
    body = said.get_body(("plain", "html"))
    assert body is not None
    text = body.get_content()
    assert notice.notice_no in text
    assert "พ้นกำหนด" in str(make_header(decode_header(str(said["subject"]))))
    assert "ตัวอย่าง ชำระไม่ได้จริง" in text
    assert "baht" in text
    assert notice.factory.name_th not in text


@pytest.mark.parametrize(("day", "hour"), [(6, 10), (7, 8), (7, 16), (13, 10)])
def test_not_before_its_day_nor_outside_the_hours_nor_long_after(
    mail: MailServer, notice: Notice, day: int, hour: int
) -> None:
    now = at(notice, day, hour)
    if day == 6 and now().date() != notice.due_on + timedelta(days=6):
        pytest.fail("the sample's day is no working day; choose another")
    assert send(mail, now) == []


def test_no_more_than_the_policy_says(mail: MailServer, notice: Notice) -> None:
    days = [send(mail, at(notice, day))[-1:] for day in (-7, 7, 30)]
    assert days == [[(-7, "sent")], [(7, "sent")], [(7, "sent")]]
    assert len(mail.letters) == 2


def test_nobody_is_reminded_of_what_is_paid(mail: MailServer, notice: Notice) -> None:
    mark_paid(Notice.objects.select_related("factory").get(pk=notice.pk), at(notice, 0)())
    assert send(mail, at(notice, 7)) == []


def test_a_day_of_an_office_has_an_end(mail: MailServer, notice: Notice) -> None:
    Notice.objects.filter(factory__office="CBI").update(paid_at=None, due_on=notice.due_on)
    decide(Office.objects.get(pk="CBI"), {"reminders": {**ON, "most_a_day": 2}}, None, "ทดลอง")
    for _ in range(3):
        send(mail, at(notice, 7))
    assert Reminder.objects.count() == 2


def test_without_an_address_it_is_a_letter_to_print(mail: MailServer, notice: Notice) -> None:
    Contact.objects.all().delete()
    assert send(mail, at(notice, 7)) == [(7, "to-print")]
    assert mail.letters == []


def test_a_failure_waits_longer_and_longer_and_then_is_given_up(mail: MailServer, notice: Notice) -> None:
    mail.refuse = True
    now = at(notice, 7)()
    for tries in range(1, TRIES_MAX + 1):
        for _ in range(2):  # at once again: nothing more leaves
            send(mail, partial(datetime.astimezone, now, BANGKOK))
        reminder = Reminder.objects.get()
        assert reminder.tries == tries
        now = at_work(now + (pause(tries) or timedelta()))
    assert reminder.state == "failed"
    mail.refuse = False
    assert send(mail, lambda: now + timedelta(hours=1)) == [(7, "failed")]
    assert mail.letters == []


def at_work(moment: datetime) -> datetime:
    """The moment itself, or the next in the hours in which somebody may be reminded."""
    while is_quiet(Reminders(), moment, ()):
        moment += timedelta(hours=1)
    return moment


def test_a_failure_is_not_mended_at_night_nor_after_reminders_were_turned_off(mail: MailServer, notice: Notice) -> None:
    mail.refuse = True
    began = at(notice, 7, 15)()
    assert send(mail, lambda: began) == [(7, "waiting")]
    mail.refuse = False
    assert send(mail, lambda: began + timedelta(hours=1)) == [(7, "waiting")], "16:00: the office sleeps"
    office = Office.objects.get(pk="CBI")
    decide(office, {"reminders": {**ON, "on": False}}, None, "ทดลอง")
    assert send(mail, lambda: at_work(began + timedelta(hours=18))) == [(7, "waiting")]
    decide(office, {"reminders": ON}, None, "ทดลอง")
    assert send(mail, lambda: at_work(began + timedelta(days=12))) == [(7, "failed")], "long after its day"
    assert mail.letters == []


def test_a_failure_that_is_over_ends_well(mail: MailServer, notice: Notice) -> None:
    mail.refuse = True
    now = at(notice, 7)()
    assert send(mail, lambda: now) == [(7, "waiting")]
    mail.refuse = False
    assert send(mail, lambda: now + timedelta(minutes=10)) == [(7, "sent")]
    assert len(mail.letters) == 1


def test_who_is_killed_between_sending_and_writing_down_leaves_a_maybe_and_no_storm(
    mail: MailServer, notice: Notice
) -> None:
    now = at(notice, 7)()
    [due] = sending.due(Office.objects.get(pk="CBI"), carriers(mail), now)
    assert sending.begin(due, now) is not None  # and here the process dies, mail sent or not
    assert sending.begin(due, now) is None
    assert send(mail, lambda: now + timedelta(minutes=1)) == [(7, "sending")]
    assert send(mail, lambda: now + timedelta(minutes=11)) == [(7, "maybe")]
    assert send(mail, lambda: now + timedelta(hours=2)) == [(7, "maybe")]
    assert mail.letters == []


def test_a_server_that_is_not_there_is_a_failure_to_try_again(notice: Notice) -> None:
    with mail_server() as gone:
        pass
    assert send(gone, at(notice, 7)) == [(7, "waiting")]


def test_no_address_is_logged(mail: MailServer, notice: Notice) -> None:
    root, level = logging.getLogger(), logging.getLogger().level
    whole = logging.StreamHandler(said := StringIO())  # where stderr's handler hangs, too
    root.addHandler(whole)
    root.setLevel(logging.DEBUG)
    try:
        send(mail, at(notice, -7))
        mail.refuse = True
        send(mail, at(notice, 7))
    finally:
        root.setLevel(level)
        root.removeHandler(whole)
    assert mail.recipients == [ADDRESS, ADDRESS]
    assert "did not leave" in said.getvalue()
    assert ADDRESS.split("@", maxsplit=1)[0] not in said.getvalue()


def test_line_is_a_carrier_that_apprise_knows() -> None:
    line = apprise.Apprise.instantiate("line://token/U" + "0" * 32)
    assert line is not None
    assert type(line).__name__ == "NotifyLine"


def test_the_office_lays_its_policy_over_the_nations() -> None:
    office = Office.objects.get(pk="CBI")
    decide(None, {"reminders": ON, "letter": {"contact": "กลาง"}}, None, "ทดลอง")
    decide(office, {"reminders": {"most": 1}}, None, "ทดลอง")
    assert policy_of(office).reminders.days == (-7, 7, 30)
    assert policy_of(office).reminders.most == 1
    assert policy_of(office).letter.contact == "กลาง"
    with pytest.raises(PolicyError):
        decide(office, {"reminders": {"channels": ["pigeon"]}}, None, "ทดลอง")
    with pytest.raises(PolicyError):
        decide(office, {"reminders": {"from_hour": 17}}, None, "ทดลอง")


def test_the_default_reminds_nobody() -> None:
    assert not read_policy([]).reminders.on


# ---- for any days ---------------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(-60, 60), unique=True, max_size=8),
    st.integers(0, 5),
    st.integers(1, 20),
    st.integers(0, 5),
    st.lists(st.booleans(), min_size=140, max_size=140),
)
def test_over_any_half_year_no_limit_is_ever_passed(
    days: list[int], most: int, gap: int, late: int, up: list[bool]
) -> None:
    policy = Reminders(on=True, days=tuple(days), most=most, least_gap_days=gap, late_by_days=late)
    due, before = date(2026, 6, 1), list[Sent]()
    for offset, is_up in enumerate(up, start=-70):
        today = due + timedelta(days=offset)
        day = due_day(policy, due, today, before) if is_up else None
        if day is not None:
            assert 0 <= offset - day <= late
            before.append(Sent(day, today))
    assert len(before) <= most
    assert len({each.day for each in before}) == len(before)
    assert all(later.begun_on - earlier.begun_on >= timedelta(days=gap) for earlier, later in pairwise(before))


@pytest.mark.parametrize(
    ("now", "quiet"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=BANGKOK), False),
        (datetime(2026, 11, 22, 10, tzinfo=BANGKOK), True),
        (datetime(2026, 11, 23, 8, 59, tzinfo=BANGKOK), True),
        (datetime(2026, 11, 23, 16, tzinfo=BANGKOK), True),
        (datetime(2026, 11, 24, 10, tzinfo=BANGKOK), True),
    ],
)
def test_quiet_are_weekends_holidays_and_the_hours_outside(now: datetime, quiet: bool) -> None:
    assert is_quiet(Reminders(), now, {date(2026, 11, 24)}) is quiet


# ---- whatever the clock does ----------------------------------------------------------------------------------------


@given(st.lists(st.integers(-120, 120), max_size=80), st.integers(0, 4), st.integers(1, 20))
def test_a_clock_that_jumps_gets_nobody_reminded_more_often(offsets: list[int], most: int, gap: int) -> None:
    """Days in any order, as a clock that was wrong and is set right tells them."""
    policy = Reminders(on=True, days=(-30, -7, 0, 7, 30), most=most, least_gap_days=gap, late_by_days=5)
    due, before = date(2026, 6, 1), list[Sent]()
    for offset in offsets:
        today = due + timedelta(days=offset)
        day = due_day(policy, due, today, before)
        if day is not None:
            before.append(Sent(day, today))
    assert len(before) <= most
    assert len({each.day for each in before}) == len(before)
    begun = sorted(each.begun_on for each in before)
    assert all(later - earlier >= timedelta(days=gap) for earlier, later in pairwise(begun))


def test_across_restarts_and_clock_jumps_mail_leaves_as_often_as_the_policy_says(
    mail: MailServer, notice: Notice
) -> None:
    """Each look is a process that began anew: nothing but the database remembers."""
    days = (-7, -7, 7, -7, 400, 7, 8, -30, 30, 7, 31, -7)
    for day in days:
        sending.send_all(carriers(mail), at(notice, day), never)
    assert len(mail.letters) == 2 == ON["most"]
    begun = sorted(Reminder.objects.values_list("begun_on", flat=True))
    assert (begun[1] - begun[0]).days >= 7


def test_a_clock_set_back_while_a_mail_was_leaving_sends_no_second_one(mail: MailServer, notice: Notice) -> None:
    now = at(notice, 7)()
    [due] = sending.due(Office.objects.get(pk="CBI"), carriers(mail), now)
    assert sending.begin(due, now) is not None  # and here the process dies; the clock is set back before the next
    for hours in (-24 * 3, -1, 0, 24 * 365):
        send(mail, partial(at_work, now + timedelta(hours=hours)))
    assert Reminder.objects.get().state == "maybe"
    assert mail.letters == []
