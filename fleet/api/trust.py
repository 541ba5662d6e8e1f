"""The trust repository, as kiosks fetch it: files as they are signed, by whoever has proved to be a kiosk.

Nothing here is secret and nothing here is believed for coming from here; the certificate keeps strangers from making
us send bundles. A range of bytes is answered, so that a download goes on where it ended.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from fleet.api.kiosks import Caller, for_kiosks

METADATA_NAME = re.compile(r"([0-9]{1,10}\.)?[a-z0-9-]{1,40}\.json")
TARGET_NAME = re.compile(r"[a-z-]{1,40}/([A-Za-z0-9-]{1,40}/)?[0-9a-f]{64}\.[A-Za-z0-9._+~-]{1,100}")
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")

PIECE_BYTES = 256 * 1024
"""Read at once: of a bundle, never more than this is in memory."""


@require_GET
@for_kiosks
def metadata(_request: HttpRequest, _caller: Caller, name: str) -> HttpResponse:
    """One file of metadata; 404 for what is not there."""
    file = Path(settings.DATA_DIR) / "trust" / "metadata" / name
    if METADATA_NAME.fullmatch(name) is None:
        return HttpResponse(status=404)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return HttpResponse(status=404)
    return HttpResponse(content, content_type="application/json", headers={"Cache-Control": "no-store"})


@require_GET
@for_kiosks
def target(request: HttpRequest, _caller: Caller, name: str) -> HttpResponseBase:
    """One target's file or a range of its bytes; 404 for what is not there, 416 for bytes it does not have."""
    file = Path(settings.DATA_DIR) / "trust" / "targets" / name
    if TARGET_NAME.fullmatch(name) is None or not file.is_file():
        return HttpResponse(status=404)
    size = file.stat().st_size
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    first = int(asked[1]) if asked else 0
    last = min(int(asked[2]), size - 1) if asked and asked[2] else size - 1
    if asked and (first >= size or last < first):
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    answer = StreamingHttpResponse(_pieces(file, first, last), status=206 if asked else 200)
    answer["Content-Type"] = "application/octet-stream"
    answer["Content-Length"] = str(last - first + 1)
    answer["Accept-Ranges"] = "bytes"
    if asked:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    return answer


async def _pieces(file: Path, first: int, last: int) -> AsyncIterator[bytes]:
    """Some of a file's bytes. What Django is given to iterate over in step, it would read whole before it sends any."""
    at = first
    while at <= last and (piece := await sync_to_async(_read)(file, at, min(last + 1 - at, PIECE_BYTES))):
        at += len(piece)
        yield piece


def _read(file: Path, at: int, count: int) -> bytes:
    with file.open("rb") as held:
        held.seek(at)
        return held.read(count)


urlpatterns = [
    path("kiosk/v1/trust/metadata/<str:name>", metadata),
    path("kiosk/v1/trust/targets/<path:name>", target),
]
