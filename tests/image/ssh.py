"""ssh into the emulated kiosk: closed, opened by the fleet for one key and a while, closed again when that is over."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from tests.image.emulator import Emulator, until
from tests.image.rig import KIOSK_ID, Rig
from tests.image.steps import STEP_S, words

ACCOUNT = "sala-field"
HOURS = 0.1
"""Six minutes, of which one is taken off for clocks that are behind: long enough to look around in the emulator."""


def ssh(rig: Rig, machine: Emulator) -> None:
    """shut; the fleet signs a key and opens it: that key reads the journal and nothing else; then it shuts by itself"""
    assert not greets(machine.ssh_port), "an sshd answers though no settings open it"
    signed, stranger = (key_pair(rig.folder, name) for name in ("signed", "stranger"))
    rig.fleet(
        "ssh", KIOSK_ID, f"--key={signed.with_suffix('.pub')}", "--whose=somchai", f"--hours={HOURS}",
        "--reason=ตัวอย่าง",
    )  # fmt: skip
    words(machine, r"(Listening on sala-ssh)")
    until(lambda: greets(machine.ssh_port), "an sshd behind the open door", STEP_S)
    refused = session(machine, stranger, "true")
    assert refused.returncode == 255, refused
    assert "Permission denied (publickey)" in refused.stderr, refused.stderr

    read = session(machine, signed, "journalctl --no-pager -n 3 -u sala-agent && id -un")
    assert read.returncode == 0, read.stderr
    assert read.stdout.splitlines()[-1] == ACCOUNT, read.stdout
    assert len(read.stdout.splitlines()) == 4, read.stdout
    for forbidden in ("cat /var/lib/sala/settings.json", "cat /boot/firmware/machine.toml", "touch /run/x", "su -c id"):
        tried = session(machine, signed, f"{forbidden} </dev/null")
        assert tried.returncode not in (0, 255), (forbidden, tried)
    words(machine, r"(somchai)")  # who it was stands in the journal

    words(machine, r"(Closed sala-ssh\.socket)", 3600 * HOURS + STEP_S)
    assert not greets(machine.ssh_port)


def greets(port: int) -> bool:
    """Whether an sshd says its version. The emulator takes every connection, and drops it where nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def key_pair(folder: Path, name: str) -> Path:
    """A technician's key; the private half's file, with the public one beside it."""
    file = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "somchai", "-f", str(file)], check=True)
    return file


def session(machine: Emulator, key: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run ``command`` there. The host key is another one at every start of the machine, so nothing is remembered."""
    options = ("BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")
    return subprocess.run(
        [
            "ssh", "-F", "none", "-i", str(key), "-p", str(machine.ssh_port), *(f"-o{each}" for each in options),
            f"{ACCOUNT}@127.0.0.1", command,
        ],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=STEP_S, check=False,
    )  # fmt: skip
