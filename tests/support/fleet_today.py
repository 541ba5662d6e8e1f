"""The day on which the sample data of these tests was made."""

from __future__ import annotations

from datetime import date

TODAY = date(2026, 11, 22)
