"""Both databases of a fleet: the mark for tests that must hold over either."""

from __future__ import annotations

import pytest

over_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""For a test, or as ``pytestmark`` of a module, that uses the fixture ``database``; without it, it gets SQLite."""
