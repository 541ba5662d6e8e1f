"""One layer of settings of one branch, as pages speak of it: its name, and the addresses of what is done to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.acting.settings import Spot, spot_seen
from fleet.acting.settings_layers import documents_beneath
from fleet.devices.models import Kiosk
from fleet.people.scope import Scope
from fleet.protocol.settings import merge


@dataclass(frozen=True, slots=True)
class Place:
    """One layer of one branch, as pages speak of it."""

    spot: Spot
    title: str

    @property
    def layer(self) -> str:
        """As in ``Layer``."""
        return self.spot.layer

    @property
    def key(self) -> str:
        """Of the layer."""
        return self.spot.key

    @property
    def address(self) -> str:
        """Of its page."""
        return address("layer", self.layer, self.key)

    @property
    def undo_address(self) -> str:
        """Where its last change is taken back."""
        return address("undo", self.layer, self.key)

    def back_address(self, revision: int) -> str:
        """Where an earlier revision is put back."""
        return address("back", self.layer, self.key, revision=revision)

    def picture_address(self, digest: str, name: str) -> str:
        """Where a picture of a draft of it is."""
        return address("settings-picture", self.layer, self.key, digest=digest, name=name)


def address(page: str, layer: str, key: str, **more: int | str) -> str:
    """Of a page of a layer; the nation's has no key."""
    place = {"layer": layer, "key": key} if key else {"layer": layer}
    return reverse(f"web:{page}", kwargs={**place, **more})


def place_seen(scope: Scope, layer: str, key: str) -> Place:
    """The place a page is about.

    Raises: Http404 when there is none, or none for this account.
    """
    spot = spot_seen(scope, layer, key)
    if spot is None:
        raise Http404
    return place_of(spot)


def place_of(spot: Spot) -> Place:
    """A layer with its name in the page's language."""
    thing = spot.thing
    if thing is None:
        title = _("ทั้งประเทศ")
    else:
        named = thing.name_en if get_language() == "en" else thing.name_th
        title = f"{thing.pk} {named}" if isinstance(thing, Kiosk) else named
    return Place(spot, title)


def beneath(place: Place) -> dict[str, Any]:
    """What the weaker layers say together."""
    return merge(document for _layer, document in documents_beneath(place.spot))
