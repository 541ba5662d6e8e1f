"""A private pcscd with a virtual reader: the hardware of the virtual kiosk and of the tests.

Not for a device: there pcscd is a service of the system and its readers are real.

Rules:
* pcscd's run directory is compiled in, so it gets a mount namespace of its own, in which that directory is ours: it
  neither disturbs the system's pcscd nor sees its readers. This needs root, or a kernel that lets users make
  namespaces; otherwise a sentence says so.
* vpcd listens on all addresses, so it gets a network of its own as well, with nothing but loopback in it: only who may
  open ``door`` (``vpcd_door``), a Unix socket in our directory, can put a pretend card in.
* Clients find it by ``PCSCLITE_CSOCK_NAME``, which libpcsclite reads once in the life of a process. The path therefore
  stays the same over restarts.
* No process is left behind: all die with the pipe that we hold, whatever becomes of us.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from drivers.card import vpcd_door
from drivers.errors import DeviceAbsentError

_DEVICE = "pcscd"
_VPCD_LIBRARY = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")  # Debian, package vsmartcard-vpcd
_START_TIMEOUT_S = 10.0
_STOP_TIMEOUT_S = 5.0
_LOOK_AGAIN_S = 0.01
_LONGEST_SOCKET_PATH = 107  # sun_path of unix(7), less its final zero

_SCRIPT = """
: > "$1/entered"
mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/pcscd && mount --bind "$1" /run/pcscd || exit 77
exec 3<&0
"$4" -I -S "$5" "$3" <&3 &
exec 3<&-
exec pcscd --foreground --config "$2" </dev/null
"""
"""The shell becomes pcscd; its child, the door, waits for our end of the pipe to close. The fresh /run hides the
system's. ``-I -S``: without our packages, which the door does not need."""

_EXIT_NO_MOUNT = 77
_NEEDED = ("pcscd", "unshare", "mount")


def _path() -> str:
    """Where to look for programs: Debian keeps pcscd in /usr/sbin, which is not on an ordinary user's PATH."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


class Pcscd:
    """One pcscd of our own, to be started, stopped and started again."""

    def __init__(self, directory: Path | None = None) -> None:
        """``directory`` (not under /run) holds socket, configuration and log; without one, a temporary one is made."""
        self._is_directory_ours = directory is None
        self._directory = directory or Path(tempfile.mkdtemp(prefix="sala-pcscd-"))
        self._ipc = self._directory / "ipc"
        self._config = self._directory / "reader.conf.d"
        self.socket_path = self._ipc / "pcscd.comm"
        self.door = self._directory / "door"
        if len(os.fsencode(self.socket_path)) > _LONGEST_SOCKET_PATH:
            raise ValueError(f"{self.socket_path} is too long for a socket's name")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment, before its first PC/SC call, to use this pcscd and no other."""
        return {"PCSCLITE_CSOCK_NAME": str(self.socket_path)}

    @property
    def is_running(self) -> bool:
        """The process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Of pcscd itself, while it runs."""
        return self._process.pid if self._process is not None and self.is_running else None

    def start(self) -> None:
        """Start pcscd and return when clients can use it, and ``VpcdSlot(door)`` its slots.

        Raises: DeviceAbsentError, with a sentence for a person, when it cannot be started on this machine.
        """
        if self.is_running:
            return
        self.stop()
        if not _VPCD_LIBRARY.exists() or any(shutil.which(program, path=_path()) is None for program in _NEEDED):
            raise DeviceAbsentError(_DEVICE, "not installed: apt install pcscd vsmartcard-vpcd util-linux mount")
        self._write_files()
        namespaces = ["--mount", "--net"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount", "--net"]
        paths = (self._ipc, self._config, self.door, sys.executable, vpcd_door.__file__)
        with (self._directory / "pcscd.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["unshare", *namespaces, "sh", "-c", _SCRIPT, "sh", *map(str, paths)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PATH": _path()},
                start_new_session=True,
            )
        self._await_readiness(self._process)

    def stop(self) -> None:
        """Stop it and wait for its end. Calling it again does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()  # the door's end
        self.socket_path.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it as a crash would: no farewell to anybody, and its socket's name stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Stop and start, on the same socket and door."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop, and remove the directory if it was ours."""
        self.stop()
        if self._is_directory_ours:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _write_files(self) -> None:
        self._ipc.mkdir(parents=True, exist_ok=True)
        self._config.mkdir(exist_ok=True)
        for leftover in ("pcscd.comm", "pcscd.pid", "entered"):  # of one that was killed
            (self._ipc / leftover).unlink(missing_ok=True)
        self.door.unlink(missing_ok=True)
        (self._config / "vpcd").write_text(
            'FRIENDLYNAME "Virtual PCD"\n'
            f"DEVICENAME /dev/null:0x{vpcd_door.FIRST_PORT:X}\n"
            f"LIBPATH {_VPCD_LIBRARY}\n"
            f"CHANNELID 0x{vpcd_door.FIRST_PORT:X}\n",
            encoding="ascii",
        )

    def _await_readiness(self, process: subprocess.Popen[bytes]) -> None:
        deadline_s = time.monotonic() + _START_TIMEOUT_S
        while not (_accepts(self.socket_path) and _accepts(self.door) and _listens(process.pid)):
            code = process.poll()
            if code is None and time.monotonic() < deadline_s:
                time.sleep(_LOOK_AGAIN_S)
                continue
            self.stop()
            raise DeviceAbsentError(_DEVICE, self._why_not(code))

    def _why_not(self, code: int | None) -> str:
        """Why it did not start, for a person; ``code`` is its exit code, None when it hangs."""
        if code == _EXIT_NO_MOUNT or not (self._ipc / "entered").exists():
            return "needs root, or a kernel that lets users make namespaces, for a /run/pcscd of its own"
        lines = (self._directory / "pcscd.log").read_text(encoding="utf-8", errors="replace").splitlines()
        said = lines[-1] if lines else "nothing"
        return f"did not start (exit code {code}); it said: {said}"


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _listens(pid: int) -> bool:
    """Somebody listens on vpcd's first port in the network of this process. Read from the kernel's table: to connect
    would be to insert a card."""
    wanted = f"{vpcd_door.FIRST_PORT:04X}"
    try:
        rows = Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()
    except OSError:  # it just ended
        return False
    return any(row.split()[1].endswith(":" + wanted) and row.split()[3] == "0A" for row in rows)  # TCP_LISTEN
