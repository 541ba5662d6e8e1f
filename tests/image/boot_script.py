"""The boot script in the real U-Boot, on a disk whose kernels are none: which slots it tries, and how often.

No kernel, so no image is needed: each try fails at once, and resets the machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from images.recipe import parts
from images.recipe.commands import run
from images.recipe.root import Release
from tests.image.emulator import UBOOT

ROOT = Path(__file__).parents[2]
RELEASE = Release("boot-script", 1_767_225_600)
PATIENCE_S = 300.0

FRESH = {"BOOT_ORDER": "A B", "BOOT_A_LEFT": "3", "BOOT_B_LEFT": "3"}

_TRIED = re.compile(r"slot ([AB]); left: A (\w+), B (\w+)|(no slot is left)")


def make_disk(folder: Path, variables: Mapping[str, str]) -> Path:
    """A disk as the image has it, with a kernel that is none; ``variables`` stand in the environment."""
    shutil.rmtree(folder, ignore_errors=True)
    made, boot, kernel = folder / "parts", folder / "boot", folder / "kernel"
    for each in (made, boot, kernel):
        each.mkdir(parents=True)
    script = ROOT / "images/boot/boot.cmd"
    run("mkimage", "-A", "arm64", "-T", "script", "-C", "none", "-n", "sala", "-d", script, boot / "boot.scr")
    parts.make_fat(boot, made / "boot.img", 64, RELEASE)
    (kernel / "slot.txt").write_text("roothash=ab\nhash_offset=4096\n", "ascii")
    for name in ("vmlinuz", "initrd.img"):
        (kernel / name).write_bytes(b"none")
    parts.make_fat(kernel, made / "kernel.img", 96, RELEASE)
    (made / "root.img").write_bytes(bytes(4096))
    (made / "env.img").write_bytes(parts.environment_image(dict(variables)) if variables else b"\xff" * 512)
    parts.make_image(made, folder / "disk.img")
    return folder / "disk.img"


def tries(disk: Path, count: int) -> list[str]:
    """What the script says at each of the first ``count`` starts: the slot and both counts, or that none is left."""
    said = disk.with_name("serial.txt")
    said.write_bytes(b"")
    machine = subprocess.Popen(
        [
            "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-m", "512", "-nodefaults", "-display", "none",
            "-bios", UBOOT, "-serial", f"file:{said}", "-drive", f"if=none,id=disk,file={disk},format=raw",
            "-device", "virtio-blk-pci,drive=disk",
        ],
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    end_s = time.monotonic() + PATIENCE_S
    try:
        while len(found := _TRIED.findall(said.read_text("utf-8", "replace"))) < count:
            if time.monotonic() > end_s:
                raise TimeoutError(f"{len(found)} of {count} starts in {PATIENCE_S:.0f} s")
            time.sleep(0.2)
    finally:
        machine.kill()
        machine.wait()
    return [none or f"{slot}{a}{b}" for slot, a, b, none in found[:count]]


def check(folder: Path) -> None:
    """Raises: AssertionError when the script does anything but what RAUC's rule says."""
    a_first = ["A23", "A13", "A03", "B02", "B01", "B00", "no slot is left", "A23"]
    assert tries(make_disk(folder / "fresh", FRESH), 8) == a_first
    updated = {"BOOT_ORDER": "B A", "BOOT_A_LEFT": "3", "BOOT_B_LEFT": "3"}
    assert tries(make_disk(folder / "updated", updated), 4) == ["B32", "B31", "B30", "A20"]
    assert tries(make_disk(folder / "torn", {}), 1) == ["A23"]
    shutil.rmtree(folder)
