"""What a command brought from a kiosk: the bytes themselves."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.kiosks import kiosk_for
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import KioskId
from fleet.devices.brought import brought_by
from fleet.devices.commanding import MEDIA_TYPES
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.KIOSKS), tags=["kiosks"])

_FILE = {"schema": {"type": "string", "format": "binary"}}
FILES = {"responses": {200: {"content": dict.fromkeys(sorted(MEDIA_TYPES), _FILE)}}}

CommandId = Annotated[str, Path(..., pattern=r"^[0-9A-Za-z-]{1,40}$")]


@router.get("kiosks/{kiosk_id}/commands/{command_id}/brought", response={200: None}, openapi_extra=FILES)
def brought(request: HttpRequest, kiosk_id: KioskId, command_id: CommandId) -> HttpResponse:
    """What a command brought: a picture of the screen, drawn without anything of a visitor's, or logs."""
    found = brought_by(kiosk_for(caller(request), kiosk_id), command_id)
    if found is None:
        raise missing()
    headers = {"Content-Disposition": found.disposition}
    return HttpResponse(found.data, content_type=found.content_type, headers=headers)
