"""Sample paper: what the sample kiosks' rolls had left on the days before today. Today is the kiosks' own."""

from __future__ import annotations

from datetime import date, timedelta

from fleet.devices.models import Kiosk
from fleet.figures.models import PaperDay

DAYS = 30
ROLL_SLIPS = 420
SLIPS_A_DAY = (38, 27, 33, 44, 30, 0, 0)
"""By the day of the week: an office prints from Monday to Friday."""


def make_paper(today: date) -> None:
    """Make it; made twice, it is there once. The kiosks must be there."""
    if PaperDay.objects.exists():
        return
    for number, kiosk in enumerate(Kiosk.objects.order_by("pk")):
        left, rows = ROLL_SLIPS - 45 * number, []
        for back in range(DAYS, 0, -1):
            day = today - timedelta(days=back)
            left -= SLIPS_A_DAY[day.weekday()]
            left = left if left > 0 else ROLL_SLIPS  # somebody put a new roll in
            rows.append(PaperDay(kiosk=kiosk, day=day, slips_left=left))
        PaperDay.objects.bulk_create(rows)
