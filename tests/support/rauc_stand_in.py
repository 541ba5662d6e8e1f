#!/usr/bin/env python3
"""A strict stand-in for `rauc` with two slots, for machines that have none: the words we use and no others.

    rauc_stand_in.py FOLDER status --detailed --output-format=json
    rauc_stand_in.py FOLDER install BUNDLE
    rauc_stand_in.py FOLDER status mark-good|mark-bad|mark-active booted

What it is: RAUC's promises about slots, kept in FOLDER/slots.json: the other slot is marked bad before it is written
and made the next to boot after; the booted one is never touched; a bundle that is not one is refused. A bundle of its
own kind is a line of JSON and bytes (``bundle``), and stands in its slot as it is. What it is not: RAUC; the real one
runs in the emulated image.

``boot`` is the boot loader: the primary slot if it is good, else the other.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

SLOTS = "slots.json"
COMPATIBLE = "sala-rpi"
OWN_BYTES = 5 * 4096
"""Of a bundle's content: in this much two versions differ."""


def bundle(version: str, size: int = 200_000, compatible: str = COMPATIBLE) -> bytes:
    """A file that this installer takes."""
    head = json.dumps({"version": version, "compatible": compatible}).encode() + b"\n"
    own = head + bytes(hashlib.shake_128(version.encode()).digest(OWN_BYTES - len(head)))
    return (own + hashlib.shake_128(b"the same in every version").digest(max(0, size - OWN_BYTES)))[:size]


def manifest_hash(content: bytes) -> str:
    """Its identity."""
    return hashlib.sha256(content.split(b"\n", 1)[0]).hexdigest()


def make(folder: Path) -> list[str]:
    """Two slots, the first of them with version 1; the command that stands for `rauc`."""
    first = bundle("1")
    slots = [{"version": "1", "hash": manifest_hash(first), "good": True}, {"version": "", "hash": "", "good": False}]
    _write(folder, {"booted": 0, "primary": 0, "slots": slots})
    device(folder, 0).write_bytes(first)
    return [sys.executable, str(Path(__file__).resolve()), str(folder)]


def device(folder: Path, slot: int) -> Path:
    """What stands in a slot."""
    return folder / f"slot-{slot}.img"


def boot(folder: Path) -> None:
    """Power on."""
    held = _read(folder)
    primary = held["primary"]
    held["booted"] = primary if held["slots"][primary]["good"] else 1 - primary
    _write(folder, held)


def running(folder: Path) -> str:
    """The version that runs."""
    held = _read(folder)
    return str(held["slots"][held["booted"]]["version"])


def _read(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / SLOTS).read_text("utf-8")))


def _write(folder: Path, held: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{SLOTS}.new"
    new.write_text(json.dumps(held), "utf-8")
    new.replace(folder / SLOTS)


def _status(folder: Path, held: dict[str, Any]) -> str:
    slots = []
    for number, slot in enumerate(held["slots"]):
        about = {"bundle": {"version": slot["version"], "hash": slot["hash"], "compatible": COMPATIBLE}}
        slots.append(
            {
                f"rootfs.{number}": {
                    "class": "rootfs",
                    "device": str(device(folder, number)),
                    "bootname": "AB"[number],
                    "state": "booted" if number == held["booted"] else "inactive",
                    "boot_status": "good" if slot["good"] else "bad",
                    "slot_status": about if slot["hash"] else {},
                }
            }
        )
    return json.dumps({"compatible": COMPATIBLE, "boot_primary": f"rootfs.{held['primary']}", "slots": slots})


def _install(folder: Path, held: dict[str, Any], file: Path) -> str:
    content = file.read_bytes()
    other = 1 - held["booted"]
    try:
        head = json.loads(content.split(b"\n", 1)[0])
        assert content == bundle(head["version"], len(content), head["compatible"])
    except (ValueError, AssertionError, KeyError):
        raise SystemExit("LastError: Installation error: signature verification failed") from None
    if head["compatible"] != COMPATIBLE:
        raise SystemExit("LastError: Installation error: Compatible mismatch")
    held["slots"][other] = {"version": "", "hash": "", "good": False}
    _write(folder, held)
    device(folder, other).write_bytes(content)
    held["slots"][other] = {"version": head["version"], "hash": manifest_hash(content), "good": True}
    held["primary"] = other
    _write(folder, held)
    return "installing\n100% Installing done.\n"


def main(arguments: list[str]) -> int:
    """What the installer says."""
    folder, held = Path(arguments[0]), _read(Path(arguments[0]))
    match arguments[1:]:
        case ["status", "--detailed", "--output-format=json"]:
            print(_status(folder, held))
        case ["status", "mark-good" | "mark-bad" as word, "booted"]:
            held["slots"][held["booted"]]["good"] = word == "mark-good"
            _write(folder, held)
        case ["status", "mark-active", "booted"]:
            held["primary"] = held["booted"]
            _write(folder, held)
        case ["install", file]:
            print(_install(folder, held, Path(file)))
        case words:
            raise SystemExit(f"rauc: not understood: {words}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
