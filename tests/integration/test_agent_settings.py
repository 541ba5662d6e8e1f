"""The agent and its settings, against a real broker: which it takes, what it says of the others, and to whom."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest

from fleet.protocol.enrolment import Grant
from fleet.protocol.messages import Reported
from fleet.protocol.records import Restarted, SettingsApplied, decode_record
from fleet.protocol.topics import Channel
from kiosk import news, settings_store
from kiosk.config import GRANT_FILE
from kiosk.spool import Spool
from tests.support.agent_site import KIOSK_ID, Site
from tests.support.broker import PATIENCE_S, eventually
from tests.support.sample_visit import DOCUMENT


def test_settings_reach_the_desk_while_the_office_is_being_fetched(site: Site) -> None:
    """The fleet's interface never answers: that holds the link up for a while only (kiosk/office/decisions/0001)."""
    site.office.answer = lambda _head: site.office.leaving.wait(10 * PATIENCE_S) and ()  # type: ignore[assignment]
    site.start()
    eventually(lambda: site.office.requests)
    site.online()
    for revision in (1, 2, 3):
        site.desire(revision)
        site.tells(news.SettingsStored, revision)
    loaded = settings_store.load(site.folder / "data")
    assert loaded is not None
    assert loaded[0].settings_revision == 3


def test_settings_it_cannot_live_with_are_reported_and_the_last_good_kept(site: Site) -> None:
    site.start()
    site.desire(1)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1 and not r.problems)
    site.desire(2, {**DOCUMENT, "payee": {"biller_id": "12345"}})
    refused = site.hears(Channel.REPORTED, Reported, lambda r: bool(r.problems))
    assert refused.settings_revision == 1
    assert refused.problems[0].startswith("revision 2: ")
    site.desire(3, {**DOCUMENT, "colour": "red", "services": ["pay-fee", "fly"]})
    used = site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 3)
    assert used.problems == ("unknown field: colour", "unknown service: fly")
    assert [each.revision for each in site.tells(news.SettingsStored, 2)] == [1, 3]


def test_settings_refused_before_are_no_news_when_they_are_offered_again(site: Site) -> None:
    """The fleet offers what it wants at every reconnection; a flapping line must not fill the spool."""
    site.start()
    site.desire(1)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1)
    for _ in range(3):
        site.desire(2, {**DOCUMENT, "payee": {"biller_id": "12345"}})
    site.desire(3)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 3)
    assert site.end() == 0
    with closing(Spool(site.folder / "data" / "spool.sqlite")) as spool:
        batch = spool.batch(0)
    assert batch is not None
    records = [decode_record(each.record) for each in batch.records]
    assert [each.revision for each in records if isinstance(each, SettingsApplied)] == [1, 2, 3]


def test_settings_that_wait_for_the_first_word_of_who_signs_are_not_on_record_as_refused(site: Site) -> None:
    """As in the first seconds of every kiosk that is let in."""
    grant = Grant(
        kiosk_id=KIOSK_ID, certificate="", ca="", broker_host="h", broker_port=1, fleet_api="https://f",
        trust_root="{}", dopa_code=20,
    )  # fmt: skip
    (site.identity / GRANT_FILE).write_bytes(msgspec.json.encode(grant))
    site.start()
    site.desire(2)
    said = site.hears(Channel.REPORTED, Reported, lambda r: bool(r.problems))
    assert said.problems[0] == "revision 2: nothing verified yet"
    assert site.end() == 0
    with closing(Spool(site.folder / "data" / "spool.sqlite")) as spool:
        batch = spool.batch(0)
    assert batch is not None
    assert [type(decode_record(each.record)) for each in batch.records] == [Restarted]


def test_settings_the_desk_has_given_up_are_reported_and_not_taken_again(site: Site) -> None:
    data = site.folder / "data"
    site.start()
    site.desire(1)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1)
    settings_store.prove(data)
    site.desire(2)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 2)
    for _ in range(settings_store.DEATHS_MAX):
        settings_store.begin_life(data, after_death=True)
    site.desk.send(news.DeskStatus(devices={}, paper="full", in_visit=False))
    said = site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1 and bool(r.problems))
    assert said.problems == (settings_store.GIVEN_UP.format(revision=2),)
    site.heard.clear()
    site.desire(2)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1 and r.problems == said.problems)
    site.desire(3)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 3 and not r.problems)


def test_what_it_does_not_understand_is_reported_after_a_restart_too(site: Site) -> None:
    site.start()
    site.desire(1, {**DOCUMENT, "colour": "red"})
    site.hears(Channel.REPORTED, Reported, lambda r: r.problems == ("unknown field: colour",))
    assert site.end() == 0
    site.forget()
    site.start()
    site.hears(Channel.REPORTED, Reported, lambda r: r.problems == ("unknown field: colour",))


def test_a_retained_message_that_was_cleared_says_nothing(site: Site) -> None:
    site.start()
    site.desire(1)
    site.tells(news.SettingsStored)
    site.say(Channel.DESIRED, b"", retain=True)
    site.desire(2)
    report = site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 2)
    assert report.problems == ()
    assert b"truncated" not in b"".join(payload for _, payload in site.heard)


@pytest.mark.parametrize("payload", [b"{", b"[]", b'{"settings_revision": "x"}', b"[" * 50_000, b"\xff\xfe"])
def test_a_desired_state_that_is_no_message_is_reported_and_survived(site: Site, payload: bytes) -> None:
    site.start()
    site.online()
    site.say(Channel.DESIRED, payload, retain=True)
    assert site.hears(Channel.REPORTED, Reported, lambda r: bool(r.problems)).problems[0].startswith("Desired")
    site.desire(1)
    site.tells(news.SettingsStored)
