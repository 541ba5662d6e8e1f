"""A nation's worth of rows for the page rows of the bench: `python -m tests.bench.nation`, in a fleet's environment.

10,000 kiosks with their statuses, 1,000,000 records, a year of counted visits, 72,000 factories each with a notice,
20,000 payments with what the ledger and the banks' files say of them, and four roll-outs to all kiosks; and what
people have done, in the numbers of ``nation_work``. What it is not:
sensible beyond what pages count, order and show.
Prints, as JSON, the cookie of a signed-in national admin and what names one of each. A number behind it makes so much
of it (0.1: a tenth); ``running`` behind that leaves it as a fleet is an hour later, whose parts all run (``run_on``).
"""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module

import django
import msgspec

from tests.bench.nation_work import Work, in_lots

KIOSKS = 10_000
RECORDS = 1_000_000
FACTORIES = 72_000
PAYMENTS = 20_000
ROLLOUTS = 4
DAYS = 365
UPTIME_DAYS = 30
BANKS = ("SCB", "KTB")
AHEAD = timedelta(hours=2)
RECORD_KINDS = ("visit-ended", "payment-opened", "slip-printed", "device-changed", "settings-applied")


def fill(share: float = 1.0) -> dict[str, str | int]:
    """Everything, or this share of it; the session key of an admin of the nation, and what names one of each."""
    from django.utils import timezone

    from fleet.site.simulated import make_simulated

    chance = random.Random(1)  # noqa: S311 - the same nation every time
    now = timezone.now()
    kiosk_ids = make_simulated(round(share * KIOSKS))
    _states(kiosk_ids, now, chance)
    _records(kiosk_ids, now, round(share * RECORDS))
    _days(kiosk_ids, now, chance)
    _money(kiosk_ids, now, share)
    _rollouts(kiosk_ids, now)
    return {"session": _admin(), **_work(kiosk_ids, now, share)}


def _work(kiosk_ids: list[str], now: datetime, share: float) -> dict[str, str | int]:
    """What people have done; what the addresses of pages need to name one of each of province 20."""
    from fleet.devices.models import PlannedSettings
    from fleet.office.cases.models import Case
    from fleet.office.channels.models import Ticket
    from fleet.office.fees.models import FeeRule, LetterRun
    from fleet.office.folders.models import Standing
    from fleet.office.models import Notice
    from fleet.office.register.models import Run
    from fleet.payments.models import Confirmation
    from fleet.rollouts.models import Rollout
    from tests.bench import nation_offices, nation_staff
    from tests.bench.nation_work import PEOPLE

    people = nation_staff.people(kiosk_ids, now, max(12, round(share * PEOPLE)))
    work = Work(kiosk_ids, now, share, people)
    for fill_one in (*nation_offices.ALL, *nation_staff.ALL):
        fill_one(work)
    here = {"office": "P20"}
    return {
        "year": now.year,
        "payment": Confirmation.objects.filter(**here).values_list("pk", flat=True)[0],
        "notice": Notice.objects.filter(factory__office="P20").order_by("pk").values_list("pk", flat=True)[0],
        "rule": FeeRule.objects.order_by("pk").values_list("pk", flat=True)[0],
        "case": Case.objects.filter(**here).values_list("pk", flat=True)[0],
        "alert": nation_staff.an_open_alert(),
        "person": people[-1].pk,
        "plan": PlannedSettings.objects.filter(state="asked").values_list("pk", flat=True)[0],
        "letters": LetterRun.objects.filter(**here).values_list("pk", flat=True)[0],
        "run": Run.objects.filter(office__in=work.offices).order_by("pk").values_list("pk", flat=True)[0],
        "webhook": nation_staff.a_webhook(),
        "ticket": Ticket.objects.filter(**here).values_list("pk", flat=True)[0],
        "folder": Standing.objects.filter(**here).order_by("pk").values_list("pk", flat=True)[0],
        "rollout": Rollout.objects.values_list("pk", flat=True).order_by("-pk")[0],
    }


