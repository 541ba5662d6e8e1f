"""One layer's settings: which there are for an account, and putting another document into force.

Not here: what a document may say (``fleet.protocol.settings``), and forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.acting.seen import kiosks_seen, offices_seen, provinces_seen
from fleet.audit.turns import in_turn
from fleet.devices.desired import (
    BEING_ROLLED_OUT,
    SettingsError,
    change_settings,
    is_staged,
    kiosks_of,
    latest_document,
    try_draft,
    turn_of,
)
from fleet.devices.models import Kiosk, Layer, PlannedSettings, SettingsRevision
from fleet.office.models import Office, Province
from fleet.people.scope import Scope
from fleet.protocol.settings import read_settings
from fleet.rollouts.models import Rollout
from fleet.rollouts.plan import Gate, Limits, Plan, PlanError, parse_waves
from fleet.rollouts.starting import Draft, start

IN_WAVES = (Layer.NATIONAL, Layer.PROVINCE)
"""Layers of which a change may reach kiosks a wave at a time; an office's few have it at once."""

CAREFUL_SETTINGS = Plan(
    waves=parse_waves("1; 10%; all"), gate=Gate(soak_s=1800), limits=Limits(at_once=500, answer_s=300)
)
"""One kiosk, then a tenth, then all, half an hour apart: long enough for a front desk to fall over a value."""

LOCKED = frozenset({"payee", "payees", "sample"})
"""Where money goes is the treasury's to say; ``sample`` may only end together with a real payee."""

OF_NO_MONEY = frozenset({"icon", "position", "offered"})
"""Of a fee of another office: what neither names an account nor an amount. To stop taking one must be quick."""

REASON_MAX = 200

AHEAD_MAX = timedelta(days=366)
"""Further ahead nobody remembers what it was for."""

ASKED_FOR = timedelta(days=14)
"""So long a change waits for another person; then whoever wants it says so again."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One layer of one branch. ``thing``: whose it is, None for the nation; ``dopa_code`` is None for the nation.

    ``above``: the layers below it in strength, weakest first, as (layer, key).
    """

    layer: str
    key: str
    thing: Province | Office | Kiosk | None
    dopa_code: int | None
    above: tuple[tuple[str, str], ...]

    @property
    def turn(self) -> str:
        """Of who puts another document into force (``fleet.audit.turns``)."""
        return turn_of(self.layer, self.key)


def spot_seen(scope: Scope, layer: str, key: str) -> Spot | None:
    """The layer that is called so; None when there is none, or none for this account."""
    match layer:
        case Layer.NATIONAL if not key and (scope.nation or scope.sees):
            return Spot(layer, "", None, None, ())
        case Layer.PROVINCE if key.isascii() and key.isdigit():
            province = provinces_seen(scope).filter(pk=int(key[:4])).first()
            return spot_of(province) if province else None
        case Layer.OFFICE:
            office = offices_seen(scope).filter(pk=key).first()
            return spot_of(office) if office else None
        case Layer.KIOSK:
            kiosk = kiosks_seen(scope).filter(pk=key).first()
            return spot_of(kiosk) if kiosk else None
    return None


def spot_of(thing: Province | Office | Kiosk) -> Spot:
    """The layer of a thing."""
    nation = (Layer.NATIONAL.value, "")
    if isinstance(thing, Province):
        return Spot(Layer.PROVINCE, str(thing.pk), thing, thing.pk, (nation,))
    office = thing if isinstance(thing, Office) else thing.office
    above = (nation, (Layer.PROVINCE.value, str(office.province_id)))
    if isinstance(thing, Office):
        return Spot(Layer.OFFICE, thing.pk, thing, office.province_id, above)
    return Spot(Layer.KIOSK, thing.pk, thing, office.province_id, (*above, (Layer.OFFICE.value, office.pk)))


class Refusal(StrEnum):
    """Why a document was not put into force."""

    MEANWHILE = "meanwhile"
    """Somebody else has put another one into force since it was read."""
    NO_REASON = "no-reason"
    UNCHANGED = "unchanged"
    NO_KIOSK = "no-kiosk"
    """There is nobody to have it a wave at a time."""
    BEING_ROLLED_OUT = "being-rolled-out"
    NOT_YOURS = "not-yours"
    """It says where money goes: that is the treasury's."""
    NOT_AN_ADMINS = "not-an-admins"
    """It says more than where money goes: that is an admin's."""
    DOES_NOT_FIT = "does-not-fit"
    """A kiosk could not live with it."""
    NO_SUCH_TIME = "no-such-time"
    """It is to take effect in the past, or in more than a year."""


