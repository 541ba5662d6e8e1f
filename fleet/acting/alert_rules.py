"""What of the rules of alerts holds at a place, value by value, and who says it."""

from __future__ import annotations

from fleet.acting.settings_values import Held, Stack, leaves
from fleet.alerts.policies import document_of
from fleet.alerts.policy import AlertPolicy
from fleet.devices.models import Layer


def rules_held(dopa_code: int | None) -> list[Held]:
    """Every value that is in force in a province, or for the nation (None)."""
    nation = document_of(None)
    if dopa_code is None:
        stack = Stack(Layer.NATIONAL, [], nation)
    else:
        stack = Stack(Layer.PROVINCE, [(Layer.NATIONAL, nation)], document_of(dopa_code))
    return [stack.held(leaf) for leaf in leaves(AlertPolicy, locked=frozenset())]
