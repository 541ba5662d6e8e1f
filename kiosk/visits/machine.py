"""The one state-machine idiom: a table of pure handlers keyed by (state type, event type).

A handler takes state and event and returns ``Next``: the new state and the effects to carry out, in order.
It does nothing else. Which pairs exist can be asked (``rows``), so that tests prove every state answers every
event and pictures are drawn from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

S = TypeVar("S")
E = TypeVar("E")
F = TypeVar("F")
S1 = TypeVar("S1")
E1 = TypeVar("E1")


class UnexpectedEventError(LookupError):
    """No row for this state and event: a bug in the flow, not in the world."""


@dataclass(frozen=True, slots=True)
class Next(Generic[S, F]):
    """Where a step leads, and what to carry out on the way."""

    state: S
    effects: tuple[F, ...] = ()


class Machine(Generic[S, E, F]):
    """A table being filled, and then stepped."""

    def __init__(self) -> None:
        self._table: dict[tuple[type, type], Callable[[Any, Any], Next[S, F]]] = {}

    @classmethod
    def joined(cls, *machines: Machine[S, E, F]) -> Machine[S, E, F]:
        """One machine of several tables.

        Raises: ValueError when two of them have the same row; a bug.
        """
        whole = cls()
        for machine in machines:
            for (state, event), handler in machine._table.items():
                whole.on(state, event)(handler)
        return whole

    def on(
        self, state: type[S1], event: type[E1]
    ) -> Callable[[Callable[[S1, E1], Next[S, F]]], Callable[[S1, E1], Next[S, F]]]:
        """Decorator: the handler of one pair.

        Raises: ValueError for a second row of the same pair; a bug.
        """

        def register(handler: Callable[[S1, E1], Next[S, F]]) -> Callable[[S1, E1], Next[S, F]]:
            if (state, event) in self._table:
                raise ValueError(f"two rows for {state.__name__} + {event.__name__}")
            self._table[state, event] = handler
            return handler

        return register

    def everywhere(
        self, states: Iterable[type], event: type[E1]
    ) -> Callable[[Callable[[Any, E1], Next[S, F]]], Callable[[Any, E1], Next[S, F]]]:
        """Decorator: the same handler for ``event`` in each of ``states``."""

        def register(handler: Callable[[Any, E1], Next[S, F]]) -> Callable[[Any, E1], Next[S, F]]:
            for state in states:
                self.on(state, event)(handler)
            return handler

        return register

    def ignore(self, state: type, *events: type) -> None:
        """Say that these events change nothing in ``state``."""
        for event in events:
            self.on(state, event)(lambda s, _e: Next(s))

    def step(self, state: S, event: E) -> Next[S, F]:
        """One step.

        Raises: UnexpectedEventError when no row exists; let the process end, it is a bug.
        """
        try:
            handler = self._table[type(state), type(event)]
        except KeyError:
            raise UnexpectedEventError(f"{type(event).__name__} in {type(state).__name__}") from None
        return handler(state, event)

    @property
    def rows(self) -> frozenset[tuple[type, type]]:
        """Every (state type, event type) that has a handler or an explicit ``ignore``."""
        return frozenset(self._table)
