"""A moment on the wire: RFC 3339 with its offset, as every time of a kiosk is. What it is not: a day, or an hour of it.

Rule: a time that does not say its offset is refused where it comes in. Nobody can compare it with any other, and who
tries is thrown out of whatever they were doing for everybody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
