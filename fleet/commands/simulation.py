"""`fleet simulate`: a crowd of kiosks on this fleet. What the crowd does is ``fleet.simulate``'s."""

from __future__ import annotations

import argparse
import sys

from fleet.commands.command import AddCommand, CommandError
from fleet.commands.parts import allow_many_files
from fleet.commands.ports import ports_of
from fleet.simulate.command import processes_here
from fleet.simulate.updates import Fate


def add(command: AddCommand) -> None:
    """These commands."""
    simulate = command("simulate", _simulate, "a crowd of kiosks that only speak the wire, to try this fleet out")
    simulate.add_argument("--kiosks", type=int, required=True, help="how many, over the 76 provinces")
    simulate.add_argument("--seconds", type=float, default=0, help="0 (default): until Ctrl-C")
    simulate.add_argument("--processes", type=int, default=processes_here(), help="default: one a core")
    simulate.add_argument("--heartbeat-s", type=float, default=60, help="between statuses (default: 60)")
    simulate.add_argument("--records-an-hour", type=float, default=20, help="visits of each kiosk (default: 20)")
    simulate.add_argument("--bad-percent", type=float, default=1, help="of all, who also misbehave (default: 1)")
    simulate.add_argument("--spread-s", type=float, default=20, help="they arrive over this time (default: 20)")
    simulate.add_argument("--storm-every-s", type=float, default=0, help="all lines are cut so often; 0 is never")
    simulate.add_argument("--firmware", default="", help="version they begin with; empty: they cannot be updated")
    what = "what becomes of kiosks with a version: VERSION=good, bad (rolls back) or silent (never comes back)"
    simulate.add_argument("--fate", action="append", default=[], metavar="VERSION=FATE", help=what)
    simulate.add_argument("--step-s", type=float, default=30, help="of an update, each (default: 30)")


def _fates(words: list[str]) -> dict[str, Fate]:
    try:
        return {version: Fate(fate) for version, _, fate in (word.partition("=") for word in words)}
    except ValueError as err:
        raise CommandError(f"--fate: {err}") from None


def _simulate(arguments: argparse.Namespace) -> str:
    from fleet.simulate.command import run, table
    from fleet.simulate.plan import Plan
    from fleet.site.simulated import make_simulated, write_identities
    from fleet.trust.authority import Authority

    allow_many_files()
    ports, identities = ports_of(arguments.data_dir), arguments.data_dir / "simulated"
    kiosk_ids = make_simulated(arguments.kiosks)
    write_identities(kiosk_ids, Authority(arguments.data_dir / "authority"), identities)
    plan = Plan(
        host=ports.host,
        port=ports.broker,
        identities=str(identities),
        kiosk_ids=tuple(kiosk_ids),
        heartbeat_s=arguments.heartbeat_s,
        records_an_hour=arguments.records_an_hour,
        bad_share=arguments.bad_percent / 100,
        spread_s=arguments.spread_s,
        storm_every_s=arguments.storm_every_s,
        seconds=arguments.seconds,
        firmware=arguments.firmware,
        fates=_fates(arguments.fate),
        step_s=arguments.step_s,
    )
    return table(run(plan, arguments.processes, lambda line: print(line, file=sys.stderr, flush=True)))
