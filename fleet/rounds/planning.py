"""A technician's round, made from what kiosks say and what is alerted: pure, no Django, no words, no clock.

What it is: faults of a kiosk, the order of places, and what to carry. What it is not: sentences and remedies, which
are in ``words``, nor a map: how long the way takes nobody here knows, so nothing is said of it.

Rules:

* By need, then by place: an office comes as early as its worst fault asks, and is visited once, with all its kiosks.
* Of what is equally bad, what has a time comes first, the earliest first; then the office with more to do; then by id,
  so that the same day has the same round.
* What was closed today and has not begun again since goes to the end, and nothing is carried for it.
* What to carry is for as many kiosks as anybody gets done in a day.
* What a kiosk says of its devices counts only while it is heard. Paper does not grow back: its forecast counts on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

from fleet.protocol.messages import DeviceState


class Need(IntEnum):
    """How bad, worst first: the conditions of the whole product, without the one that is well."""

    FAILING = 0
    OFFLINE = 1
    ATTENTION = 2
    UNKNOWN = 3
    STALE = 4

    @property
    def word(self) -> str:
        """The name of the condition (look.md, section 4)."""
        return self.name.lower()


class Trouble(StrEnum):
    """What can be wrong."""

    PAPER_OUT = "paper-out"
    PAPER_JAMMED = "paper-jammed"
    PAPER_ENDS = "paper-ends"
    MISSING = "missing"
    BROKEN = "broken"
    BLOCKED = "blocked"
    MUTE = "mute"
    PEERS = "peers"
    TAMPER = "tamper"
    TWICE = "twice"
    CERTIFICATE = "certificate"
    ROOM = "room"
    STORAGE = "storage"
    POWER = "power"
    LINK = "link"
    SILENT = "silent"
    NEVER = "never"


class Item(StrEnum):
    """What can be carried."""

    PAPER = "paper"
    PRINTER = "printer"
    CARD_READER = "card-reader"
    SCANNER = "scanner"
    PANEL = "panel"
    DISPLAY = "display"
    USB_CABLE = "usb-cable"
    NETWORK_CABLE = "network-cable"
    STORAGE = "storage"
    POWER_SUPPLY = "power-supply"
    CLEANING = "cleaning"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class Alerted:
    """An open alert of a kiosk: its rule, its part, and whether somebody has it."""

    number: int
    rule: str
    part: str
    since: datetime
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A kiosk as it stands. ``condition``: a word of ``truth.Condition``; ``devices``: their ``DeviceState``s.

    ``since``: when each device last changed; ``closed_at``: when a technician said today that it is mended.
    """

    kiosk_id: str
    office_id: str
    dopa_code: int
    condition: str
    devices: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    paper: str = "unknown"
    paper_out_at: datetime | None = None
    disk_room: str = ""
    storage_used_percent: int | None = None
    storage_errors: int | None = None
    under_voltage: bool = False
    is_used_twice: bool = False
    alerts: tuple[Alerted, ...] = ()
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble of one kiosk. ``part``: a device, where it is one's; ``due_at``: by when, where that is known."""

    trouble: Trouble
    need: Need
    part: str = ""
    since: datetime | None = None
    due_at: datetime | None = None
    alert: Alerted | None = None

    @property
    def key(self) -> str:
        """Its name within its kiosk."""
        return f"{self.trouble}/{self.part}" if self.part else self.trouble.value


@dataclass(frozen=True, slots=True)
class Stop:
    """A kiosk that somebody should go to, its worst fault first."""

    seen: Seen
    faults: tuple[Fault, ...]
    is_closed: bool

    @property
    def need(self) -> Need:
        """Of the worst."""
        return self.faults[0].need


@dataclass(frozen=True, slots=True)
class Place:
    """An office and its kiosks, in their order."""

    office_id: str
    stops: tuple[Stop, ...]

    @property
    def is_closed(self) -> bool:
        """Whether there is nothing left to do."""
        return all(each.is_closed for each in self.stops)


@dataclass(frozen=True, slots=True)
class Round:
    """The round of one province. ``carry``: what, and how many."""

    dopa_code: int
    places: tuple[Place, ...]
    carry: tuple[tuple[Item, int], ...]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """All of it, in order."""
        return tuple(stop for place in self.places for stop in place.stops)


# ---- what is wrong

