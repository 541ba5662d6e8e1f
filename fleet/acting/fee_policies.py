"""What of the policies of letters and reminders holds at an office, value by value, and who says it."""

from __future__ import annotations

from fleet.acting.settings_values import Held, Stack, leaves
from fleet.devices.models import Layer
from fleet.office.fees.policies import document_of
from fleet.office.fees.policy import OfficePolicy
from fleet.office.models import Office


def policy_held(office: Office | None) -> list[Held]:
    """Every value that is in force at an office, or for the nation (None)."""
    nation = document_of(None)
    if office is None:
        stack = Stack(Layer.NATIONAL, [], nation)
    else:
        stack = Stack(Layer.OFFICE, [(Layer.NATIONAL, nation)], document_of(office))
    return [stack.held(leaf) for leaf in leaves(OfficePolicy, locked=frozenset())]
