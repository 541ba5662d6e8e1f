"""A number that counts, as the databases on both sides hold it."""

from __future__ import annotations

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A number that counts. Bounded as SQLite and PostgreSQL bound it: a message that holds more is none."""