_OF_STATE = {
    DeviceState.NO_DEVICE: (Trouble.MISSING, Need.FAILING),
    DeviceState.HARDWARE_ERROR: (Trouble.BROKEN, Need.FAILING),
    DeviceState.USER_ERROR: (Trouble.BLOCKED, Need.ATTENTION),
    DeviceState.OFFLINE: (Trouble.MUTE, Need.ATTENTION),
}
_NOT_HEARD = {
    "offline": (Trouble.LINK, Need.OFFLINE),
    "stale": (Trouble.SILENT, Need.STALE),
    "unknown": (Trouble.NEVER, Need.UNKNOWN),
}
_OF_RULE = {
    "tamper": (Trouble.TAMPER, Need.FAILING),
    "used-twice": (Trouble.TWICE, Need.FAILING),
    "peers": (Trouble.PEERS, Need.ATTENTION),
    "certificate": (Trouble.CERTIFICATE, Need.ATTENTION),
}
"""Alerts of which a kiosk's own status says nothing."""

ALERTED_ALONE = frozenset(_OF_RULE)
"""The rules of those: a kiosk that is well by its own word is in a round for one of them."""

_ALERTED_AS = {
    Trouble.PAPER_OUT: "paper",
    Trouble.PAPER_JAMMED: "paper",
    Trouble.PAPER_ENDS: "paper",
    Trouble.MISSING: "device",
    Trouble.BROKEN: "device",
    Trouble.MUTE: "device",
    Trouble.BLOCKED: "device",
    Trouble.LINK: "offline",
    Trouble.ROOM: "disk",
    Trouble.STORAGE: "disk",
    Trouble.TWICE: "used-twice",
}
STORAGE_LIFE_PERCENT = 90
"""As `kiosk doctor` judges."""


def faults_of(seen: Seen, horizon: datetime) -> tuple[Fault, ...]:
    """What is wrong with a kiosk, the worst first. ``horizon``: paper that ends before is brought today."""
    found = {each.key: each for each in _faults(seen, horizon)}
    return tuple(sorted(found.values(), key=_order))


def _order(fault: Fault) -> tuple[int, bool, datetime, str]:
    return (fault.need, fault.due_at is None, fault.due_at or _NEVER, fault.key)


_NEVER = datetime.max.replace(tzinfo=UTC)
"""After everything."""


def _faults(seen: Seen, horizon: datetime) -> Iterator[Fault]:
    if seen.is_used_twice:
        yield _with_alert(seen, Fault(Trouble.TWICE, Need.FAILING))
    elif seen.condition in _NOT_HEARD:
        trouble, need = _NOT_HEARD[seen.condition]
        if trouble is Trouble.NEVER and seen.devices:  # it was heard before, and one part of it cannot be asked
            yield from _of_devices(seen)
        else:
            yield _with_alert(seen, Fault(trouble, need))
    else:
        yield from _of_devices(seen)
    yield from _of_paper(seen, horizon)
    if not {"offline", "stale"} & {seen.condition}:
        yield from _of_machine(seen)
    for alert in seen.alerts:
        if alert.rule in _OF_RULE and not (alert.rule == "used-twice" and seen.is_used_twice):
            trouble, need = _OF_RULE[alert.rule]
            yield Fault(trouble, need, alert.part, alert.since, None, alert)


def _of_devices(seen: Seen) -> Iterator[Fault]:
    is_paper = seen.paper in ("out", "jammed")
    for name, state in seen.devices.items():
        if name == "printer" and is_paper and state in (DeviceState.USER_ERROR, DeviceState.OFFLINE):
            continue  # the paper says it better
        if name == "panel" and state == DeviceState.USER_ERROR and any(each.rule == "tamper" for each in seen.alerts):
            continue  # so does the alert
        if state in _OF_STATE:
            trouble, need = _OF_STATE[DeviceState(state)]
            yield _with_alert(seen, Fault(trouble, need, name, seen.since.get(name)))


def _of_paper(seen: Seen, horizon: datetime) -> Iterator[Fault]:
    is_heard = seen.condition not in _NOT_HEARD
    if is_heard and seen.paper in ("out", "jammed"):
        trouble = Trouble.PAPER_OUT if seen.paper == "out" else Trouble.PAPER_JAMMED
        yield _with_alert(seen, Fault(trouble, Need.FAILING, "printer", seen.since.get("printer")))
    elif seen.paper == "low" or (seen.paper_out_at is not None and seen.paper_out_at < horizon):
        yield _with_alert(seen, Fault(Trouble.PAPER_ENDS, Need.ATTENTION, "printer", due_at=seen.paper_out_at))


def _of_machine(seen: Seen) -> Iterator[Fault]:
    if seen.storage_errors:
        yield _with_alert(seen, Fault(Trouble.STORAGE, Need.FAILING))
    elif (seen.storage_used_percent or 0) >= STORAGE_LIFE_PERCENT:
        yield _with_alert(seen, Fault(Trouble.STORAGE, Need.ATTENTION))
    if seen.disk_room in ("low", "last"):
        need = Need.FAILING if seen.disk_room == "last" else Need.ATTENTION
        yield _with_alert(seen, Fault(Trouble.ROOM, need))
    if seen.under_voltage:
        yield Fault(Trouble.POWER, Need.ATTENTION)


