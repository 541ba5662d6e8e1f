"""For every test: no example of hypothesis fails for having been slow. A busy machine makes any of them so."""

from __future__ import annotations

import hypothesis


def pytest_configure() -> None:
    """Before any test is read."""
    hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.load_profile("busy")
