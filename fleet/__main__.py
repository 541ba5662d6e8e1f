"""The `fleet` command: the fleet manager on one machine, or one part of it on many.

What it is: the parser's frame, the data folder and what Django reads from the environment. The commands themselves
are ``fleet.commands``, a module a group.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
from functools import partial
from pathlib import Path

from fleet.commands import (
    alerts,
    audit,
    banks,
    calls,
    folders,
    identities,
    office_work,
    partners,
    parts,
    people,
    register,
    rollouts,
    samples,
    settings,
    simulation,
    tokens,
    trust,
)
from fleet.commands.command import Body, Needs, carry_out

GROUPS = {
    "the fleet itself": (parts, samples, simulation),
    "kiosks": (settings, rollouts, identities, trust),
    "what needs a person": (alerts,),
    "people and programs": (people, tokens, calls, audit),
    "the office": (register, office_work, folders),
    "money, and other people's systems": (banks, partners),
}
"""Modules of ``fleet.commands`` under what somebody would look for."""

EVERYDAY = """everyday, on behalf of somebody (fleet call operations: all that a page can do):
  fleet call kiosks list --province 20 --table --as suda
  fleet call alerts list --state open --table --as suda
  fleet call rollouts list --as suda
  fleet call settings show province 20 --as suda
  fleet call people list --table --as nina
"""


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    arguments = _arguments(argv)
    arguments.data_dir = arguments.data_dir.resolve()
    os.environ["SALA_FLEET_DIR"] = str(arguments.data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.site.settings")
    arguments.data_dir.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SALA_SECRET_KEY", _secret_key(arguments.data_dir / "secret-key"))
    logging.captureWarnings(True)  # Python's own are lines of the log like all others
    return int(arguments.carry_out(arguments))


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    """What was typed. ``more``: what only the command itself can understand, for those that ``takes_more``."""
    made = parser()
    arguments, more = made.parse_known_args(argv)
    if more and not getattr(arguments, "takes_more", False):
        made.error(f"unrecognized arguments: {' '.join(more)}")
    arguments.more = more
    return arguments


def _secret_key(path: Path) -> str:
    """The key that signs sessions: made once, kept beside the database, ours to read only."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8")


def parser() -> argparse.ArgumentParser:
    """Of every command."""
    made = argparse.ArgumentParser(prog="fleet", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EVERYDAY)
    made.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("SALA_FLEET_DIR", "fleet-data")),
        help="database, certificates and keys (default: fleet-data, or SALA_FLEET_DIR)",
    )  # fmt: skip
    commands = made.add_subparsers(required=True, metavar="COMMAND", help="fleet COMMAND --help: its options")
    shown = ["The fleet manager behind Sala's kiosks."]

    def command(name: str, body: Body, what: str, needs: Needs = Needs.FLEET) -> argparse.ArgumentParser:
        one = commands.add_parser(name, description=what)
        one.set_defaults(carry_out=partial(carry_out, body, needs))
        shown.append(f"  {name:<20} {what}")
        return one

    for title, groups in GROUPS.items():
        shown += ["", f"{title}:"]
        for group in groups:
            group.add(command)
    made.description = "\n".join(shown)
    return made


if __name__ == "__main__":
    raise SystemExit(main())
