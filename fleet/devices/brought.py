"""What a command brought, a screenshot or logs, as the file it is handed on as."""

from __future__ import annotations

from dataclasses import dataclass

from fleet.devices.commanding import MEDIA_TYPES
from fleet.devices.models import Kiosk, KioskCommand

_EXTENSIONS = {"image/png": "png", "text/plain": "txt"}


@dataclass(frozen=True, slots=True)
class Brought:
    """The bytes, and how they are handed on: a kiosk's are shown as nothing but what they say they are."""

    data: bytes
    content_type: str
    disposition: str


def brought_by(kiosk: Kiosk, command_id: str) -> Brought | None:
    """What this command of ``kiosk`` brought; None where it brought nothing, or there is none."""
    found = KioskCommand.objects.filter(pk=command_id, kiosk=kiosk).exclude(attachment=None).first()
    if found is None or found.attachment is None or found.media_type not in MEDIA_TYPES:
        return None
    is_text = found.media_type.startswith("text/")
    way = "inline" if found.media_type == "image/png" else "attachment"
    name = f"{kiosk.pk}-{found.kind}-{found.asked_at:%Y%m%d-%H%M%S}.{_EXTENSIONS[found.media_type]}"
    return Brought(
        data=bytes(found.attachment),
        content_type=f"{found.media_type}; charset=utf-8" if is_text else found.media_type,
        disposition=f'{way}; filename="{name}"',
    )
