"""A hand inside the emulated kiosk, for what a person does to hardware: a root shell on a serial line no kiosk has.

QEMU hands systemd the shell's unit as a credential; the image knows nothing of it.
Rules: one script at a time, its words and its exit code come back; a machine that is switched off has no hand.
"""

from __future__ import annotations

import base64
import re
import socket
import time
from contextlib import suppress
from pathlib import Path

UNIT = """[Unit]
Description=The rig's hand
DefaultDependencies=no
After=systemd-journald.service
[Service]
ExecStart=/bin/sh -c 'stty -echo -onlcr; exec /bin/sh'
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
Restart=always
RestartSec=1
"""

LINE_LETTERS = 512
"""A terminal takes 4096 letters a line; and its other end takes them slowly."""

KNOCK_EVERY_S = 3.0


class HandError(RuntimeError):
    """A script ended with another code than 0; its words."""


class Hand:
    """The far end of the serial line, at a Unix socket of QEMU's."""

    def __init__(self, socket_path: Path) -> None:
        self._path = socket_path
        self._line: socket.socket | None = None
        self._heard = ""
        self._count = 0

    def close(self) -> None:
        """Let go; the machine is off."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def do(self, script: str, within_s: float = 120.0) -> str:
        """Run ``script`` in a shell; what it said.

        Raises: HandError when it fails; TimeoutError when nothing comes back, as long as the machine starts up.
        """
        end_s = time.monotonic() + within_s
        if self._line is None:
            self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._line.connect(str(self._path))
        self._knock(end_s)
        self._count += 1
        mark = f"{self._count:04d}"
        self._say(f": >/run/hand.{mark}")
        text = base64.b64encode(script.encode()).decode("ascii")
        for at in range(0, len(text), LINE_LETTERS):
            self._say(f"echo {text[at : at + LINE_LETTERS]} >>/run/hand.{mark}")
        self._heard = ""
        # The marks are written in two parts, so that they are not found in what a terminal sends back.
        self._say(
            f"echo '<''{mark}'; base64 -d /run/hand.{mark} | sh 2>&1; code=$?; rm /run/hand.{mark}; "
            f"echo; echo '{mark}''>'$code"
        )
        found = self._until(re.compile(rf"<{mark}\s(.*)\n{mark}>(\d+)\s", re.DOTALL), end_s)
        if found[2] != "0":
            raise HandError(found[1].strip())
        return found[1].strip()

    def _knock(self, end_s: float) -> None:
        """Until the shell is there: the machine may be starting, also again by itself."""
        self._heard = ""
        while True:
            self._say("echo 'kno''cked'")
            with suppress(TimeoutError):
                self._until(re.compile("knocked"), min(end_s, time.monotonic() + KNOCK_EVERY_S))
                return
            if time.monotonic() >= end_s:
                raise TimeoutError("nobody answers inside the machine")

    def _say(self, line: str) -> None:
        assert self._line is not None
        self._line.settimeout(60)
        self._line.sendall(line.encode() + b"\n")

    def _until(self, pattern: re.Pattern[str], end_s: float) -> re.Match[str]:
        assert self._line is not None
        while (found := pattern.search(self._heard)) is None:
            self._line.settimeout(max(0.05, min(1.0, end_s - time.monotonic())))
            try:
                got = self._line.recv(65536)
            except TimeoutError:
                got = b""
            else:
                if not got:
                    raise TimeoutError("the machine has gone")
            self._heard += got.decode("utf-8", "replace").replace("\r", "")
            if time.monotonic() >= end_s and pattern.search(self._heard) is None:
                raise TimeoutError(f"no answer inside the machine; it said: {self._heard[-300:]!r}")
        return found