def run_on() -> None:
    """What the fleet's other parts would have done, of which none runs while pages are asked for.

    Kiosks are heard for as long as that takes, and the conductor has carried the ledger's sums.
    """
    from django.db.models import F
    from django.utils import timezone

    from fleet.devices.models import KioskState, Lease
    from fleet.figures.paid import count_payments
    from fleet.payments.balances import carry

    KioskState.objects.update(heard_at=F("heard_at") + AHEAD)
    Lease.objects.update(until=timezone.now() + AHEAD)
    carry(timezone.now() + AHEAD)
    count_payments(timezone.now() + AHEAD)


def vacuum() -> None:
    """What autovacuum does within a minute or two of so many rows: until then PostgreSQL knows nothing of them."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _states(kiosk_ids: list[str], now: datetime, chance: random.Random) -> None:
    """Nine of ten are well; the rest is away, silent, out of paper or broken."""
    from fleet.devices.hearing import say_hearing
    from fleet.devices.models import KioskState
    from fleet.devices.truth import DEVICES, RANK, said_of
    from fleet.protocol.messages import DeviceState, DeviceStatus, Health, Reported, Status

    def state_of(kiosk_id: str) -> KioskState:
        fate = chance.random()
        broken = DeviceState.HARDWARE_ERROR if fate > 0.98 else DeviceState.ONLINE
        devices = {name: DeviceStatus(state=DeviceState.ONLINE, since=now, model="ตัวอย่าง") for name in DEVICES}
        devices["card"] = DeviceStatus(state=broken, since=now)
        status = Status(
            session_no=3, no=9, at=now, devices=devices, paper="low" if fate > 0.95 else "full",
            health=Health(uptime_s=86_400, disk_free_mb=9_000, temperature_c=51.5, clock_ahead_s=0.02),
        )  # fmt: skip
        return KioskState(
            kiosk_id=kiosk_id, session_no=3, session_no_max=3, boot_id="b", alive=fate > 0.03, version="0.1.0",
            heard_at=now - timedelta(seconds=chance.randrange(60)), status=msgspec.to_builtins(status),
            said_rank=RANK[said_of(status)], status_session_no=3, status_no=9, spool_id="s", committed_through=100,
            reported=msgspec.to_builtins(Reported(settings_revision=0, version="0.1.0")), reported_at=now,
        )  # fmt: skip

    say_hearing("fleet-ingest")
    in_lots(KioskState, map(state_of, kiosk_ids))


def _records(kiosk_ids: list[str], now: datetime, records: int) -> None:
    from fleet.devices.models import Record

    def told() -> Iterator[Record]:
        for number in range(records):
            no, kiosk_id = number // len(kiosk_ids) + 1, kiosk_ids[number % len(kiosk_ids)]
            at = now - timedelta(seconds=(records - number) * DAYS * 86_400 / records)
            kind = RECORD_KINDS[no % len(RECORD_KINDS)]
            body = {"kind": kind, **_bodies(kind, no, at)}
            yield Record(kiosk_id=kiosk_id, spool_id="s", no=no, kind=kind, body=body, received_at=at)

    in_lots(Record, told())


def _bodies(kind: str, no: int, at: datetime) -> dict[str, object]:
    match kind:
        case "visit-ended":
            began = (at - timedelta(seconds=95)).isoformat()
            ended = {"service": "pay-fee", "language": "th", "started_at": began, "ended_at": at.isoformat()}
            return {"visit_id": f"v{no}", "outcome": "paid", **ended}
        case "device-changed":
            return {"device": "printer", "state": "online", "at": at.isoformat()}
        case "settings-applied":
            return {"settings_revision": no, "at": at.isoformat(), "problems": []}
        case _:
            return {"transaction_no": f"T-{no}", "at": at.isoformat(), "opened_at": at.isoformat()}


def _days(kiosk_ids: list[str], now: datetime, chance: random.Random) -> None:
    from django.apps import apps

    from fleet.figures.models import PaperDay, UptimeDay, VisitDay
    from fleet.office.models import Office
    from fleet.protocol.settings import KNOWN_SERVICES

    days = [(now - timedelta(days=each)).date() for each in range(DAYS)]
    offices = list(Office.objects.filter(pk__startswith="P").values_list("pk", flat=True))
    in_lots(
        VisitDay,
        (
            VisitDay(office_id=office, day=day, service=service, outcome="paid", visits=chance.randrange(40))
            for office, day, service in itertools.product(offices, days, sorted(KNOWN_SERVICES)[:5])
        ),
    )
    recent = itertools.product(kiosk_ids, days[:UPTIME_DAYS])
    in_lots(UptimeDay, (UptimeDay(kiosk_id=pk, day=day, looked=1440, there=1430) for pk, day in recent))
    lately = itertools.product(kiosk_ids, days[1:UPTIME_DAYS])
    in_lots(PaperDay, (PaperDay(kiosk_id=pk, day=day, slips_left=400 - day.day * 9) for pk, day in lately))
    import_module("fleet.figures.migrations.0002_sums").add_up(apps, None)


def _money(kiosk_ids: list[str], now: datetime, share: float) -> None:
    from fleet.office.fees.models import FeeRule, NoticeRevision
    from fleet.office.models import Factory, FactoryState, Notice
    from fleet.payments.banks.port import Proof, business_day
    from fleet.payments.matching import Match
    from fleet.payments.models import Confirmation, Intent

    offices = sorted({kiosk_id[:3] for kiosk_id in kiosk_ids})
    factories, payments = round(share * FACTORIES), round(share * PAYMENTS)
    there = [[each for each in kiosk_ids if each.startswith(office)] for office in offices]
    numbers = [f"{number:014d}" for number in range(factories)]
    in_lots(
        Factory,
        (
            Factory(
                factory_no=no, office_id=offices[index % len(offices)], name_th=f"โรงงานตัวอย่าง {index}", kind=3,
                name_en=f"Sample factory {index}", state=FactoryState.OPERATING, horsepower=90,
            )
            for index, no in enumerate(numbers)
        ),
    )  # fmt: skip
    in_lots(
        Notice,
        (
            Notice(
                notice_no=f"N-{index}", reference=f"R{index:08d}", factory_id=no, item_th="ตัวอย่าง", item_en="Sample",
                amount_satang=330_000, due_on=now.date(), paid_at=now if index % 3 else None,
            )
            for index, no in enumerate(numbers)
        ),
    )  # fmt: skip
    rule = FeeRule.objects.order_by("pk").first()
    assert rule is not None
    in_lots(
        NoticeRevision,
        (
            NoticeRevision(
                notice_id=f"N-{index}", revision=1, amount_satang=330_000, lines=[], as_of=now.date(), rule=rule,
                why="made", made_at=now,
            )
            for index in range(factories)
        ),
    )  # fmt: skip
    in_lots(
        Intent,
        (
            Intent(
                transaction_no=f"T{index}", tracking_token=f"t{index:021d}",
                kiosk_id=(near := there[index % len(there)])[index // len(there) % len(near)],
                notice_id=f"N-{index}", biller_id="112345678901234", ref1=f"R{index:08d}", ref2=f"T{index}",
                amount_satang=330_000, opened_at=now - timedelta(minutes=index),
            )
            for index in range(payments)
        ),
    )  # fmt: skip
    in_lots(
        Confirmation,
        (
            Confirmation(
                bank=BANKS[index % 2], transaction_id=f"B{index}", proof=Proof.INQUIRY, biller_id="112345678901234",
                ref1=f"R{index:08d}", ref2=f"T{index}", amount_satang=330_000, paid_at=now - timedelta(minutes=index),
                business_day=business_day(BANKS[index % 2], now - timedelta(minutes=index)), notice_id=f"N-{index}",
                office_id=offices[index % len(offices)], match=Match.EXACT if index % 33 else Match.UNDER,
            )
            for index in range(payments)
        ),
    )  # fmt: skip
    _ledger(now)


def _ledger(now: datetime) -> None:
    """A move of each payment, and the banks' files of all days that are over."""
    from fleet.payments.banks.port import Kind
    from fleet.payments.ledger import arrived
    from fleet.payments.matching import Match
    from fleet.payments.models import Confirmation, FileLine, Posting, SettlementFile
    from fleet.protocol.thai import BANGKOK

    words = list(Confirmation.objects.order_by("bank", "business_day", "pk"))
    moves = [(each, arrived(Kind.PAYMENT, Match(each.match), each.amount_satang)) for each in words]
    in_lots(
        Posting,
        (
            Posting(confirmation=each, debit=move.debit, credit=move.credit, amount_satang=move.amount_satang)
            for each, move in moves
        ),
    )
    for (bank, day), rows in itertools.groupby(words, key=lambda each: (each.bank, each.business_day)):
        if day >= now.astimezone(BANGKOK).date():
            continue
        said = list(rows)
        file = SettlementFile.objects.create(
            bank=bank, day=day, digest=f"{bank} {day}", line_count=len(said), credit_count=len(said),
            credit_satang=sum(each.amount_satang for each in said), debit_satang=0, debit_count=0,
        )  # fmt: skip
        in_lots(FileLine, (FileLine(file=file, line_no=no, confirmation=each) for no, each in enumerate(said, 2)))


