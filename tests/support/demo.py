"""The whole of Sala on this machine: fleet, broker, and one virtual kiosk of two real processes.

`make demo` runs this as a program; `make smoke`, the bench and the end-to-end tests use ``Demo``.
Everything lives in one folder that is gone afterwards, listens on loopback and free ports, and leaves no process.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import requests

from tests.support.seeing import codes_in
from tests.support.technician import Technician, shown_in

KIOSK_ID = "CBI-02"
OFFICE_ID = "CBI"
USER = "demo"
TECHNICIAN = "technician"
READY_TIMEOUT_S = 120.0
PATIENCE_S = 60.0
"""How long anything that must happen may take on a busy machine; a test that passes never waits so long."""

_FLEET = Path(sys.executable).with_name("fleet")

T = TypeVar("T")


class Demo:
    """A running demonstration; a context manager."""

    def __init__(self, *, display: str = "10in", say: Callable[[str], None] = lambda _line: None) -> None:
        """``say`` takes a line about each step, for people who wait."""
        self._display, self._say = display, say
        self._processes: list[subprocess.Popen[str]] = []
        self.password = secrets.token_urlsafe(9)
        self.fleet_address = ""
        self.kiosk_address = ""
        self.ports: dict[str, Any] = {}

    def __enter__(self) -> Demo:
        # A short path: the sockets' names must fit into 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="sala-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        fleet_dir, kiosk_dir = self.directory / "fleet", self.directory / "kiosk"
        self._say("Making sample data for three provinces")
        self.fleet("sample-data")
        self.fleet("user", USER, "--role", "national-admin", "--full-name", "สุดา ตัวอย่าง")
        self.fleet("user", TECHNICIAN, "--role", "technician", "--province", "20", "--full-name", "วิชัย ตัวอย่าง")
        samples = self.directory / "samples.json"
        samples.write_text(self.fleet("sample-codes", OFFICE_ID), "utf-8")
        self._say("Starting broker and fleet")
        ready = json.loads(self._spawn("fleet", ["-m", "fleet", "--data-dir", str(fleet_dir), "up"]))
        self.ports, self.fleet_address = ready, ready["address"]
        self._say("Starting the virtual kiosk")
        line = self._spawn(
            "kiosk",
            [
                *("-m", "kiosk", "virtual", "--data-dir", str(self.directory / "virtual")),
                *("--kiosk-dir", str(kiosk_dir), "--enrol-at", self.fleet_address, "--display", self._display),
                *("--broker", f"127.0.0.1:{ready['broker']}", "--fleet-api", f"127.0.0.1:{ready['kiosk']}"),
                *("--samples", str(samples)),
            ],
        )
        self.kiosk_address = line.split(": ", 1)[1].strip().rstrip("/")
        self._say(f"Enrolling it as {KIOSK_ID}: a technician scans the QR on its screen and types its code")
        self._enrol()

    def _enrol(self) -> None:
        """Let the kiosk in as a technician does: the QR from its screen, the code it shows, the fleet's own form."""

        def scanned() -> bool:
            shown = shown_in(self.log("kiosk"))
            return shown is not None and shown.address in codes_in(self.picture())

        self.wait_until(lambda: self.state()["display"]["showing"], "the kiosk's screen")
        self.wait_until(scanned, "the enrolment QR on the screen")
        shown = shown_in(self.log("kiosk"))
        assert shown is not None
        page = Technician(TECHNICIAN, self.password).enrol(shown, KIOSK_ID)
        if page.status_code != requests.codes.ok or f"/kiosks/{KIOSK_ID}/" not in page.url:
            raise RuntimeError(f"the technician could not let the kiosk in: {page.status_code} {page.url}")
        self.wait_until(lambda: self.state()["kiosk_id"] == KIOSK_ID, "the kiosk's identity")
        self.wait_until(self._answers_everywhere, "every device of the kiosk")
        # It takes no settings before it has verified who may be paid.
        self.wait_until(lambda: "-> Idle" in self.log("kiosk"), "the kiosk's first page")

    def _answers_everywhere(self) -> bool:
        """Every device has answered: a card put in before its reader has looked is one that nobody saw put in."""
        said = self.log("kiosk")
        return all(f" {device} is online" in said for device in ("card", "scanner", "printer", "panel", "display"))

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SALA_PASSWORD": self.password,
            "SALA_PRETEND_BANK": "1",
            "PYGAME_HIDE_SUPPORT_PROMPT": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def fleet(self, *arguments: str) -> str:
        """Run a `fleet` command against this demonstration; returns what it printed."""
        command = [sys.executable, "-m", "fleet", "--data-dir", str(self.directory / "fleet"), *arguments]
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=READY_TIMEOUT_S, check=False
        )
        if done.returncode:
            raise RuntimeError(f"fleet {arguments[0]} failed:\n{done.stderr}")
        return done.stdout

    def _spawn(self, name: str, arguments: list[str]) -> str:
        """Start a program; returns its first line, which says that it is ready."""
        log = (self.directory / f"{name}.log").open("w", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C reaches us; we end them in order
        )
        log.close()
        self._processes.append(process)
        assert process.stdout is not None
        watchdog = threading.Timer(READY_TIMEOUT_S, process.kill)
        watchdog.start()
        line = process.stdout.readline()
        watchdog.cancel()
        if not line:
            raise RuntimeError(f"{name} did not start:\n{self.log(name)}")
        return line

    def log(self, name: str) -> str:
        """What a program ("fleet" or "kiosk") has written so far."""
        return (self.directory / f"{name}.log").read_text("utf-8", "replace")

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self._processes.clear()
        shutil.rmtree(self.directory, ignore_errors=True)

    # ---- the virtual kiosk's hands

    def state(self) -> dict[str, Any]:
        """Everything about the virtual kiosk."""
        state: dict[str, Any] = requests.get(f"{self.kiosk_address}/state", timeout=PATIENCE_S).json()
        return state

    def do(self, path: str, **body: Any) -> None:
        """Do something at the virtual kiosk, e.g. ``do("/card/insert", citizen="owner")``."""
        answer = requests.post(f"{self.kiosk_address}{path}", json=body, timeout=PATIENCE_S)
        if answer.status_code >= 400:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")

    def picture(self, path: str = "/screen.png") -> bytes:
        """A PNG: the screen, or a slip."""
        answer = requests.get(f"{self.kiosk_address}{path}", timeout=PATIENCE_S)
        answer.raise_for_status()
        return answer.content

    def wait_until(self, asked: Callable[[], T], what: str, timeout_s: float = PATIENCE_S) -> T:
        """Ask again and again until the answer is true.

        Raises: TimeoutError naming ``what``, with the programs' last lines.
        """
        until_s = time.monotonic() + timeout_s
        while time.monotonic() < until_s:
            if answer := asked():
                return answer
            time.sleep(0.02)
        raise TimeoutError(
            f"{what}: not within {timeout_s:.0f} s\n{self.log('kiosk')[-3000:]}\n{self.log('fleet')[-2000:]}"
        )


def main() -> int:
    """`make demo`."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            return
        stopped.set()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        with Demo(say=lambda line: print(f"  {line} ...", flush=True)) as demo:
            print(
                f"""
  Sala is running. Everything in it is ตัวอย่าง (sample).

  The kiosk      {demo.kiosk_address}/
  The dashboard  {demo.fleet_address}/
  Sign in as     {USER}   password   {demo.password}

  The bank: open "ธนาคารจำลอง" in the dashboard to confirm a payment.
  Commands: {_FLEET} --data-dir {demo.directory}/fleet call alerts list --table --as {USER}
  Ctrl-C ends it all.
""",
                flush=True,
            )
            while True:
                signal.pause()
    except KeyboardInterrupt:
        print("  Stopped; nothing is left running.", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
