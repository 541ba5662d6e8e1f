"""A rule like a signed one, and the facts of a factory."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from fleet.office.fees.reckoning import FactoryFacts, Version
from fleet.office.fees.rules import read_rules
from fleet.site.sample_fees import RULE

DAYS_OFF = frozenset({date(2017, 1, 2), date(2017, 1, 3)})
"""The days by which an office once moved its 1 January 2560 to the 4th."""


def document(**changes: Any) -> dict[str, Any]:
    """The sample rule with some of it changed; ``surcharge`` is laid over, the others replace."""
    made = deepcopy(RULE)
    made["surcharge"] |= changes.pop("surcharge", {})
    return made | changes


def version(number: int = 1, *, signed: bool = True, **changes: Any) -> Version:
    """A version, of real rates unless told otherwise."""
    return Version(number, read_rules(document(**{"sample": False, **changes})), signed, DAYS_OFF)


def facts(**changes: Any) -> FactoryFacts:
    """A factory of type 3 with 75 hp that began on 24 September 2012."""
    known = {"kind": 3, "horsepower": Decimal(75), "began_on": date(2012, 9, 24), "in_operation": True}
    return FactoryFacts(**{**known, **changes})
