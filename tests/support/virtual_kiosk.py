"""A running `kiosk virtual` for tests: the real command in a process of its own, and its control API.

Without supervision the test plays the front desk, with the real drivers at the addresses of ``devices``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.support.require import require

_ANSWER_TIMEOUT_S = 60.0
_READY_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 60.0


@dataclass
class VirtualKiosk:
    """What a test holds: the address, the log so far, and the hand."""

    url: str
    kiosk_dir: Path
    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)

    @property
    def devices(self) -> dict[str, str]:
        """Device name to driver address, from the machine configuration it wrote."""
        found: dict[str, str] = tomllib.loads((self.kiosk_dir / "machine.toml").read_text("utf-8"))["devices"]
        return found

    @property
    def environment(self) -> dict[str, str]:
        """For processes that use its card reader."""
        lines = (self.kiosk_dir / "machine.env").read_text("utf-8").splitlines()
        return {**os.environ, **dict(line.split("=", 1) for line in lines)}

    def state(self, **query: int) -> dict[str, Any]:
        """Everything it tells."""
        answer = requests.get(f"{self.url}state", params=query, timeout=_ANSWER_TIMEOUT_S)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str) -> bytes:
        """A file of it."""
        answer = requests.get(self.url + path.lstrip("/"), timeout=_ANSWER_TIMEOUT_S)
        answer.raise_for_status()
        return answer.content

    def ask(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """Post, whatever comes of it."""
        answer = requests.post(self.url + path.lstrip("/"), json=body, timeout=_ANSWER_TIMEOUT_S)
        return answer.status_code, answer.json()

    def post(self, path: str, **body: Any) -> None:
        """Post; it must be done."""
        status, answer = self.ask(path, **body)
        assert status == 200, f"{path}: {status} {answer}"


@contextmanager
def virtual_kiosk(directory: Path, *options: str) -> Iterator[VirtualKiosk]:
    """One, ready to use; afterwards it has ended, and cleanly."""
    require("pcscd")
    directories = ("--data-dir", str(directory / "v"), "--kiosk-dir", str(directory / "k"))
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "virtual", *directories, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    log: list[str] = []
    listener = threading.Thread(target=lambda: log.extend(process.stderr or ()), name="virtual kiosk's log")
    listener.start()
    watchdog = threading.Timer(_READY_TIMEOUT_S, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
        watchdog.cancel()
        assert line.startswith("kiosk virtual: http://127.0.0.1:"), f"not ready: {line!r} {log}"
        yield VirtualKiosk(line.split()[-1], directory / "k", process, log)
    finally:
        watchdog.cancel()
        process.terminate()
        code = process.wait(_STOP_TIMEOUT_S)
        listener.join()
        process.stdout.close()
        process.stderr.close()
    assert code == 0, log
