"""The whole pretend machine: its devices, its network cable, its programs; started in order, stopped in reverse.

The one place of this package that puts parts together, and that knows the machine configuration.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from drivers.panel.port import Light, Pattern
from kiosk.config import read_config
from kiosk.virtual.cable import Cable, CableState
from kiosk.virtual.changes import Changes, RefusedError
from kiosk.virtual.glass import Glass
from kiosk.virtual.panel import PanelFront
from kiosk.virtual.paper import VirtualPrinter
from kiosk.virtual.plan import DISPLAY_SIZES_PX, Plan
from kiosk.virtual.programs import Program
from kiosk.virtual.scanner import ScannerWindow
from kiosk.virtual.slot import CardSlot

_LONGEST_DIRECTORY = 80  # a Unix socket's path has at most 107 bytes, and pcscd's socket stands deepest


class _Pluggable(Protocol):
    async def plug(self) -> None: ...

    async def unplug(self) -> None: ...


class VirtualMachine:
    """One virtual kiosk. Everything belongs to the event loop that ``start`` ran on."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        """``say`` takes lines of log: those of the programs, with their names in front, and our own."""
        self.plan = plan
        self.changes = Changes()
        self._say = say
        self._parts = AsyncExitStack()
        self._sockets = _socket_directory(plan.data_dir, self._parts)
        tell = self.changes.tell
        self.card = CardSlot(self._sockets / "pcscd", tell)
        self.scanner = ScannerWindow(self._sockets / "scanner.sock", tell)
        self.panel = PanelFront(self._sockets / "panel.sock", tell)
        self.glass = Glass(self._sockets / "display.sock", DISPLAY_SIZES_PX[plan.display], tell)
        self.printer = VirtualPrinter(tell)
        self._cables = tuple(
            Cable(None if far is None else (far.host, far.port)) for far in (plan.broker, plan.fleet_api)
        )
        self._programs: dict[str, Program] = {}

    @property
    def config_path(self) -> Path:
        """The machine configuration this machine was written down in."""
        return self.plan.kiosk_dir / "machine.toml"

    async def start(self) -> None:
        """Plug everything in, write the configuration, start the programs.

        Raises: DeviceAbsentError when pcscd cannot run here. Call ``close`` in any case.
        """
        self._parts.push_async_callback(self.card.close)
        await self.card.plug()
        for wire in (self.scanner.wire, self.panel.wire, self.glass.wire):
            self._parts.push_async_callback(wire.unplug)
            await wire.plug()
        self._parts.push_async_callback(self.printer.close)
        await self.printer.start()
        for cable in self._cables:
            self._parts.push_async_callback(cable.close)
            await cable.lay()
        self._write_configuration()
        if self.plan.is_supervising:
            self._start_programs()

    async def close(self) -> None:
        """Stop the programs, then unplug everything. Calling it again does nothing."""
        await self._parts.aclose()
        self.changes.tell()

    def state(self) -> dict[str, Any]:
        """Everything the page shows, but pictures and lights."""
        return {
            "kiosk_id": self._kiosk_id(),
            "display": self.glass.state(),
            "card": self.card.state(),
            "scanner": self.scanner.state(),
            "printer": self.printer.state(),
            "panel": self.panel.state(),
            "network": {"state": self._network_state(), "connections": sum(c.connections for c in self._cables)},
            "programs": [asdict(program.state) for program in self._programs.values()],
            "samples": [asdict(sample) for sample in self.plan.samples],
            "slips": [
                {"number": slip.number, "height_px": slip.rows, "taken": slip.is_taken} for slip in self.printer.slips
            ],
        }

    def _kiosk_id(self) -> str:
        """Who it is; empty as long as it is nobody."""
        if not self.plan.enrol_at or not self.config_path.exists():
            return "" if self.plan.enrol_at else self.plan.kiosk_id
        return read_config(self.config_path).kiosk_id

    def lights(self) -> dict[Light, dict[str, Pattern | bool]]:
        """The lights as they shine now."""
        return self.panel.lights()

    async def set_plug(self, device: str, *, is_in: bool) -> None:
        """Plug a device in or pull its plug.

        Raises: RefusedError("no-such-device"); DeviceAbsentError when pcscd cannot be started.
        """
        devices: dict[str, _Pluggable] = {
            "card": self.card,
            "scanner": self.scanner.wire,
            "printer": self.printer,
            "panel": self.panel.wire,
            "display": self.glass.wire,
        }
        if device not in devices:
            raise RefusedError("no-such-device")
        await (devices[device].plug() if is_in else devices[device].unplug())

    def cut_network(self, *, silently: bool) -> None:
        """Cut the cable to the fleet.

        Raises: RefusedError("no-network") when there is none.
        """
        if self._network_state() == "none":
            raise RefusedError("no-network")
        for cable in self._cables:
            cable.cut(silently=silently)
        self.changes.tell()

    def restore_network(self) -> None:
        """Mend the cable."""
        for cable in self._cables:
            cable.restore()
        self.changes.tell()

    def kill_program(self, name: str) -> None:
        """Kill a program; it is started again.

        Raises: RefusedError("no-such-program") or RefusedError("not-running").
        """
        if name not in self._programs:
            raise RefusedError("no-such-program")
        if not self._programs[name].kill():
            raise RefusedError("not-running")

    def _network_state(self) -> str:
        if not any(cable.leads_somewhere for cable in self._cables):
            return "none"
        return next((c.state for c in self._cables if c.state is not CableState.WHOLE), CableState.WHOLE).value

    def _start_programs(self) -> None:
        for name in ("frontdesk", "agent"):
            argv = (sys.executable, "-m", "kiosk", name, "--config", str(self.config_path))
            program = Program(name, argv, self._environment(), self._say)
            program.changed = self.changes.tell
            self._programs[name] = program
            self._parts.push_async_callback(program.stop)
            program.start()

    def _environment(self) -> dict[str, str]:
        # A program whose output is a pipe would otherwise keep its lines back until there are many.
        return {**self.card.environment, "PYTHONUNBUFFERED": "1"}

    def _write_configuration(self) -> None:
        broker, fleet_api = self._cables
        self.plan.kiosk_dir.mkdir(parents=True, exist_ok=True)
        sections: dict[str, dict[str, Any]] = {
            "": {
                "data_dir": str(self.plan.kiosk_dir.resolve() / "data"),
                "run_dir": str(self._sockets / "run"),
            },
            "devices": {
                "card": "pcsc:",
                "scanner": f"unix:{self.scanner.wire.path}",
                "printer": self.printer.uri,
                "panel": f"unix:{self.panel.wire.path}",
                "display": f"unix:{self.glass.wire.path}",
            },
            "display": {"profile": self.plan.display},
        }
        way = ("127.0.0.1", broker.port, f"https://127.0.0.1:{fleet_api.port}")
        if self.plan.enrol_at:
            sections["enrolment"] = {"fleet": self.plan.enrol_at, "by_way_of": list(way)}
        else:
            sections[""]["kiosk_id"] = self.plan.kiosk_id
            sections["link"] = {
                **dict(zip(("broker_host", "broker_port", "fleet_api"), way, strict=True)),
                "ca_file": "identity/ca.pem",
                "certificate_file": "identity/kiosk.pem",
                "key_file": "identity/kiosk.key",
            }
        for directory in (sections[""]["data_dir"], sections[""]["run_dir"]):
            Path(str(directory)).mkdir(parents=True, exist_ok=True)
        self.config_path.write_text(_toml(sections), encoding="utf-8")
        environment = "".join(f"{name}={value}\n" for name, value in self.card.environment.items())
        (self.plan.kiosk_dir / "machine.env").write_text(environment, encoding="utf-8")


def _toml(sections: dict[str, dict[str, Any]]) -> str:
    lines = ["# Written by `kiosk virtual` at each start; changes here are lost."]
    for name, values in sections.items():
        if name:
            lines += ["", f"[{name}]"]
        # A JSON string is a TOML basic string too: same quotes, same escapes.
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _socket_directory(data_dir: Path, parts: AsyncExitStack) -> Path:
    """Where the sockets are: in ``data_dir``, or, when its name is too long for a socket, in a temporary one."""
    wanted = data_dir.resolve() / "machine"
    if len(str(wanted).encode()) <= _LONGEST_DIRECTORY:
        wanted.mkdir(parents=True, exist_ok=True)
        wanted.chmod(0o700)
        return wanted
    return Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="sala-")))
