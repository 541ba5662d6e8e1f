"""Every route of the pages and of the machines that come without a certificate."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("fleet.api.bank")),
    path("", include("fleet.api.enrolment")),
    path("", include("fleet.api.door")),
    path("", include("fleet.api.metrics")),
    path("", include("fleet.web.urls")),
]

handler403 = "fleet.web.views.errors.forbidden"
handler404 = "fleet.web.views.errors.not_found"
handler500 = "fleet.web.views.errors.broken"
