"""What a preview of a roll-out comes to, for who looks before it begins: its waves, what it costs the line, and one
kiosk's answer. Who gets it is ``planning``'s; there is nothing here that a start would do otherwise."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from fleet.devices.models import Kiosk
from fleet.protocol.updates import QuietHours
from fleet.rollouts.plan import Wave, lanes
from fleet.rollouts.planning import Place
from fleet.rollouts.starting import Draft, Preview


@dataclass(frozen=True, slots=True)
class Coming:
    """A wave that would be. ``kiosk_ids``: in the order they are to be asked."""

    no: int
    wave: Wave
    kiosk_ids: tuple[str, ...]
    provinces: int


def coming(draft: Draft, shown: Preview) -> list[Coming]:
    """Each wave."""
    kiosk_ids: dict[int, list[str]] = defaultdict(list)
    for place in shown.places:
        if place.wave_no is not None:
            kiosk_ids[place.wave_no].append(place.kiosk_id)
    return [
        Coming(no, wave, tuple(kiosk_ids[no]), len({shown.provinces[each] for each in kiosk_ids[no]}))
        for no, wave in enumerate(draft.plan.waves, 1)
    ]


@dataclass(frozen=True, slots=True)
class Load:
    """What it costs the line: bytes in all, so many kiosks at once, and no less than so many seconds of fetching, 0
    where nothing limits it."""

    bytes_max: int
    at_once: int
    least_s: int


def load_of(draft: Draft, shown: Preview) -> Load:
    """Of a bundle; settings cost nothing worth telling."""
    size_bytes, limits = draft.firmware.size_bytes if draft.firmware else 0, draft.plan.limits
    least_s = round(shown.total * size_bytes / limits.bytes_per_s_max) if limits.bytes_per_s_max else 0
    return Load(shown.total * size_bytes, min(lanes(limits), shown.total), least_s)


@dataclass(frozen=True, slots=True)
class Answer:
    """One kiosk: where it is and why, what runs there (empty: it does not say), and when it may be installed there
    (None: at any time)."""

    kiosk: Kiosk
    place: Place
    runs: str
    quiet: QuietHours | None


def answers_of(draft: Draft, shown: Preview, find: str, most: int) -> tuple[list[Answer], int]:
    """Kiosks whose id has ``find`` in it, the first waves first, ``most`` of them; and how many there are in all."""
    wanted = find.upper()
    places = [place for place in shown.places if wanted in place.kiosk_id.upper()]
    places.sort(key=lambda place: (place.wave_no is None, place.wave_no or 0))
    rows = Kiosk.objects.select_related("office__province", "state")
    kiosks = {each.pk: each for each in rows.filter(pk__in=[place.kiosk_id for place in places[:most]])}
    return [_answer(draft, place, kiosks[place.kiosk_id]) for place in places[:most]], len(places)


def _answer(draft: Draft, place: Place, kiosk: Kiosk) -> Answer:
    state = getattr(kiosk, "state", None)
    said = (state.reported or {}).get("firmware") or {} if state is not None else {}
    return Answer(kiosk, place, said.get("running_version", ""), draft.plan.care.quiet_in(kiosk.office.province_id))
