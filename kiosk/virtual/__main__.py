"""`kiosk virtual`: options in, one running virtual kiosk, one line with its address out; a clean end on a signal."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import uvicorn

from drivers.errors import DriverError
from fleet.protocol.topics import is_kiosk_id
from kiosk.virtual.plan import DISPLAY_SIZES_PX, Address, Plan, Sample

_GRACE_S = 2  # for answers under way when we are told to end


def main(argv: list[str]) -> int:
    """Run until SIGINT or SIGTERM; the exit code."""
    # The display's wire format brings pygame along, which greets everybody on standard output.
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    arguments = _parser().parse_args(argv)
    plan = Plan(
        data_dir=arguments.data_dir,
        kiosk_dir=arguments.kiosk_dir,
        kiosk_id=arguments.kiosk_id,
        display=arguments.display,
        broker=arguments.broker,
        fleet_api=arguments.fleet_api,
        samples=arguments.samples,
        is_supervising=not arguments.no_supervise,
        enrol_at=arguments.enrol_at,
    )
    with contextlib.ExitStack() as held:
        try:
            _be_the_only_one(plan.data_dir, held)
            listening = held.enter_context(_listen(arguments.http_port))
        except OSError as err:
            _log(f"kiosk virtual: {err}")
            return 1
        return asyncio.run(_serve(plan, listening))


async def _serve(plan: Plan, listening: socket.socket) -> int:
    from kiosk.virtual.machine import VirtualMachine
    from kiosk.virtual.page import make_app

    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    machine = VirtualMachine(plan, _log)
    server = _Server(
        uvicorn.Config(
            make_app(machine, stopping.is_set),
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,  # paths are harmless, but nobody needs them
            timeout_graceful_shutdown=_GRACE_S,
        )
    )
    try:
        await machine.start()
        serving = loop.create_task(server.serve(sockets=[listening]))
        print(f"kiosk virtual: http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
        stopped = loop.create_task(stopping.wait())
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopping.set()
        server.should_exit = True
        machine.changes.tell()  # live connections look up and leave
        await serving
    except (DriverError, OSError) as err:
        _log(f"kiosk virtual: {err}")
        return 1
    finally:
        await machine.close()
    return 0


class _Server(uvicorn.Server):
    """uvicorn, with the signals left to us: it would raise them again after its end, past our own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _be_the_only_one(data_dir: Path, held: contextlib.ExitStack) -> None:
    """Hold ``data_dir`` until the end: a second one would take the first one's sockets away.

    Raises: OSError, with a sentence, when another holds it or it cannot be made.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = held.enter_context((data_dir / "lock").open("w", encoding="ascii"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        raise OSError(f"another virtual kiosk is using {data_dir}") from err


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as err:
        raise OSError(f"port {port} cannot be used: {err.strerror}; choose another with --http-port") from err


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk virtual", description="A whole kiosk in a browser page.")
    parser.add_argument("--data-dir", type=Path, required=True, help="sockets and logs of the pretend devices")
    parser.add_argument("--kiosk-dir", type=Path, required=True, help="the kiosk's own: identity/, data/, machine.toml")
    parser.add_argument("--kiosk-id", type=_kiosk_id, default="VIRTUAL-01", help="as the fleet knows it (%(default)s)")
    parser.add_argument("--enrol-at", default="", help="address of the fleet's pages: a kiosk that is nobody yet")
    parser.add_argument("--http-port", type=int, default=0, help="of the page, on loopback; 0 takes a free one")
    parser.add_argument("--display", choices=sorted(DISPLAY_SIZES_PX), default="10in")
    parser.add_argument("--broker", type=_address, help="host:port; without it the kiosk is offline")
    parser.add_argument("--fleet-api", type=_address, help="host:port of the fleet's HTTPS")
    parser.add_argument("--samples", type=_samples, default=(), help='JSON: [{"label", "code", "label_en", "kind"}]')
    parser.add_argument("--no-supervise", action="store_true", help="do not start frontdesk and agent")
    return parser


def _kiosk_id(text: str) -> str:
    if not is_kiosk_id(text):
        raise argparse.ArgumentTypeError("must be 2 to 32 of A-Z, 0-9 and hyphen")
    return text


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port")
    return Address(host, int(port))


def _samples(text: str) -> tuple[Sample, ...]:
    try:
        return msgspec.json.decode(Path(text).read_bytes(), type=tuple[Sample, ...])
    except OSError as err:
        raise argparse.ArgumentTypeError(f"cannot read {text}: {err.strerror}") from err
    except msgspec.DecodeError as err:
        raise argparse.ArgumentTypeError(f"{text}: {err}") from err


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
