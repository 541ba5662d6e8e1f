"""One layer's settings: which there are for an account, and putting another document into force.

Not here: what a document may say (``fleet.protocol.settings``), and forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User

from fleet.acting.seen import kiosks_seen, offices_seen, provinces_seen
from fleet.devices.desired import BEING_ROLLED_OUT, SettingsError, change_settings, latest_document
from fleet.devices.models import Kiosk, Layer, SettingsRevision
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

REASON_MAX = 200


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
    DOES_NOT_FIT = "does-not-fit"
    """A kiosk could not live with it."""


class PublishError(ValueError):
    """Nothing has changed; ``refusal`` says why, ``problems`` what a kiosk would say. Tell whoever tried."""

    def __init__(self, refusal: Refusal, problems: tuple[str, ...] = ()) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be put into force. ``base``: the revision it was made from (0: the layer said nothing)."""

    document: Mapping[str, Any]
    base: int
    reason: str
    in_waves: bool = False


def is_overtaken(latest: SettingsRevision | None, base: int) -> bool:
    """Whether another revision is in force than the one a change was made from."""
    return base != (latest.revision if latest else 0)


def publish(spot: Spot, change: Wanted, author: User | None) -> SettingsRevision | Rollout:
    """Put a document into force at once, or begin to, a wave at a time.

    Raises: PublishError.
    """
    latest, reason = latest_document(spot.layer, spot.key), change.reason.strip()[:REASON_MAX]
    if is_overtaken(latest, change.base):
        raise PublishError(Refusal.MEANWHILE)
    if not reason:
        raise PublishError(Refusal.NO_REASON)
    before = latest.document if latest else {}
    if change.document == before:
        raise PublishError(Refusal.UNCHANGED)
    if any(change.document.get(name) != before.get(name) for name in LOCKED):
        raise PublishError(Refusal.NOT_YOURS)
    if strange := _strange(spot, change.document) - _strange(spot, before):
        raise PublishError(Refusal.DOES_NOT_FIT, tuple(sorted(strange)))
    try:
        if change.in_waves and spot.layer in IN_WAVES:
            draft = Draft(
                CAREFUL_SETTINGS, reason, layer=spot.layer, key=spot.key, document=change.document,
                province=spot.dopa_code,
            )  # fmt: skip
            return start(draft, author)
        return change_settings(spot.layer, spot.key, change.document, author, reason)
    except PlanError:
        raise PublishError(Refusal.NO_KIOSK) from None
    except SettingsError as err:
        is_staged = BEING_ROLLED_OUT in err.problems
        refusal = Refusal.BEING_ROLLED_OUT if is_staged else Refusal.DOES_NOT_FIT
        raise PublishError(refusal, tuple(err.problems)) from None


def _strange(spot: Spot, document: Mapping[str, Any]) -> frozenset[str]:
    """What of a document a kiosk would not understand; what it could not live with is ``change_settings``'s to say."""
    above = (latest_document(layer, key) for layer, key in spot.above)
    try:
        return frozenset(read_settings([*(each.document for each in above if each), document])[1])
    except SettingsError:
        return frozenset()


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """What two documents say otherwise: where, what before, what after; None where nothing is said."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from differences(before.get(name), after.get(name), (*path, name))
    elif before != after:
        yield path, before, after
