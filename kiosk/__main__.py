"""The `kiosk` command: the composition root, and the only place that names concrete drivers."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from kiosk import logs
from kiosk.config import ConfigError, MachineConfig, read_config
from kiosk.store import StoreError, StoreReplacedError

DEFAULT_CONFIG = Path("/etc/sala/machine.toml")


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand; returns the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk", description="The program on a Sala kiosk.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in (
        ("frontdesk", "the screen and its devices: what visitors use"),
        ("agent", "the link to the fleet: settings, records, payments"),
    ):
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="machine configuration")
    _add_doctor(commands)
    _add_enrol(commands)
    virtual = commands.add_parser("virtual", help="a whole kiosk in a browser page", add_help=False)
    virtual.add_argument("rest", nargs=argparse.REMAINDER)
    if (argv if argv is not None else sys.argv[1:])[:1] == ["virtual"]:
        from kiosk.virtual.__main__ import main as run_virtual

        return run_virtual((argv if argv is not None else sys.argv[1:])[1:])
    arguments = parser.parse_args(argv)
    if arguments.command == "doctor":
        return _doctor(arguments)
    try:
        config = read_config(arguments.config)
        if arguments.command == "enrol":
            return _enrol(arguments, config)
        logs.set_up(arguments.command, config.run_path)
        return _frontdesk(config) if arguments.command == "frontdesk" else _agent(config)
    except ConfigError as err:  # a human must act: one sentence, and no traceback
        print(f"kiosk: {err}", file=sys.stderr)
        return 2
    except (StoreError, StoreReplacedError) as err:  # the disk: starting again is all that can be tried
        print(f"kiosk: {err}", file=sys.stderr)
        return 1


def _frontdesk(config: MachineConfig) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from drivers import registry
    from kiosk.frontdesk.process import Openers, run_frontdesk

    devices = config.devices
    try:
        openers = Openers(
            card=registry.card_reader(devices.card),
            scanner=registry.scanner(devices.scanner),
            printer=registry.printer(devices.printer),
            panel=registry.panel(devices.panel),
            display=registry.display(devices.display, config.display.size_px),
        )
    except ValueError as err:  # before anything runs: the worker's thread could only die of it, again and again
        raise ConfigError(f"[devices]: {err}") from err
    run_frontdesk(config, openers, version("sala-kiosk"))
    return 0


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from kiosk.doctor.command import add_arguments

    what = "what is plugged in, does it work, and what to do when it does not"
    doctor = commands.add_parser("doctor", help=what, description=what)
    doctor.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="machine configuration")
    add_arguments(doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from drivers import registry
    from kiosk.doctor.command import order_of, run
    from kiosk.doctor.opening import Openers

    def openers(addresses: dict[str, str], size_px: tuple[int, int]) -> Openers:
        return Openers(
            card=lambda: registry.open_card_reader(addresses["card"]),
            scanner=lambda: registry.open_scanner(addresses["scanner"]),
            printer=lambda: registry.open_printer(addresses["printer"]),
            panel=lambda: registry.open_panel(addresses["panel"]),
            display=lambda: registry.open_display(addresses["display"], size_px),
        )

    try:
        return run(order_of(arguments), openers, version("sala-kiosk"), Path("/"))
    except KeyboardInterrupt:
        print("kiosk doctor: stopped", file=sys.stderr)
        return 1


def _add_enrol(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from kiosk.agent.enrol_command import add_arguments

    what = "an identity by hand: for rooms without phones, and to end one"
    enrol = commands.add_parser("enrol", help=what, description=what)
    enrol.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="machine configuration")
    add_arguments(enrol)


def _enrol(arguments: argparse.Namespace, config: MachineConfig) -> int:
    from kiosk.agent.enrol_command import run

    print(run(arguments, config))
    return 0


def _agent(config: MachineConfig) -> int:
    from kiosk.agent.agent import Agent
    from kiosk.agent.enrolling import get_identity
    from kiosk.service_manager import ServiceManager

    manager = ServiceManager(os.environ)
    enrolled = get_identity(config, version("sala-kiosk"), _heed_signals, manager)
    if enrolled is None:
        return 0
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    agent = Agent(enrolled, version("sala-kiosk"), boot_id)
    _heed_signals(agent.stop)
    agent.run(manager)
    return 0


def _heed_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


if __name__ == "__main__":
    raise SystemExit(main())