def _rollouts(kiosk_ids: list[str], now: datetime) -> None:
    """One that is half way, and those before it: each of all kiosks, with every kiosk's way through it."""
    import hashlib

    from fleet.rollouts.models import Firmware, Kind, Member, MemberStep, Rollout
    from fleet.rollouts.plan import Choice, Plan, Wave

    plan = Plan(waves=(Wave(by=Choice.NUMBER, number=1), Wave(by=Choice.SHARE, percent=5), Wave(by=Choice.EVERYONE)))
    for number in range(ROLLOUTS):
        age, is_half = timedelta(days=30 * (ROLLOUTS - 1 - number), hours=2), number == ROLLOUTS - 1
        firmware = Firmware.objects.create(
            version=f"0.{number}.0", manifest_hash=hashlib.sha256(bytes([number])).hexdigest(), size_bytes=300_000_000,
            target=f"firmware/{number}.raucb", compatible="ตัวอย่าง", is_signed=True,
        )  # fmt: skip
        rollout = Rollout.objects.create(
            kind=Kind.FIRMWARE, firmware=firmware, plan=msgspec.to_builtins(plan), reason="ตัวอย่าง",
            created_at=now - age, state="running" if is_half else "done", state_since=now - age, released=2,
            stepped_at=now, seen_through=now,
        )  # fmt: skip
        states = itertools.cycle(("passed", "asked", "waiting") if is_half else ("passed",) * 99 + ("failed",))
        in_lots(
            Member,
            (
                Member(
                    rollout=rollout, kiosk_id=pk, wave_no=0 if not place else 1 if place % 20 == 0 else 2, place=place,
                    why="everyone", state=state, step="good" if state == "passed" else "unknown",
                    asked_at=now - age, decided_at=now - age if state in ("passed", "failed") else None,
                )
                for place, (pk, state) in enumerate(zip(kiosk_ids, states, strict=False))
            ),
        )  # fmt: skip
        members = Member.objects.filter(rollout=rollout).order_by().values_list("pk", "state")
        told = ((pk, state) for pk, reached in members for state in ("waiting", "asked", reached))
        in_lots(MemberStep, (MemberStep(member_id=pk, at=now - age, state=state, step="") for pk, state in told))


def _admin() -> str:
    """Somebody who sees everything, signed in; the key of the session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    from fleet.people.models import Membership, Role

    admin = User.objects.create_user("bench")
    Membership.objects.create(user=admin, role=Role.NATIONAL_ADMIN)
    session = SessionStore()
    session[SESSION_KEY] = str(admin.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = admin.get_session_auth_hash()
    session.create()
    assert session.session_key
    return session.session_key


if __name__ == "__main__":
    django.setup()
    named = fill(*map(float, sys.argv[1:2]))
    if "running" in sys.argv[2:]:
        run_on()
    vacuum()
    sys.stdout.write(json.dumps(named) + "\n")
