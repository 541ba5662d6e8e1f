"""What a draft of settings would do, before anybody publishes it: which values change, where, and how it looks.

Nothing is published here. The pictures are drawn only for who asks for them (``look`` names language and shape).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fleet.acting.settings import touched
from fleet.acting.settings_reach import Reach, reach_of
from fleet.devices.desired import drafted_for, kiosks_of
from fleet.devices.models import Kiosk, Layer, SettingsRevision
from fleet.office.models import Office, Province
from fleet.protocol.settings import merge
from fleet.web import planned_words
from fleet.web.alert_words import said_of
from fleet.web.screen_preview import LANGUAGES, SHAPES, Asked, PreviewError, drawn
from fleet.web.settings_changes import Change, changes
from fleet.web.settings_form import SettingsForm
from fleet.web.settings_place import Place
from fleet.web.settings_words import full_label

NAMES_SHOWN = 6
"""Places that say otherwise themselves: by name, and then only how many more."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A stronger layer that keeps its own values."""

    name: str
    layer: str
    kiosks: int
    labels: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen before and after, by the addresses of its pictures; empty where there is none."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft looked at; ``changed`` None: nobody looked. ``way``: how the pictures were asked for, as ``th-portrait``;
    empty while nobody has."""

    changed: tuple[Change, ...] | None = None
    reach: Reach | None = None
    otherwise: tuple[Otherwise, ...] = ()
    more: int = 0
    kiosk_id: str = ""
    way: str = ""
    shown: tuple[Shown, ...] = ()
    no_pictures: str = ""

    @property
    def ways(self) -> list[tuple[str, str]]:
        """How the pictures may be asked for, each with its word."""
        languages = {"th": _("ไทย"), "en": _("อังกฤษ")}
        shapes = {"landscape": _("จอนอน"), "portrait": _("จอตั้ง")}
        return [(f"{each}-{shape}", f"{languages[each]} · {shapes[shape]}") for shape in SHAPES for each in LANGUAGES]

    @property
    def is_portrait(self) -> bool:
        """Whether the pictures stand."""
        return self.way.endswith("portrait")


def look(
    request: HttpRequest, place: Place, form: SettingsForm, latest: SettingsRevision | None
) -> tuple[Looked, tuple[str, ...]]:
    """What publishing would change; the sentences for the top of the page where it cannot be read."""
    document = form.read(request.POST)
    if document is None:
        return Looked(), (_("มีค่าที่ต้องแก้ก่อน ดูที่ช่องสีแดง"),)
    before = latest.document if latest else {}
    changed = changes(before, document, form.inherited)
    if not changed:
        return Looked(changed), ()
    reach = reach_of(place.spot, touched(before, document))
    kiosk = kiosks_of(place.layer, place.key).order_by("pk").first()
    language, _dash, shape = request.POST["look"].partition("-")
    shown, why, way = tuple[Shown, ...](), "", ""
    if language in LANGUAGES and shape in SHAPES:
        way = f"{language}-{shape}"
        shown, why = _pictures(place, kiosk, (before, document, form.inherited), (language, shape))
    kiosk_id = kiosk.pk if kiosk else ""
    named = tuple(_otherwise(each) for each in reach.kept[:NAMES_SHOWN])
    return Looked(changed, reach, named, len(reach.kept) - len(named), kiosk_id, way, shown, why), ()


def _otherwise(kept: Any) -> Otherwise:
    labels = ", ".join(dict.fromkeys(full_label(path) for path in kept.paths))
    return Otherwise(_name(kept.layer, kept.key), kept.layer, kept.kiosks, labels)


def _name(layer: str, key: str) -> str:
    if layer == Layer.KIOSK:
        return key
    thing: Office | Province | None = (
        Office.objects.filter(pk=key).first() if layer == Layer.OFFICE else Province.objects.filter(pk=int(key)).first()
    )
    return said_of(thing) if thing is not None else key


def _pictures(
    place: Place,
    kiosk: Kiosk | None,
    documents: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]],
    way: tuple[str, str],
) -> tuple[tuple[Shown, ...], str]:
    """The screens that would look otherwise, or why there are none. ``documents``: before, after, beneath."""
    before, after, inherited = documents
    if kiosk is None:  # nobody has it yet: as the first kiosk would
        kiosk_id, whole = "AAA-01", (merge([inherited, before]), merge([inherited, after]))
    else:
        kiosk_id = kiosk.pk
        whole = (
            drafted_for(kiosk, place.layer, place.key, before),
            drafted_for(kiosk, place.layer, place.key, after),
        )
    asked = Asked(f"{place.layer}/{place.key}", kiosk_id, *whole, *way)
    try:
        screens = drawn(asked)
    except PreviewError as err:
        return (), planned_words.no_pictures(err.why)

    def address(name: str) -> str:
        return place.picture_address(asked.digest, name) if name else ""

    return tuple(
        Shown(planned_words.screen(each.screen), address(each.before), address(each.after)) for each in screens
    ), ""
