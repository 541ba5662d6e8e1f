"""What stands in the partitions: boot, environment, kernel and root, each a file; and the image made of them.

Rules: every identifier is fixed and every date is the release's, so that the same tree gives the same bytes.
"""

from __future__ import annotations

import binascii
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from images.recipe.commands import StepError, run
from images.recipe.layout import BOOT, genimage_config, identifier, size_mib
from images.recipe.root import Release

ENV_BYTES = 512
BLOCK = 4096
MIB = 1024 * 1024

FIRMWARE = ("bootcode.bin", "start4.elf", "fixup4.dat", "start4cd.elf", "fixup4cd.dat", "start.elf", "fixup.dat")
BOARDS = ("bcm2711-rpi-4-b.dtb", "bcm2711-rpi-400.dtb", "bcm2711-rpi-cm4-io.dtb", "bcm2837-rpi-3-b-plus.dtb")
"""The boards whose U-Boot is Debian's rpi_arm64. A Raspberry Pi 5 is not among them yet (images/README.md)."""


@dataclass(frozen=True, slots=True)
class Verity:
    """What the kernel is told of the root: its hash, and where in the partition the tree of hashes begins."""

    root_hash: str
    hash_offset: int


def environment_image(variables: dict[str, str]) -> bytes:
    """U-Boot's environment in one sector: a checksum, and words that end in zero bytes (env/common.c)."""
    words = b"".join(f"{name}={value}\0".encode("ascii") for name, value in sorted(variables.items())) + b"\0"
    body = words.ljust(ENV_BYTES - 4, b"\0")
    if len(body) != ENV_BYTES - 4:
        raise ValueError(f"{len(words)} bytes of environment do not fit into a sector")
    return binascii.crc32(body).to_bytes(4, "little") + body


def make_initramfs(tree: Path, source: Path) -> None:
    """The first root, with what opens the real one; made by Debian's own programs in the tree.

    Its files are of 1970 in every release: the same files are the same bytes, and no update fetches them again.
    """
    ours = source / "images/initramfs"
    etc = tree / "etc/initramfs-tools"
    for folder in ("hooks", "scripts", "conf.d"):
        shutil.copytree(ours / folder, etc / folder, dirs_exist_ok=True)
    shutil.copy(ours / "modules", etc / "modules")
    (tree / "boot/initrd.img").unlink(missing_ok=True)
    run("mount", "-t", "proc", "proc", tree / "proc")
    try:
        dated = {"SOURCE_DATE_EPOCH": "0"}  # without it mkinitramfs also packs on several cores, never twice the same
        run("chroot", tree, "mkinitramfs", "-o", "/boot/initrd.img", kernel_version(tree), environment=dated)
    finally:
        run("umount", tree / "proc")


def kernel_version(tree: Path) -> str:
    """Of the one kernel in the tree. Raises: StepError when there is not just one."""
    found = sorted(path.name for path in (tree / "usr/lib/modules").iterdir())
    if len(found) != 1:
        raise StepError(f"one kernel is wanted, not {found}")
    return found[0]


