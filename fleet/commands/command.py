"""A command of `fleet`: what it needs, and how what it says reaches whoever typed it.

What it is not: any one command. A module beside this one is a group of them; its ``add`` names each with its options,
what it needs and its body. A body takes the options and returns what is to be said; it prints nothing else on standard
output (but `fleet up` and `fleet pretend-partners`, which say that they are ready) and knows no exit code.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

Said = dict[str, Any] | list[dict[str, str]] | str | None
"""Becomes one line of JSON; a text stands as it is; None is silence. ``agrees: False`` in it is exit code 1."""

Body = Callable[[argparse.Namespace], Said]
"""``data_dir`` is among the options of every command."""


class CommandError(Exception):
    """It could not be done; one sentence for whoever typed it, and exit code 2."""


class Needs(Enum):
    """What must be there before a command's body runs."""

    NOTHING = "nothing"
    DJANGO = "Django, with or without a database"
    FLEET = "Django, on a database that somebody has made"
    MIGRATED = "Django, on a database that is made or brought up to date first"


class AddCommand(Protocol):
    """How a group adds one of its commands; the parser returned takes its options."""

    def __call__(self, name: str, body: Body, what: str, needs: Needs = Needs.FLEET) -> argparse.ArgumentParser: ...


def carry_out(body: Body, needs: Needs, arguments: argparse.Namespace) -> int:
    """See to what a command needs, run it, say what it says; the exit code.

    Raises: SystemExit with a sentence when there is no fleet.
    """
    provide(needs, arguments.data_dir)
    try:
        said = body(arguments)
    except CommandError as err:
        print(f"fleet: {err}", file=sys.stderr)
        return 2
    if said is not None:
        print(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))
    return 0 if not isinstance(said, dict) or said.get("agrees", True) else 1


def provide(needs: Needs, data_dir: Path) -> None:
    """See to what a command needs.

    Raises: SystemExit with a sentence when there is no fleet.
    """
    if needs is Needs.NOTHING:
        return
    if needs is Needs.FLEET:
        _demand_fleet(data_dir)
    import django

    django.setup()
    if needs is Needs.MIGRATED:
        from django.core.management import call_command

        from fleet.site.sign_on import furnish

        furnish()
        call_command("migrate", verbosity=0, interactive=False)


def _demand_fleet(data_dir: Path) -> None:
    from fleet.site.database import SQLITE_FILE, VARIABLE

    if not os.environ.get(VARIABLE) and not (data_dir / SQLITE_FILE).exists():
        raise SystemExit(f"fleet: there is no fleet in {data_dir}; name it with --data-dir, or run `fleet migrate`")
