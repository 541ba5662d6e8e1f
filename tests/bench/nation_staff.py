"""Accounts, alerts, other programs, settings and machines of the bench's nation (``nation_work`` has the numbers)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from fleet.alerts.models import Address, Alert, Attempt, Event, Letter, Maintenance, Message
from fleet.audit.models import Entry
from fleet.devices.models import KioskCommand, Layer, PlannedSettings, SettingsRevision
from fleet.partners.models import Disclosure
from fleet.people.models import Membership, Role
from fleet.people.tokens.models import Token
from fleet.protocol.messages import CommandKind
from fleet.rollouts.models import KioskTag
from fleet.rounds.models import Deed as RoundDeed
from fleet.trust.models import Certificate, Origin
from fleet.trust.models import Deed as TrustDeed
from fleet.webhooks.models import Delivery, Subscription, Try
from fleet.webhooks.models import Event as Happening
from tests.bench.nation_work import WORDS, Work, in_lots

_LOCAL = (Role.TECHNICIAN, Role.OFFICER, Role.OFFICER, Role.PROVINCIAL_ADMIN, Role.TREASURY, Role.AUDITOR)
_RULES = (("offline", "offline", {}), ("device", "failing", {"state": "no-device"}), ("paper", "attention", {}))


def people(kiosk_ids: Sequence[str], now: datetime, count: int) -> list[User]:
    codes = sorted({int(kiosk_id[1:3]) for kiosk_id in kiosk_ids})
    in_lots(User, (User(username=f"person-{no}", first_name=f"บุคคล{WORDS} {no}") for no in range(count)))
    people = list(User.objects.filter(username__startswith="person-").order_by("pk"))
    in_lots(
        Membership,
        (
            Membership(user=user, role=_LOCAL[no % len(_LOCAL)], dopa_code=codes[no // len(_LOCAL) % len(codes)])
            for no, user in enumerate(people)
        ),
    )
    in_lots(
        Address,
        (
            Address(person=user, channel="mail", address=f"person-{no}@sala.example", made_at=now)
            for no, user in enumerate(people)
        ),
    )
    in_lots(
        Token,
        (
            Token(
                person=user, name=WORDS, start="sala_00000", digest=f"{no:064d}", rights=["kiosks:read"],
                made_at=now - timedelta(days=no % 300), expires_at=now + timedelta(days=no % 60 - 10),
            )
            for no, user in enumerate(people[::3])
        ),
    )  # fmt: skip
    return people


def alerts(work: Work) -> None:
    count, still_open = work.many(3_000), work.many(200)

    def alert_of(no: int) -> Alert:
        rule, condition, facts = _RULES[no % len(_RULES)]
        # Each at a kiosk of its own as far as there are so many: of one trouble one alert is open.
        kiosk_id, opened_at, is_open = work.kiosk(no * 3), work.ago(no, count), no < still_open
        return Alert(
            key=f"{rule}/{no}@kiosk:{kiosk_id}", rule=rule, part="printer" if rule == "device" else "",
            dopa_code=int(kiosk_id[1:3]), office_id=kiosk_id[:3], kiosk_id=kiosk_id, condition=condition, facts=facts,
            since=opened_at, opened_at=opened_at, closed_at=None if is_open else opened_at + timedelta(hours=3),
            level_since=opened_at, acked_at=opened_at if no % 2 else None,
            acked_by=work.person(no) if no % 2 else None, acked_why=WORDS if no % 2 else "",
        )  # fmt: skip

    in_lots(Alert, map(alert_of, range(count)))
    made = list(Alert.objects.filter(kiosk_id__startswith="P").order_by("pk"))
    told = itertools.product(made, ("opened", "acked", "closed"))
    in_lots(Event, (Event(alert=each, at=each.opened_at, what=what, level=1) for each, what in told))
    letters = range(2 * count)
    in_lots(
        Letter,
        (
            Letter(key=f"{no:032d}", person=work.person(no), state="sent", tries=1, made_at=work.ago(no, 2 * count))
            for no in letters
        ),
    )
    kept = list(Letter.objects.order_by("pk").filter(person__in=[each.pk for each in work.people]))
    in_lots(
        Attempt,
        (Attempt(letter=each, person_id=each.person_id, channel="mail", at=each.made_at, ok=True) for each in kept),
    )
    in_lots(
        Message,
        (
            Message(
                key=f"bench {no}", person_id=each.person_id, alert=made[no % count], what="opened", letter=each,
                made_at=each.made_at, not_before=each.made_at,
            )
            for no, each in enumerate(kept)
        ),
    )  # fmt: skip
    in_lots(
        Maintenance,
        (
            Maintenance(
                dopa_code=int(work.kiosk(no)[1:3]), office_id=work.office(no), kiosk_id=work.kiosk(no), reason=WORDS,
                starts_at=work.ago(no, 200), ends_at=work.ago(no, 200) + timedelta(hours=4), by=work.person(no),
            )
            for no in range(work.many(200))
        ),
    )  # fmt: skip


def partners_and_webhooks(work: Work) -> None:
    count = work.many(50_000)
    in_lots(
        Disclosure,
        (
            Disclosure(
                system="card-status", at=work.ago(no, count), fields="id_number", asked_for=work.kiosk(no),
                dopa_code=int(work.kiosk(no)[1:3]), outcome="answered",
            )
            for no in range(count)
        ),
    )  # fmt: skip
    in_lots(
        Subscription,
        (
            Subscription(
                person=work.person(no), name=f"{WORDS} {no}", address="https://sala.example/hook",
                kinds=["alert.opened"], made_at=work.ago(no, 60),
            )
            for no in range(work.many(60))
        ),
    )  # fmt: skip
    told = work.many(20_000)
    in_lots(
        Happening,
        (
            Happening(
                kind="alert.opened", about=work.kiosk(no), dopa_code=int(work.kiosk(no)[1:3]), data={},
                at=work.ago(no, told, 60),
            )
            for no in range(told)
        ),
    )  # fmt: skip
    subscribed = itertools.cycle(Subscription.objects.values_list("pk", flat=True))
    in_lots(
        Delivery,
        (
            Delivery(subscription_id=pk, event=event, state="delivered", tries=1, next_at=event.at,
                              ended_at=event.at)
            for event, pk in zip(Happening.objects.order_by("pk"), subscribed, strict=False)
        ),
    )  # fmt: skip
    in_lots(
        Try,
        (
            Try(delivery_id=pk, at=work.now, status=200, took_ms=80)
            for pk in Delivery.objects.values_list("pk", flat=True)
        ),
    )


def settings(work: Work) -> None:
    """Each layer's own words; what the nation's say is in force stays as the sample data have it."""
    codes = [office[1:] for office in work.offices]
    national = SettingsRevision.objects.filter(layer=Layer.NATIONAL).order_by("-revision")[0]
    keys = [(Layer.NATIONAL, "", national.document, national.revision)]
    keys += [(Layer.PROVINCE, code, {"patience": {"step_s": int(code) + 60}}, 0) for code in codes]
    many = [(*key, no) for key, no in itertools.product(keys, range(1, 31))]
    many += [(Layer.KIOSK, kiosk_id, {"patience": {"step_s": 60}}, 0, 1) for kiosk_id in work.kiosk_ids[::10]]
    in_lots(
        SettingsRevision,
        (
            SettingsRevision(
                layer=layer, key=key, revision=first + no, document=document, author=work.person(no), reason=WORDS
            )
            for layer, key, document, first, no in many
        ),
    )
    count = work.many(300)
    in_lots(
        PlannedSettings,
        (
            PlannedSettings(
                layer=Layer.PROVINCE, key=(code := codes[no % len(codes)]), dopa_code=int(code), base=30,
                document={"patience": {"step_s": 120}}, reason=WORDS, state="asked" if no % 30 == 0 else "done",
                asked_by=work.person(no), asked_at=work.ago(no, count), expires_at=work.now + timedelta(days=5),
                ended_at=None if no % 30 == 0 else work.ago(no, count),
            )
            for no in range(count)
        ),
    )  # fmt: skip


def machines(work: Work) -> None:
    commands, deeds = work.many(50_000), work.many(5_000)
    kinds = [CommandKind.IDENTIFY, CommandKind.TEST_PRINT, CommandKind.REFRESH, CommandKind.REBOOT]
    in_lots(
        KioskCommand,
        (
            KioskCommand(
                command_id=f"bench-{no}", kiosk_id=work.kiosk(no), kind=kinds[no % 4], asked_by=work.person(no),
                asked_at=work.ago(no, commands), expires_at=work.ago(no, commands) + timedelta(minutes=1),
                ended_at=work.ago(no, commands), done=True,
            )
            for no in range(commands)
        ),
    )  # fmt: skip
    in_lots(
        RoundDeed,
        (
            RoundDeed(
                deed_id=f"{no:032x}", kiosk_id=work.kiosk(no), by=work.person(no), what="take",
                pressed_at=work.ago(no, deeds), received_at=work.ago(no, deeds), outcome="done",
            )
            for no in range(deeds)
        ),
    )  # fmt: skip
    in_lots(
        Certificate,
        (
            Certificate(
                serial=f"{no:x}", kiosk_id=kiosk_id, key_sha256=f"{no:064x}", pem="", origin=Origin.QR,
                not_before=work.now - timedelta(days=30), not_after=work.now + timedelta(days=335),
                issued_at=work.now - timedelta(days=30), proven_at=work.now - timedelta(days=30),
            )
            for no, kiosk_id in enumerate(work.kiosk_ids, 1)
        ),
    )  # fmt: skip
    in_lots(
        TrustDeed,
        (
            TrustDeed(what=what, kiosk_id=kiosk_id, about="0")
            for kiosk_id, what in itertools.product(work.kiosk_ids, ("begun", "issued"))
        ),
    )
    in_lots(KioskTag, (KioskTag(kiosk_id=each, tag=f"tag-{no % 5}") for no, each in enumerate(work.kiosk_ids[::5])))


def trail(work: Work) -> None:
    """Lines without the chain of digests: ``fleet audit verify`` would say so, pages do not look."""
    first = (Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    count = work.many(100_000)
    pages = ("kiosk", "factory", "case", "payment", "ticket", "cases", "factories")
    in_lots(
        Entry,
        (
            Entry(
                number=first + no, at=work.ago(count - no, count), by_id=work.person(no).pk,
                by_name=work.person(no).username, address="203.0.113.7", kind="saw" if no % 5 else "did",
                what=pages[no % len(pages)], about=work.kiosk(no), dopa_code=int(work.kiosk(no)[1:3]),
            )
            for no in range(count)
        ),
    )  # fmt: skip


def an_open_alert() -> int:
    """The number of one that is open."""
    number: int = Alert.objects.filter(kiosk_id__startswith="P", closed_at=None).values_list("pk", flat=True)[0]
    return number


def a_webhook() -> int:
    """The number of one that has told much."""
    number: int = Subscription.objects.order_by("pk").values_list("pk", flat=True)[0]
    return number


ALL = (alerts, partners_and_webhooks, settings, machines, trail)
"""Each of these is given the ``Work``."""