def make_root_image(tree: Path, out: Path, release: Release) -> Verity:
    """The tree as erofs, followed by its tree of hashes.

    erofs compresses into whole blocks: where a file is unchanged its blocks are, wherever they lie, and an update
    fetches only the others. Files' ends lie in blocks of their own (noinline_data): beside their inodes, which count
    all files, they would be other blocks whenever a file comes in. lz4hc: read as fast as it comes from the card.
    """
    out.unlink(missing_ok=True)
    run(
        "mkfs.erofs", "-zlz4hc,12", "-C65536", "-Enoinline_data", f"-U{identifier('root')}", f"-T{release.epoch}",
        "--preserve-mtime", out, tree,
    )  # fmt: skip
    offset = -(-out.stat().st_size // BLOCK) * BLOCK
    os.truncate(out, offset)
    said = run(
        "veritysetup", "format", out, out, f"--hash-offset={offset}", f"--uuid={identifier('verity')}",
        f"--salt={identifier('salt').replace('-', '')}", "--hash=sha256",
    )  # fmt: skip
    found = re.search(r"Root hash:\s+([0-9a-f]{64})", said)
    if found is None:
        raise StepError(f"veritysetup told no root hash: {said}")
    os.truncate(out, -(-out.stat().st_size // BLOCK) * BLOCK)
    if out.stat().st_size > size_mib("sala-root-a") * MIB:
        raise StepError(f"the root has {out.stat().st_size // MIB} MiB, more than its partition")
    return Verity(found[1], offset)


def make_kernel_image(tree: Path, out: Path, verity: Verity, release: Release) -> None:
    """Kernel, first root, and what the boot script tells the kernel of the real one."""
    stage = out.with_name("kernel-stage")
    _fresh(stage)
    version = kernel_version(tree)
    shutil.copy(next(tree.glob(f"boot/vmlinuz-{version}*")), stage / "vmlinuz")
    shutil.copy(tree / "boot/initrd.img", stage / "initrd.img")
    words = f"roothash={verity.root_hash}\nhash_offset={verity.hash_offset}\nversion={release.version}\n"
    (stage / "slot.txt").write_text(words, "ascii")
    make_fat(stage, out, size_mib("sala-kernel-a"), release)


def make_boot_image(tree: Path, source: Path, out: Path, release: Release) -> None:
    """What starts the machine: the Pi's firmware, U-Boot, our boot script; and the files a person may edit."""
    stage = out.with_name("boot-stage")
    _fresh(stage)
    packages = tree / "boot-packages"
    firmware = packages / "usr/lib/raspi-firmware"
    for name in FIRMWARE:
        if (firmware / name).exists():
            shutil.copy(firmware / name, stage / name)
    shutil.copy(packages / "usr/lib/u-boot/rpi_arm64/u-boot.bin", stage / "u-boot.bin")
    trees = next(tree.glob("usr/lib/linux-image-*/broadcom"))
    for name in BOARDS:
        if (trees / name).exists():
            shutil.copy(trees / name, stage / name)
    overlays = stage / "overlays"
    overlays.mkdir()
    for name in ("disable-bt.dtbo", "vc4-kms-v3d.dtbo", "vc4-kms-v3d-pi4.dtbo", "overlay_map.dtb"):
        for found in packages.rglob(name):
            shutil.copy(found, overlays / name)
    boot = source / "images/boot"
    run(
        "mkimage", "-A", "arm64", "-T", "script", "-C", "none", "-n", "sala",
        "-d", boot / "boot.cmd", stage / "boot.scr", environment={"SOURCE_DATE_EPOCH": str(release.epoch)},
    )  # fmt: skip
    for name in ("config.txt", "machine.toml", "network.toml"):
        shutil.copy(boot / name, stage / name)
    make_fat(stage, out, size_mib(BOOT), release)


def make_fat(stage: Path, out: Path, size: int, release: Release) -> None:
    """A FAT file system of ``size`` MiB with what is in ``stage``."""
    out.unlink(missing_ok=True)
    out.touch()
    os.truncate(out, size * MIB)
    number = identifier(out.name).replace("-", "")[:8]
    utc = {"TZ": "UTC", "SOURCE_DATE_EPOCH": str(release.epoch), "MTOOLS_SKIP_CHECK": "1"}
    run("mkfs.vfat", "--invariant", "-F", "32", "-i", number, "-n", out.stem.upper(), out, environment=utc)
    entries: Sequence[Path] = sorted(stage.rglob("*"))
    for path in (*entries, stage):
        os.utime(path, (release.epoch, release.epoch))
    for path in entries:
        inside = f"::/{path.relative_to(stage)}"
        if path.is_dir():
            run("mmd", "-i", out, inside, environment=utc)
        else:
            run("mcopy", "-m", "-i", out, path, inside, environment=utc)


def make_image(parts: Path, out: Path) -> None:
    """The image of a card from the parts."""
    _fresh(parts / "genimage-root")
    shutil.rmtree(parts / "genimage-tmp", ignore_errors=True)
    (parts / "genimage.cfg").write_text(genimage_config(out.name), "utf-8")
    run(
        "genimage", "--config", parts / "genimage.cfg", "--rootpath", parts / "genimage-root",
        "--tmppath", parts / "genimage-tmp", "--inputpath", parts, "--outputpath", out.parent,
        into=parts / "genimage.txt",
    )  # fmt: skip


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