def _with_alert(seen: Seen, fault: Fault) -> Fault:
    """The fault with the alert that tells of the same, if one is open: taking it over takes this."""
    rule = _ALERTED_AS.get(fault.trouble)
    for alert in seen.alerts:
        if alert.rule == rule and alert.part in ("", fault.part):
            since = fault.since or alert.since
            return Fault(fault.trouble, fault.need, fault.part, since, fault.due_at, alert)
    return fault


# ---- where to go

STOPS_MAX = 40
"""Kiosks of a round that are shown, and carried for: more than anybody gets done in a day."""


def planned(kiosks: Iterable[Seen], horizon: datetime) -> tuple[Round, ...]:
    """The rounds of the provinces these kiosks stand in, the neediest first; kiosks that are well are in none."""
    provinces: dict[int, dict[str, list[Stop]]] = {}
    for seen in kiosks:
        if faults := faults_of(seen, horizon):
            stop = Stop(seen, faults, _is_closed(seen, faults))
            provinces.setdefault(seen.dopa_code, {}).setdefault(seen.office_id, []).append(stop)
    rounds = [_round(dopa_code, offices) for dopa_code, offices in provinces.items()]
    return tuple(sorted(rounds, key=lambda each: (_urgency(each.stops), each.dopa_code)))


def _round(dopa_code: int, offices: Mapping[str, list[Stop]]) -> Round:
    places = [Place(office_id, tuple(sorted(stops, key=_stop_order))) for office_id, stops in offices.items()]
    places.sort(key=lambda each: (_urgency(each.stops), each.office_id))
    stops = [stop for place in places for stop in place.stops][:STOPS_MAX]
    load = carry(fault for stop in stops if not stop.is_closed for fault in stop.faults)
    return Round(dopa_code, tuple(places), load)


def _is_closed(seen: Seen, faults: tuple[Fault, ...]) -> bool:
    if seen.closed_at is None:
        return False
    return all(each.since is None or each.since <= seen.closed_at for each in faults)


def _stop_order(stop: Stop) -> tuple[bool, tuple[int, bool, datetime], int, str]:
    return (stop.is_closed, _order(stop.faults[0])[:3], -len(stop.faults), stop.seen.kiosk_id)


def _urgency(stops: Iterable[Stop]) -> tuple[bool, tuple[int, bool, datetime], int]:
    """Of several kiosks together: what is closed last, then the worst, then where there is more to do."""
    left = [stop for stop in stops if not stop.is_closed]
    if not left:
        return (True, (len(Need), True, _NEVER), 0)
    return (False, min(_order(stop.faults[0])[:3] for stop in left), -len(left))


# ---- what to carry

_SPARE = {
    "printer": Item.PRINTER,
    "card": Item.CARD_READER,
    "scanner": Item.SCANNER,
    "panel": Item.PANEL,
    "display": Item.DISPLAY,
}
ROLLS_TO_CHANGE = 2
"""One goes in, one stays in the case for the next time."""


def carry(faults: Iterable[Fault]) -> tuple[tuple[Item, int], ...]:
    """What these faults may need, in the order of ``Item``. A spare for each device that may have to be changed."""
    load = Counter[Item]()
    for fault in faults:
        load.update(_needs(fault))
    return tuple((item, load[item]) for item in Item if load[item])


def _needs(fault: Fault) -> dict[Item, int]:
    is_change = fault.trouble in (Trouble.MISSING, Trouble.BROKEN, Trouble.MUTE)
    spare = {_SPARE[fault.part]: 1} if is_change and fault.part in _SPARE else {}
    return {**spare, **_FOR.get(fault.trouble, {})}


_FOR: dict[Trouble, dict[Item, int]] = {
    Trouble.PAPER_OUT: {Item.PAPER: ROLLS_TO_CHANGE},
    Trouble.PAPER_ENDS: {Item.PAPER: ROLLS_TO_CHANGE},
    Trouble.PAPER_JAMMED: {Item.PAPER: 1, Item.CLEANING: 1},
    Trouble.MISSING: {Item.USB_CABLE: 1},
    Trouble.BROKEN: {Item.USB_CABLE: 1},
    Trouble.MUTE: {Item.USB_CABLE: 1},
    Trouble.BLOCKED: {Item.CLEANING: 1},
    Trouble.PEERS: {Item.CLEANING: 1, Item.USB_CABLE: 1},
    Trouble.LINK: {Item.NETWORK_CABLE: 1},
    Trouble.SILENT: {Item.NETWORK_CABLE: 1},
    Trouble.STORAGE: {Item.STORAGE: 1},
    Trouble.POWER: {Item.POWER_SUPPLY: 1},
    Trouble.TAMPER: {Item.SEAL: 1},
}
