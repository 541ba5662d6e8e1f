"""Pages, styles, scripts and drawings go over the line squeezed (gzip), for phones on a province's mobile network.

Only what people's browsers ask for: what kiosks fetch is asked for in pieces, and is packed already where that is worth
it. What Django adds to each answer (``GZipMiddleware``) keeps the length from telling what is inside.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

WORTH_IT = frozenset(
    {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "text/csv"}
)
"""Media types. Fonts and pictures are squeezed already."""


class Squeezed(GZipMiddleware):
    """Outermost, so that static files are squeezed too."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The same answer, smaller if the browser takes it so."""
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        is_whole = response.status_code == 200 and not response.headers.get("Content-Range")
        return super().process_response(request, response) if media_type in WORTH_IT and is_whole else response
