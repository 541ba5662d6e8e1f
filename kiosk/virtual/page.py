"""The virtual kiosk's web side: the page, its live connection, and the control API that scripts and tests use.

Nothing of the machine is decided here. What cannot be done now is answered 409 with a word: ``{"error": "slot-full"}``.
The API stands in ``README.md``.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from drivers.errors import DriverError
from kiosk.virtual.changes import RefusedError
from kiosk.virtual.glass import Shown
from kiosk.virtual.guard import LoopbackGuard
from kiosk.virtual.machine import VirtualMachine

_SCREEN = b"\x01"
_PAPER = b"\x02"
_PAPER_HEADER = struct.Struct(">IHI")  # slip number, width in dots, first row
_LONGEST_WAIT_S = 10.0
_MOST_BODY_BYTES = 16384

T = TypeVar("T")


class InsertBody(msgspec.Struct, frozen=True):
    citizen: str


class ScanBody(msgspec.Struct, frozen=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class TouchBody(msgspec.Struct, frozen=True):
    x: Annotated[int, msgspec.Meta(ge=0, le=65535)]
    y: Annotated[int, msgspec.Meta(ge=0, le=65535)]


class PaperOutBody(msgspec.Struct, frozen=True):
    after_mm: Annotated[float, msgspec.Meta(ge=0, le=10000)] = 0.0


class CutBody(msgspec.Struct, frozen=True):
    silently: bool = False


class CaseBody(msgspec.Struct, frozen=True):
    open: bool


class LiveTouch(msgspec.Struct, frozen=True):
    """What a page says on the live connection: exactly one of the two is given."""

    pressed: tuple[int, int] | None = None
    released: tuple[int, int] | None = None


def make_app(machine: VirtualMachine, is_closing: Callable[[], bool]) -> Starlette:
    """The application. Live connections end when ``is_closing`` says so and the machine tells of a change."""
    static = Path(str(resources.files("kiosk.virtual"))) / "static"
    pages = Pages(machine, static, is_closing)
    routes: list[BaseRoute] = [
        Route("/", pages.index),
        Route("/state", pages.state),
        Route("/screen.png", pages.screen),
        Route("/slips", pages.slips),
        Route("/slips/{number:int}.png", pages.slip),
        Route("/slips/{number:int}/code", pages.code),
        WebSocketRoute("/live", pages.live),
        Mount("/static", StaticFiles(directory=static)),
        *(Route(path, act, methods=["POST"]) for path, act in _acts(machine).items()),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(LoopbackGuard)],
        exception_handlers={
            RefusedError: _refused,
            msgspec.DecodeError: _unreadable,
            UnicodeDecodeError: _unreadable,  # msgspec lets it through
            DriverError: _broken,
        },
    )


class Pages:
    """What is looked at."""

    def __init__(self, machine: VirtualMachine, static: Path, is_closing: Callable[[], bool]) -> None:
        self._machine = machine
        self._static = static
        self._is_closing = is_closing

    async def index(self, _: Request) -> Response:
        """The page."""
        return FileResponse(self._static / "index.html")

    async def state(self, request: Request) -> Response:
        """Everything as JSON. ``?after_frame=n`` waits, at most 10 s, until more than n frames have been shown."""
        seen = request.query_params.get("after_frame", "")
        if seen.isdecimal():
            await self._await_frame_after(int(seen))
        return JSONResponse({**self._machine.state(), "lights": self._machine.lights()})

    async def screen(self, _: Request) -> Response:
        """The screen now."""
        return Response(await self._machine.glass.png(), media_type="image/png")

    async def slips(self, _: Request) -> Response:
        """The slips that were cut, oldest first."""
        return JSONResponse(self._machine.state()["slips"])

    async def slip(self, request: Request) -> Response:
        """One slip."""
        return Response(self._machine.printer.slip_png(request.path_params["number"]), media_type="image/png")

    async def code(self, request: Request) -> Response:
        """What the QR of one slip holds."""
        return JSONResponse({"text": self._machine.printer.slip_code(request.path_params["number"])})

    async def live(self, socket: WebSocket) -> None:
        """The live connection: state, lights, pixels and paper out; touches in."""
        await socket.accept()
        telling = asyncio.get_running_loop().create_task(LiveView(self._machine, socket).tell(self._is_closing))
        hearing = asyncio.get_running_loop().create_task(self._hear(socket))
        try:
            await asyncio.wait((telling, hearing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            hearing.cancel()
            for ended in await asyncio.gather(telling, hearing, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, (WebSocketDisconnect, RuntimeError)):
                    raise ended

    async def _hear(self, socket: WebSocket) -> None:
        while True:
            try:
                touch = msgspec.json.decode(await socket.receive_text(), type=LiveTouch)
            except msgspec.DecodeError:
                return  # a page of another version: hang up, and it comes again
            try:
                if touch.pressed is not None:
                    await self._machine.glass.press(*touch.pressed)
                if touch.released is not None:
                    await self._machine.glass.release(*touch.released)
            except RefusedError:
                pass  # a dark screen feels nothing; the page shows that it is dark

    async def _await_frame_after(self, seen: int) -> None:
        with self._machine.changes.watch() as changed:
            try:
                async with asyncio.timeout(_LONGEST_WAIT_S):
                    while self._machine.glass.state()["frames"] <= seen and not self._is_closing():
                        changed.clear()
                        await changed.wait()
            except TimeoutError:
                pass  # the answer tells how many there are


class LiveView:
    """What one open page has been told so far."""

    def __init__(self, machine: VirtualMachine, socket: WebSocket) -> None:
        self._machine = machine
        self._socket = socket
        self._told: dict[str, str] = {}
        self._shown: Shown | None = None
        self._slip = (0, 0)  # number, rows

    async def tell(self, is_closing: Callable[[], bool]) -> None:
        """Send what the page lacks, whenever something changes; a slow page skips what is outdated."""
        with self._machine.changes.watch() as changed:
            while not is_closing():
                await changed.wait()
                changed.clear()
                await self._tell_now()
        await self._socket.close(1001)

    async def _tell_now(self) -> None:
        patch = await self._machine.glass.patch(self._shown)
        if patch is not None:
            self._shown, pixels = patch
            await self._socket.send_bytes(_SCREEN + pixels)
        rows = self._machine.printer.rows_after(*self._slip)
        if rows is not None:
            self._slip = (rows.number, rows.end)
            header = _PAPER_HEADER.pack(rows.number, rows.width_px, rows.first)
            await self._socket.send_bytes(_PAPER + header + rows.data)
        await self._tell_if_new("lights", self._machine.lights())
        await self._tell_if_new("state", self._machine.state())

    async def _tell_if_new(self, what: str, value: Any) -> None:
        text = json.dumps({what: value}, ensure_ascii=False)
        if self._told.get(what) != text:
            self._told[what] = text
            await self._socket.send_text(text)


_Act = Callable[[Request], Awaitable[Response]]


def _acts(machine: VirtualMachine) -> dict[str, _Act]:
    """What can be done to the machine: path to handler."""
    return {
        "/card/insert": _act(InsertBody, lambda body, _: machine.card.insert(body.citizen)),
        "/card/remove": _act(None, lambda _, __: machine.card.remove()),
        "/scan": _act(ScanBody, lambda body, _: machine.scanner.scan(body.text)),
        "/touch": _act(TouchBody, lambda body, _: _tap(machine, body)),
        "/panel/press": _act(None, lambda _, __: machine.panel.press()),
        "/panel/case": _act(CaseBody, lambda body, _: machine.panel.set_case(is_open=body.open)),
        "/device/{name}/plug": _act(None, lambda _, path: machine.set_plug(path["name"], is_in=True)),
        "/device/{name}/unplug": _act(None, lambda _, path: machine.set_plug(path["name"], is_in=False)),
        "/printer/paper-out": _act(PaperOutBody, lambda body, _: machine.printer.run_out(body.after_mm)),
        "/printer/paper-low": _act(None, lambda _, __: machine.printer.run_low()),
        "/printer/refill": _act(None, lambda _, __: machine.printer.refill()),
        "/printer/open-cover": _act(None, lambda _, __: machine.printer.set_cover(is_open=True)),
        "/printer/close-cover": _act(None, lambda _, __: machine.printer.set_cover(is_open=False)),
        "/printer/jam": _act(None, lambda _, __: machine.printer.set_jam(is_jammed=True)),
        "/printer/free": _act(None, lambda _, __: machine.printer.set_jam(is_jammed=False)),
        "/network/cut": _act(CutBody, lambda body, _: machine.cut_network(silently=body.silently)),
        "/network/restore": _act(None, lambda _, __: machine.restore_network()),
        "/program/{name}/kill": _act(None, lambda _, path: machine.kill_program(path["name"])),
        "/slips/{number:int}/take": _act(None, lambda _, path: machine.printer.take(path["number"])),
    }


def _act(kind: type[T] | None, do: Callable[[T, dict[str, Any]], Awaitable[None] | None]) -> _Act:
    """A handler that reads a body of ``kind`` (None: whatever there is, is ignored) and does something."""

    async def handler(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BODY_BYTES:
                return JSONResponse({"error": "too-long"}, 413)
        value: Any = None if kind is None else msgspec.json.decode(body or b"{}", type=kind)
        done = do(value, request.path_params)
        if done is not None:
            await done
        return JSONResponse({})

    return handler


async def _tap(machine: VirtualMachine, at: TouchBody) -> None:
    await machine.glass.press(at.x, at.y)
    await machine.glass.release(at.x, at.y)


async def _refused(_: Request, err: Exception) -> Response:
    reason = err.reason if isinstance(err, RefusedError) else "refused"
    return JSONResponse({"error": reason}, 404 if reason.startswith("no-such") else 409)


async def _unreadable(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": "unreadable"}, 422)  # not msgspec's own words: they may quote what was scanned


async def _broken(_: Request, err: Exception) -> Response:
    return JSONResponse({"error": "device", "detail": str(err)}, 503)
