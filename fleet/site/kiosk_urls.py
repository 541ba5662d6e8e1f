"""Every route of the kiosks' port."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("fleet.api.kiosks")), path("", include("fleet.api.trust"))]
