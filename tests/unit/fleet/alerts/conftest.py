"""What the tests of alerts begin with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet.alerts.models import Alert, Watch
from tests.support.alerting import MONDAY, Fleet


@pytest.fixture
def fleet() -> Fleet:
    """All kiosks well, at ten on a Monday morning, looked at once."""
    Alert.objects.all().delete()  # samples
    found = Fleet().after()
    Watch.objects.create(pk=1, hearing_since=MONDAY - timedelta(days=1), looked_at=MONDAY)
    assert found.all_say().look() == []
    return found
