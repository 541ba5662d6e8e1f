"""Pages that stay true while they are open: their moving part is sent when it changes, or asked for.

A moving part holds no clock and no form, and nothing of the person who looks at it but their scope, so it changes
exactly when what it tells of does and is the same for all who may see the same: ``fleet.web.watching`` makes it once
for all of them. Ages are counted in the browser (``sala.js``), and its buttons belong to a form that stands beside it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from fleet.web.access import is_live

SEEN = "seen"


def answer(request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    """The page ``web/<page>.html``, or what moves in it (``web/live/<page>.html``), or 204 when nothing has."""
    piece = render_to_string(f"web/live/{page}.html", context)
    digest = hashlib.blake2b(piece.encode(), digest_size=12).hexdigest()
    if is_live(request) and request.GET.get(SEEN) == digest:
        return HttpResponse(status=204)
    again = request.GET.copy()
    again[SEEN] = digest
    wrapped = {"piece": mark_safe(piece), "again": f"{request.path}?{again.urlencode()}"}  # noqa: S308 (a template's)
    if is_live(request):
        return HttpResponse(render_to_string("web/live.html", wrapped), headers={"ETag": f'"{digest}"'})
    return render(request, f"web/{page}.html", {**context, **wrapped})
