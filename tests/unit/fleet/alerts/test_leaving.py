"""Messages of alerts leave: to whom they may, as often as is bearable, at least once, whatever is killed."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_string

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.alerts.deeds import DeedError, add_address, send_again, try_out
from fleet.alerts.keeping import look_again, make_digests
from fleet.alerts.models import Address, Alert, Attempt, Channel, Duty, Letter, Message
from fleet.alerts.policies import decide
from fleet.alerts.sending import Carriers, begin, finish, is_anything_due, send_all
from fleet.devices.models import Kiosk
from fleet.office.models import Office
from fleet.people.models import Membership, Role
from tests.support.alerting import MONDAY, Fleet, carriers, never, person
from tests.support.mail_server import MailServer

# Apprise reads its plugins when it is first used, and one of them a module of Python's that is to go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def text(letter: str) -> str:
    """What a letter says, in all of its parts."""
    parts = message_from_string(letter).walk()
    return "\n".join(str(part.get_payload(decode=True), "utf-8") for part in parts if not part.is_multipart())


def test_a_letter_says_what_happened_and_what_to_do_and_the_end_is_told_to_who_was_told(
    fleet: Fleet, mail: MailServer
) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    assert is_anything_due(fleet.now)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert mail.recipients == ["wichai@sala.example"]
    assert not is_anything_due(fleet.now)
    fleet.after(1).all_say().look()
    fleet.after(6).all_say().look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert [each.what for each in Message.objects.filter(person=wichai)] == ["opened", "closed"]


def test_who_was_not_told_of_it_is_not_told_that_it_is_over(fleet: Fleet, mail: MailServer) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    fleet.after(1).all_say().look()
    fleet.after(6).all_say().look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert mail.letters == []


def test_to_an_account_that_was_closed_meanwhile_nothing_leaves(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01", "KKN-01").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    begin_again = fleet.after(2).now
    fleet.say("CBI-02", paper="out").look()
    assert is_anything_due(begin_again)
    User.objects.filter(pk=wichai.pk).update(is_active=False)
    assert not is_anything_due(begin_again)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0


def test_of_what_is_not_theirs_any_more_nothing_leaves(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01", "KKN-01").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1  # and is to be tried again
    fleet.after(2).say("CBI-02", paper="out").look()  # and another waits for its first try
    Membership.objects.filter(user=wichai).update(dopa_code=40)
    mail.refuse = False
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert mail.letters == []
    theirs = Message.objects.filter(person=wichai)
    assert theirs.count() == theirs.filter(withdrawn_at__isnull=False).count() == 2
    try_out(wichai)
    assert send_all(carriers(mail), timezone.now, never) == 1


def test_tries_of_what_is_not_theirs_any_more_stay_and_count(fleet: Fleet, mail: MailServer) -> None:
    decide(None, {"sending": {"most_an_hour": 1}}, None, "ทดลอง")
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    Membership.objects.filter(user=wichai).update(dopa_code=40)
    mail.refuse = False
    fleet.after(2).say("KKN-01", paper="out").look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0  # the one try of this hour was made
    (letter,) = Letter.objects.filter(person=wichai)
    assert (letter.state, letter.next_at) == (Letter.State.WITHDRAWN, None)
    assert [each.ok for each in letter.attempts.all()] == [False]
    assert [each.withdrawn_at is not None for each in letter.messages.all()] == [True]
    fleet.after(61)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert Attempt.objects.filter(person=wichai).count() == 2


def test_a_letter_of_many_leaves_again_without_what_is_not_theirs_any_more(fleet: Fleet, mail: MailServer) -> None:
    decide(None, {"sending": {"most_an_hour": 1}}, None, "ทดลอง")
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    Membership.objects.create(user=wichai, role=Role.TECHNICIAN, dopa_code=40)
    fleet.after(16).say("CBI-01", paper="out").say("KKN-01", paper="out").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    Membership.objects.filter(user=wichai, dopa_code=40).delete()
    mail.refuse = False
    fleet.after(61)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    (letter,) = Letter.objects.filter(person=wichai)
    left = {each.alert.kiosk_id: each.withdrawn_at is None for each in letter.messages.all() if each.alert}
    assert left == {"CBI-01": True, "KKN-01": False}
    (said,) = mail.letters
    assert f"/alerts/{Alert.objects.get(kiosk_id='CBI-01').pk}/" in text(said)  # the letter of one alert, not of two


def test_a_storm_is_six_letters_and_the_rest_when_there_is_room(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    office = Office.objects.get(pk="CBI")
    Kiosk.objects.bulk_create(Kiosk(kiosk_id=f"X-{n:03d}", office=office, name_th="x", name_en="x") for n in range(100))
    fleet.all_say()
    for number in range(30):
        fleet.say(f"X-{number:03d}", paper="out")
    fleet.look()
    assert Message.objects.count() == 30
    assert send_all(carriers(mail), lambda: fleet.now, never) == 6
    assert len(mail.letters) == 6
    assert not is_anything_due(fleet.now)
    for number in range(30, 40):
        fleet.say(f"X-{number:03d}", paper="out")
    fleet.look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert not is_anything_due(fleet.now)  # nobody starts a sender for nothing
    fleet.after(59)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    fleet.after(2)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 6
    assert len(mail.letters) == 12
    assert not Message.objects.filter(person=wichai, letter__isnull=True).exists()


def test_a_failed_letter_goes_to_the_next_address_under_the_same_key_and_is_given_up_at_last(
    fleet: Fleet, mail: MailServer
) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    add_address(wichai, Channel.MAIL, "second@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    mail.refuse = True
    tries = 0
    for minutes in (0, 2, 6, 16, 61, 600):
        fleet.after(minutes)
        tries += send_all(carriers(mail), lambda: fleet.now, never)
    assert tries == 5
    (letter,) = Letter.objects.all()
    assert letter.state == Letter.State.FAILED
    assert [each.address.address[:4] for each in letter.attempts.all() if each.address] == [
        *("wich", "seco", "wich", "seco", "wich")
    ]
    assert {each.ok for each in letter.attempts.all()} == {False}
    mail.refuse = False
    assert send_again(letter)
    assert send_all(carriers(mail), timezone.now, never) in (0, 1)  # by the machine's own clock it is due at once
    assert Letter.objects.count() == 1


def test_killed_while_sending_it_is_sent_again_under_the_same_key(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    assert begin(wichai.pk, carriers(mail), fleet.now) is not None  # and dies
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    fleet.after(6)
    again = begin(wichai.pk, carriers(mail), fleet.now)
    assert again is not None
    assert finish(*again, carriers(mail), lambda: fleet.now) == "sent"
    assert Letter.objects.count() == 1
    assert Attempt.objects.count() == 2
    assert len(mail.letters) == 1


def test_letters_wait_for_a_persons_hours_and_what_is_failing_need_not(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    Duty.objects.create(person=wichai, from_hour=13, to_hour=16)
    fleet.say("CBI-01", paper="out").look()
    assert not is_anything_due(fleet.now)
    assert is_anything_due(MONDAY.replace(hour=13, minute=1))
    Duty.objects.filter(pk=wichai.pk).update(failing_any_time=True)
    look_again(wichai.pk, fleet.looking.desk(None))
    assert Message.objects.get().not_before <= timezone.now()


def test_a_digest_once_a_working_day_with_what_is_open(fleet: Fleet, mail: MailServer) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    person("other", Role.TECHNICIAN, 40, "other@sala.example")
    fleet.say("CBI-01", paper="out").look()
    Message.objects.all().delete()
    desk, policies = fleet.looking.desk(None), fleet.looking.policies
    assert make_digests(policies, desk, MONDAY.replace(hour=8)) == 0
    assert make_digests(policies, desk, MONDAY - timedelta(days=1)) == 0
    assert make_digests(policies, desk, MONDAY) == 1
    assert make_digests(policies, desk, MONDAY + timedelta(hours=1)) == 0
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert len(mail.letters) == 1


def test_addresses_are_checked_and_webhooks_go_where_the_operator_allows_only(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20)
    for channel, wrong in (
        (Channel.MAIL, "no mail"),
        (Channel.MAIL, "a@b?to=c"),
        (Channel.LINE, "U/../x"),
        (Channel.WEBHOOK, "http://127.0.0.1:8000/"),
        (Channel.WEBHOOK, "http://[::1"),
    ):
        with pytest.raises(DeedError):
            add_address(wichai, channel, wrong)
    with pytest.raises(DeedError):
        try_out(wichai)
    add_address(wichai, Channel.MAIL, "wichai@sala.example")
    with pytest.raises(DeedError):
        add_address(wichai, Channel.MAIL, "wichai@sala.example")
    trial = try_out(wichai)
    with pytest.raises(DeedError):
        try_out(wichai)
    assert send_all(carriers(mail), timezone.now, never) == 1
    trial.refresh_from_db()
    assert trial.letter is not None
    Address.objects.create(person=wichai, channel="webhook", address="http://127.0.0.1:1/", made_at=fleet.now)
    assert Carriers._post(Address.objects.last() or Address(), "k", b"{}", fleet.now) == "not allowed"
