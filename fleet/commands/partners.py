"""`fleet pretend-partners` and `fleet customer-key`: other people's systems, played on this machine; the key of one.

    fleet pretend-partners --port 8810 --habit companies=failing

    fleet customer-key                              what kiosks seal registrations to, for the setting customer_key

It sets nothing up: the six addresses are given on the page "other systems". Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal

from fleet.commands.command import AddCommand, CommandError, Needs, Said
from fleet.partners.port import System
from fleet.partners.stand_in import Habit, StandIn


def add(command: AddCommand) -> None:
    """These commands."""
    command("customer-key", _customer_key, "the public key that registrations are sealed to; made when there is none")
    parser = command("pretend-partners", _run, "play other people's systems on this machine", Needs.NOTHING)
    parser.add_argument("--port", type=int, default=8810)
    parser.add_argument(
        "--habit",
        action="append",
        default=[],
        metavar="SYSTEM=HABIT",
        help=f"how one behaves; systems: {', '.join(System)}; habits: {', '.join(Habit)}",
    )


def _customer_key(_arguments: argparse.Namespace) -> Said:
    from fleet.conduct.registering import key_folder
    from fleet.partners.opening import public_key

    return {"customer_key": public_key(key_folder())}


def _run(arguments: argparse.Namespace) -> Said:
    """Until it is told to end; how often each was asked."""
    stand_in = StandIn({_system(each): _habit(each) for each in arguments.habit})
    try:
        asyncio.run(_answer(stand_in, arguments.port))
    except OSError as err:
        raise CommandError(f"port {arguments.port}: {err.strerror}") from err
    return {system: stand_in.asked.get(system, 0) for system in System}


def _system(said: str) -> System:
    name = said.partition("=")[0]
    if name not in list(System):
        raise CommandError(f"there is no system {name}")
    return System(name)


def _habit(said: str) -> Habit:
    name = said.partition("=")[2]
    if name not in list(Habit):
        raise CommandError(f"there is no habit {name}")
    return Habit(name)


async def _answer(stand_in: StandIn, port: int) -> None:
    over = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, over.set)
    async with await stand_in.serve("127.0.0.1", port) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        print(json.dumps({"address": address}), flush=True)
        await over.wait()
