"""The rules of alerts, purely: one kiosk against them, office hours, peers, signatures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.alerts.findings import Finding, Place, Rule
from fleet.alerts.hours import Desk
from fleet.alerts.judging import Round, Said, SaidDevice, SaidHealth, Seen, judge
from fleet.alerts.peers import PEERS_MIN, stand_out, upper_tail
from fleet.alerts.policy import AlertPolicy, PolicyError, read_policy
from fleet.alerts.words import remedy, rule, sentence
from fleet.office.holidays.days import Calendar
from fleet.protocol.messages import DeviceState, DeviceStatus, Health, Status, encode
from fleet.webhooks.signing import is_signed, signature

BANGKOK = ZoneInfo("Asia/Bangkok")
PLACE = Place(20, "CBI", "CBI-01")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=BANGKOK)
FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=BANGKOK)
HOLIDAY = date(2026, 11, 24)
DESK = Desk(Calendar(frozenset({HOLIDAY})), AlertPolicy().hours)
ALL_WELL = {"printer": SaidDevice("online"), "panel": SaidDevice("online")}


def kiosk(now: datetime, said: Said | None = None, *, silent_min: float = 0, alive: bool = True) -> Seen:
    return Seen(PLACE, alive, now - timedelta(minutes=silent_min), None, said or Said(devices=ALL_WELL))


def found(seen: Seen, now: datetime, *, hearing_min: float = 10_000, **policy: object) -> list[Finding]:
    at = Round(now, now - timedelta(minutes=hearing_min))
    return list(judge(seen, read_policy([policy]), DESK, at))


def test_a_kiosk_that_is_well_is_no_trouble() -> None:
    assert found(kiosk(MONDAY), MONDAY) == []


@pytest.mark.parametrize(
    ("hour", "minute", "silent_min", "opens"),
    [
        (10, 0, 14, False),
        (10, 0, 16, True),
        (8, 40, 600, False),  # switched off overnight: ten minutes of office hours
        (8, 46, 600, True),
        (8, 0, 600, False),
        (17, 0, 60, False),
    ],
)
def test_offline_counts_minutes_of_office_hours(hour: int, minute: int, silent_min: int, *, opens: bool) -> None:
    now = MONDAY.replace(hour=hour, minute=minute)
    (one,) = found(kiosk(now, silent_min=silent_min, alive=False), now)
    assert (one.rule, one.opens) == (Rule.OFFLINE, opens)


def test_nobody_is_offline_on_a_holiday_or_at_the_weekend() -> None:
    for now in (MONDAY + timedelta(days=1), MONDAY + timedelta(days=5)):
        (one,) = found(kiosk(now, silent_min=120, alive=False), now)
        assert not one.opens


def test_silence_while_the_fleet_was_deaf_counts_for_nothing() -> None:
    silent = kiosk(MONDAY, silent_min=60, alive=False)
    assert not found(silent, MONDAY, hearing_min=5)[0].opens
    assert found(silent, MONDAY, hearing_min=20)[0].opens


def test_one_that_is_alive_and_says_nothing_is_offline_and_one_never_heard_is_not() -> None:
    assert [each.rule for each in found(kiosk(MONDAY, silent_min=30), MONDAY)] == [Rule.OFFLINE]
    assert found(Seen(PLACE, False, None, None, Said()), MONDAY) == []


def test_of_an_unheard_kiosk_nothing_it_said_is_news() -> None:
    said = Said(devices={"printer": SaidDevice("no-device")}, paper="out", health=SaidHealth(disk_room="last"))
    assert [each.rule for each in found(kiosk(MONDAY, said, silent_min=30), MONDAY)] == [Rule.OFFLINE]


@pytest.mark.parametrize(
    ("state", "minutes", "opens"),
    [
        ("hardware-error", 9, False), ("hardware-error", 11, True), ("no-device", 11, True),
        ("no-device", -9, False), ("no-device", -11, True),  # by a clock a little ahead, and by a wrong one
    ],
)  # fmt: skip
def test_a_device_is_trouble_after_a_while(state: str, minutes: int, *, opens: bool) -> None:
    device = SaidDevice(state, since=MONDAY - timedelta(minutes=minutes))
    (one,) = found(kiosk(MONDAY, Said(devices={"card": device})), MONDAY)
    assert (one.key, one.opens) == ("device/card@kiosk:CBI-01", opens)


@pytest.mark.parametrize("state", ["online", "busy", "unknown", "user-error", "offline"])
def test_what_could_not_be_asked_or_is_a_persons_is_no_broken_device(state: str) -> None:
    device = SaidDevice(state, since=MONDAY - timedelta(days=1))
    assert found(kiosk(MONDAY, Said(devices={"card": device})), MONDAY) == []


def test_an_open_case_is_tamper_and_no_broken_panel() -> None:
    panel = SaidDevice("hardware-error", "tamper", MONDAY - timedelta(hours=1))
    assert [each.rule for each in found(kiosk(MONDAY, Said(devices={"panel": panel})), MONDAY)] == [Rule.TAMPER]
    assert found(kiosk(MONDAY, Said(devices={"panel": panel})), MONDAY, tamper={"on": False}) == []


@pytest.mark.parametrize(
    "since", [datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), datetime.min.replace(tzinfo=UTC)]
)
def test_a_clock_that_cannot_be_right_says_nothing_of_how_long(since: datetime) -> None:
    card = SaidDevice("no-device", since=since)
    (one,) = found(kiosk(MONDAY, Said(devices={**ALL_WELL, "card": card})), MONDAY)
    assert (one.rule, one.since, one.opens) == (Rule.DEVICE, MONDAY, True), "told early, and not never"
    assert sentence("paper", "", {"paper": "ends", "out_at": since.isoformat()}).en


def test_an_identity_used_twice_is_trouble_whatever_the_kiosk_says() -> None:
    seen = Seen(PLACE, True, MONDAY, MONDAY - timedelta(days=2), Said(devices=ALL_WELL))
    assert [each.rule for each in found(seen, MONDAY)] == [Rule.TWICE]


@pytest.mark.parametrize(
    ("now", "out_at", "more_days", "is_trouble"),
    [
        (MONDAY, MONDAY.replace(hour=15), 0, True),
        (MONDAY, MONDAY + timedelta(days=1), 0, True),  # Tuesday is a holiday
        (MONDAY, datetime(2026, 11, 25, 8, 0, tzinfo=BANGKOK), 0, True),
        (MONDAY, datetime(2026, 11, 25, 9, 0, tzinfo=BANGKOK), 0, False),
        (MONDAY, datetime(2026, 11, 25, 9, 0, tzinfo=BANGKOK), 1, True),
        (FRIDAY, FRIDAY + timedelta(days=2), 0, True),
        (FRIDAY, FRIDAY + timedelta(days=3), 0, False),
    ],
)
def test_paper_must_last_until_somebody_is_there(
    now: datetime, out_at: datetime, more_days: int, *, is_trouble: bool
) -> None:
    said = Said(devices=ALL_WELL, paper="low", paper_out_at=out_at)
    assert bool(found(kiosk(now, said), now, paper={"more_days": more_days})) is is_trouble


@pytest.mark.parametrize("paper", ["out", "jammed"])
def test_paper_that_has_ended_is_failing_unless_there_is_no_printer_to_ask(paper: str) -> None:
    assert found(kiosk(MONDAY, Said(devices=ALL_WELL, paper=paper)), MONDAY)[0].condition == "failing"
    for state in ("no-device", "unknown"):
        devices = {"printer": SaidDevice(state, since=MONDAY)}
        rules = {each.rule for each in found(kiosk(MONDAY, Said(devices=devices, paper=paper)), MONDAY)}
        assert Rule.PAPER not in rules


@pytest.mark.parametrize(
    ("health", "why"),
    [
        (SaidHealth(disk_free_mb=499), "free"),
        (SaidHealth(disk_free_mb=500), None),
        (SaidHealth(disk_room="low", disk_free_mb=1), "room-low"),
        (SaidHealth(disk_room="last"), "room-last"),
        (SaidHealth(storage_errors=1), "errors"),
        (SaidHealth(storage_used_percent=90), "life"),
        (SaidHealth(storage_used_percent=89), None),
        (SaidHealth(), None),
    ],
)
def test_disk(health: SaidHealth, why: str | None) -> None:
    assert [each.facts["why"] for each in found(kiosk(MONDAY, Said(health=health)), MONDAY)] == ([why] if why else [])


def test_the_small_schema_reads_what_kiosks_say() -> None:
    """The tenth of a status that rules look at is spelled as the whole is."""
    status = Status(
        session_no=1,
        at=MONDAY,
        devices={"printer": DeviceStatus(state=DeviceState.NO_DEVICE, detail="gone", since=MONDAY)},
        paper="low",
        paper_out_at=MONDAY,
        health=Health(disk_free_mb=7, storage_used_percent=8, storage_errors=9, disk_room="low"),
    )
    assert msgspec.json.decode(encode(status), type=Said) == Said(
        devices={"printer": SaidDevice("no-device", "gone", MONDAY)},
        paper="low",
        paper_out_at=MONDAY,
        health=SaidHealth(disk_free_mb=7, storage_used_percent=8, storage_errors=9, disk_room="low"),
    )


# ---- peers


@pytest.mark.parametrize(
    ("count", "mean", "tail"), [(0, 3.0, 1.0), (1, 1.0, 0.6321), (3, 1.0, 0.0803), (10, 4.0, 0.00813), (1, 0.0, 0.0)]
)
def test_upper_tail_is_poissons(count: int, mean: float, tail: float) -> None:
    assert upper_tail(count, mean) == pytest.approx(tail, rel=1e-3)


def test_one_that_fails_more_than_its_peers_stands_out_and_a_bad_week_of_all_does_not() -> None:
    assert stand_out({"A": 9}, 100, 4) == {"A": 0.0}
    assert stand_out({"A": 3}, 100, 4) == {}
    everybody = {str(number): 6 for number in range(100)}
    assert stand_out(everybody, 100, 4) == {}
    assert set(stand_out({**everybody, "A": 25}, 101, 4)) == {"A"}
    assert stand_out({"A": 50}, PEERS_MIN, 4) == {}


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 60), max_size=40), st.integers(0, 500))
def test_who_fails_more_stands_out_before_who_fails_less(counts: dict[str, int], others: int) -> None:
    out = stand_out(counts, len(counts) + others, 2)
    least = min((counts[each] for each in out), default=0)
    assert all(each in out for each, count in counts.items() if out and count > least)


# ---- documents, signatures, words


def test_a_policy_that_no_province_can_live_with_is_refused() -> None:
    assert read_policy([{"offline": {"minutes": 30}}, {"offline": {"on": False}}]).offline.minutes == 30
    for wrong in (
        {"offline": {"minutes": 0}},
        {"hours": {"opens_at": "17:00"}},
        {"hours": {"opens_at": "8.30"}},
        {"x": 1},
    ):
        with pytest.raises(PolicyError):
            read_policy([wrong])


@given(st.binary(max_size=200), st.text(min_size=1, max_size=64))
def test_a_signature_is_of_these_bytes_this_secret_and_now(body: bytes, secret: str) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    said = signature(secret, body, now)
    assert is_signed(secret, body, said, now + timedelta(seconds=299))
    assert not is_signed(secret, body + b"x", said, now)
    assert not is_signed(secret + "x", body, said, now)
    assert not is_signed(secret, body, said, now + timedelta(seconds=302))
    assert not is_signed(secret, body, said.replace("t=", "t=1"), now)


def test_a_signature_is_what_the_readme_says() -> None:
    """Reckoned by `printf '%s' '1795392000.{}' | openssl dgst -sha256 -hmac secret`."""
    assert signature("secret", b"{}", datetime.fromtimestamp(1795392000, UTC)) == (
        "t=1795392000,v1=54f30cc588466a001b745e5df78b3241474adfdabc048a57fad28d4780175b2c"
    )


@pytest.mark.parametrize("name", list(Rule))
def test_every_rule_has_its_words_in_both_languages(name: Rule) -> None:
    facts = {"state": "no-device", "paper": "out", "why": "life", "ends_at": "2026-12-01T00:00:00+00:00"}
    for said in (rule(name), sentence(name, "printer", facts), remedy(name, facts)):
        assert all("\u0e00" <= each <= "\u0e7f" or not each.isalpha() or each.isascii() for each in said.th)
        assert any("\u0e00" <= each <= "\u0e7f" for each in said.th)
        assert said.en.isascii()
        assert said.en
    of_many = sentence(name, "printer", {**facts, "count": 40, "of": 41})
    assert "40 จาก 41 เครื่อง" in of_many.th
