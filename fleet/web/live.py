"""Pages that stay true while they are open: their moving part asks every second, and is sent only when it changed.

A moving part holds no clock and no form, so it changes exactly when what it tells of does; ages are counted in the
browser (``sala.js``), and its buttons belong to a form that stands beside it.
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
    piece = render_to_string(f"web/live/{page}.html", context, request)
    digest = hashlib.blake2b(piece.encode(), digest_size=12).hexdigest()
    if is_live(request) and request.GET.get(SEEN) == digest:
        return HttpResponse(status=204)
    again = request.GET.copy()
    again[SEEN] = digest
    wrapped = {"piece": mark_safe(piece), "again": f"{request.path}?{again.urlencode()}"}  # noqa: S308 (a template's)
    if is_live(request):
        return render(request, "web/live.html", wrapped)
    return render(request, f"web/{page}.html", {**context, **wrapped})