class PublishError(ValueError):
    """Nothing has changed; ``refusal`` says why, ``problems`` what a kiosk would say. Tell whoever tried."""

    def __init__(self, refusal: Refusal, problems: tuple[str, ...] = ()) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be put into force. ``base``: the revision it was made from (0: the layer said nothing).

    ``as_admin`` and ``as_treasury``: which of its values whoever wants it may say. ``takes_effect_at`` None: now.
    ``restores`` as in ``SettingsRevision``.
    """

    document: Mapping[str, Any]
    base: int
    reason: str
    in_waves: bool = False
    as_admin: bool = True
    as_treasury: bool = False
    takes_effect_at: datetime | None = None
    restores: int | None = None


Published = SettingsRevision | Rollout | PlannedSettings
"""The revision in force; or what brings it in waves; or what waits for another person, or for its time."""


def is_overtaken(latest: SettingsRevision | None, base: int) -> bool:
    """Whether another revision is in force than the one a change was made from."""
    return base != (latest.revision if latest else 0)


def publish(spot: Spot, change: Wanted, author: User | None) -> Published:
    """Put a document into force at once, or begin to, a wave at a time; or plan that.

    Where it names money (``names_money``) another person has to agree first.

    Raises: PublishError.
    """
    with in_turn(spot.turn):
        return _published(spot, change, author)


def _published(spot: Spot, change: Wanted, author: User | None) -> Published:
    latest, reason = latest_document(spot.layer, spot.key), change.reason.strip()[:REASON_MAX]
    if is_overtaken(latest, change.base):
        raise PublishError(Refusal.MEANWHILE)
    if not reason:
        raise PublishError(Refusal.NO_REASON)
    before = latest.document if latest else {}
    _demand_sayable(spot, change, before)
    needs_second = names_money(before, change.document)
    if needs_second or change.takes_effect_at is not None:
        return _planned(spot, change, author, needs_second=needs_second)
    return put_into_force(spot, change, author)


class Second(StrEnum):
    """Whose word is asked for besides that of whoever wants a change."""

    ADMIN = "admin"
    TREASURY = "treasury"


def second_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Second | None:
    """Who has to agree, as another person; None when nobody has to."""
    if names_payees(before, after):
        return Second.TREASURY
    return Second.ADMIN if names_money(before, after) else None


def weigh(spot: Spot, change: Wanted) -> SettingsRevision | None:
    """Find out whether ``publish`` would take a change now, but for ``base`` and ``reason``; nothing is kept. What is
    in force, None when the layer says nothing.

    Raises: PublishError, as ``publish``.
    """
    latest = latest_document(spot.layer, spot.key)
    before = latest.document if latest else {}
    _demand_sayable(spot, change, before)
    _demand_time(change.takes_effect_at, timezone.now())
    _demand_fit(spot, change.document)
    if change.takes_effect_at is None and not names_money(before, change.document):
        if is_staged(spot.layer, spot.key):
            raise PublishError(Refusal.BEING_ROLLED_OUT)
        if change.in_waves and spot.layer in IN_WAVES and not kiosks_of(spot.layer, spot.key).exists():
            raise PublishError(Refusal.NO_KIOSK)
    return latest


def _demand_sayable(spot: Spot, change: Wanted, before: Mapping[str, Any]) -> None:
    """Raises: PublishError for what says nothing new, what is not theirs to say, and what no kiosk understands."""
    if change.document == before:
        raise PublishError(Refusal.UNCHANGED)
    _demand_ones_own(change, before)
    if strange := _strange(spot, change.document) - _strange(spot, before):
        raise PublishError(Refusal.DOES_NOT_FIT, tuple(sorted(strange)))


def go_back(spot: Spot, to: int | None, asked: Wanted, author: User | None) -> Published:
    """Put an earlier revision into force again, 0 for the layer that says nothing; None takes the last change back.

    Of ``asked``, reason and rights count. Another person has to agree where ``publish`` would ask for one.

    Raises: LookupError when there is no such revision, or all has been taken back; PublishError.
    """
    latest = latest_document(spot.layer, spot.key)
    if to is None:
        if latest is None or not latest.stands_for:
            raise LookupError("nothing to take back")
        rows = SettingsRevision.objects.filter(layer=spot.layer, key=spot.key)
        earlier = rows.filter(revision__lt=latest.stands_for).first()
        to = earlier.stands_for if earlier else 0
    document, restores = revision_of(spot.layer, spot.key, to)
    base = latest.revision if latest else 0
    change = replace(asked, document=document, base=base, restores=restores, in_waves=False, takes_effect_at=None)
    return publish(spot, change, author)


def revision_of(layer: str, key: str, number: int) -> tuple[Mapping[str, Any], int]:
    """The document of a revision, and the one that brought it first; 0 is the layer that says nothing.

    Raises: LookupError when there is none.
    """
    if not number:
        return {}, 0
    found = SettingsRevision.objects.filter(layer=layer, key=key, revision=number).first()
    if found is None:
        raise LookupError(f"no revision {number}")
    return found.document, found.stands_for


def put_into_force(spot: Spot, change: Wanted, author: User | None) -> SettingsRevision | Rollout:
    """Have it, now, without asking anybody any more.

    Raises: PublishError.
    """
    try:
        if change.in_waves and spot.layer in IN_WAVES:
            draft = Draft(
                CAREFUL_SETTINGS, change.reason, layer=spot.layer, key=spot.key, document=change.document,
                province=spot.dopa_code,
            )  # fmt: skip
            return start(draft, author)
        with transaction.atomic():
            made = change_settings(spot.layer, spot.key, change.document, author, change.reason.strip()[:REASON_MAX])
            if change.restores is not None:
                made.restores = change.restores
                made.save(update_fields=["restores"])
        return made
    except PlanError:
        raise PublishError(Refusal.NO_KIOSK) from None
    except SettingsError as err:
        is_staged = BEING_ROLLED_OUT in err.problems
        refusal = Refusal.BEING_ROLLED_OUT if is_staged else Refusal.DOES_NOT_FIT
        raise PublishError(refusal, tuple(err.problems)) from None


def _demand_ones_own(change: Wanted, before: Mapping[str, Any]) -> None:
    """Raises: PublishError when it says what whoever wants it has no say in."""
    tops = {path[0] for path in touched(before, change.document)}
    if tops & LOCKED and not change.as_treasury:
        raise PublishError(Refusal.NOT_YOURS)
    if tops - LOCKED and not change.as_admin:
        raise PublishError(Refusal.NOT_AN_ADMINS)


def _planned(spot: Spot, change: Wanted, author: User | None, *, needs_second: bool) -> PlannedSettings:
    now, at = timezone.now(), change.takes_effect_at
    _demand_time(at, now)
    _demand_fit(spot, change.document)
    expires_at = min(now + ASKED_FOR, at or now + ASKED_FOR) if needs_second else None
    return PlannedSettings.objects.create(
        layer=spot.layer, key=spot.key, dopa_code=spot.dopa_code, base=change.base, document=dict(change.document),
        restores=change.restores, reason=change.reason.strip()[:REASON_MAX],
        in_waves=change.in_waves and spot.layer in IN_WAVES,
        state=PlannedSettings.State.ASKED if needs_second else PlannedSettings.State.PLANNED,
        asked_by=author, asked_at=now, expires_at=expires_at, takes_effect_at=at,
    )  # fmt: skip


def _demand_time(at: datetime | None, now: datetime) -> None:
    if at is not None and not now < at <= now + AHEAD_MAX:
        raise PublishError(Refusal.NO_SUCH_TIME)


def _demand_fit(spot: Spot, document: Mapping[str, Any]) -> None:
    try:
        try_draft(spot.layer, spot.key, document)
    except SettingsError as err:
        raise PublishError(Refusal.DOES_NOT_FIT, tuple(err.problems)) from None


def _strange(spot: Spot, document: Mapping[str, Any]) -> frozenset[str]:
    """What of a document a kiosk would not understand; what it could not live with is ``change_settings``'s to say."""
    above = (latest_document(layer, key) for layer, key in spot.above)
    try:
        return frozenset(read_settings([*(each.document for each in above if each), document])[1])
    except SettingsError:
        return frozenset()


Path = tuple[str, ...]


def values_of(document: Mapping[str, Any], path: Path = ()) -> dict[Path, Any]:
    """Every value a document says, by where it stands."""
    said: dict[Path, Any] = {}
    for name, value in document.items():
        is_table = isinstance(value, Mapping) and value
        said.update(values_of(value, (*path, name)) if is_table else {(*path, name): value})
    return said


def touched(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[Path]:
    """Where two documents say otherwise, value by value."""
    old, new = values_of(before), values_of(after)
    return {path for path in {*old, *new} if (path in old, old.get(path)) != (path in new, new.get(path))}


def names_money(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether it makes a difference to an account that money goes to, or to what is asked of people."""
    return any(
        path[0] in LOCKED or (path[0] == "fees" and not (len(path) > 2 and path[2] in OF_NO_MONEY))
        for path in touched(before, after)
    )


def names_payees(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether it says whose account money goes to: the treasury's to say, and to agree to."""
    return any(path[0] in LOCKED for path in touched(before, after))


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """What two documents say otherwise: where, what before, what after; None where nothing is said."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from differences(before.get(name), after.get(name), (*path, name))
    elif before != after:
        yield path, before, after
