"""Debian's part of the image: a tree of packages for arm64, made once and kept until one of its inputs changes.

What it is: mmdebstrap, with the packages' own programs run through qemu-user. What it is not: ours; nothing of this
work tree is in that tree but the lists that chose it.
Where Debian is fetched from the build machine knows: its own apt configuration, or SALA_DEBIAN and
SALA_DEBIAN_SECURITY in the environment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from images.recipe.commands import StepError, lines_of, run

HERE = Path(__file__).parents[1]
SUITE = "trixie"
COMPONENTS = "main non-free-firmware"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

OPTIONS = (
    "--mode=root",
    "--architectures=arm64",
    "--variant=essential",
    "--format=tar",
    "--dpkgopt=force-unsafe-io",
    "--dpkgopt=force-confold",
    '--aptopt=Acquire::Retries "5"',
    # The initramfs is ours to make, once, when all its parts are there; and a kernel has no boot loader to tell.
    '--essential-hook=mkdir -p "$1/etc/initramfs-tools" "$1/boot/firmware"',
    '--essential-hook=echo update_initramfs=no >"$1/etc/initramfs-tools/update-initramfs.conf"',
    '--essential-hook=printf "do_symlinks = no\\n" >"$1/etc/kernel-img.conf"',
)

BINFMT = Path("/proc/sys/fs/binfmt_misc")
EMULATOR = "/usr/bin/qemu-aarch64-static"
_ARM64_MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
_ARM64_MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
"""An ELF file of 64 bits, little endian, executable or shared, for machine 183, EM_AARCH64: elf(5)."""


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Where Debian comes from, as addresses."""

    packages: str
    security: str


def mirrors() -> Mirrors:
    """Those of this machine.

    Raises: StepError when apt knows none, and the environment names none.
    """
    listing = run("apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages")
    known = dict(line.split(" ", 1) for line in listing.splitlines() if line.startswith("Debian"))
    packages = os.environ.get("SALA_DEBIAN", known.get("Debian", ""))
    security = os.environ.get("SALA_DEBIAN_SECURITY", known.get("Debian-Security", ""))
    if not packages or not security:
        raise StepError(
            "apt knows no mirror of Debian; set SALA_DEBIAN and SALA_DEBIAN_SECURITY, or run apt-get update"
        )
    return Mirrors(packages, security)


def sources(where: Mirrors) -> str:
    """The lines of an apt sources list."""
    signed = f"[signed-by={KEYRING}]"
    return "\n".join(
        (
            f"deb {signed} {where.packages} {SUITE} {COMPONENTS}",
            f"deb {signed} {where.packages} {SUITE}-updates {COMPONENTS}",
            f"deb {signed} {where.security} {SUITE}-security {COMPONENTS}",
        )
    )


def let_arm64_run() -> None:
    """Have this kernel run programs for arm64 through the emulator, also inside a chroot (flag F)."""
    if not (BINFMT / "register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT)
    if not (BINFMT / "qemu-aarch64").exists():
        (BINFMT / "register").write_text(f":qemu-aarch64:M::{_ARM64_MAGIC}:{_ARM64_MASK}:{EMULATOR}:F\n", "ascii")


def inputs() -> str:
    """What decides the tree, as one word. Debian mends its packages: SALA_DEBIAN_TREE, any word, makes it anew."""
    digest = hashlib.sha256()
    for name in ("packages.txt", "boot_packages.txt", "left_out.txt"):
        digest.update((HERE / name).read_bytes())
    digest.update("\n".join((SUITE, COMPONENTS, *OPTIONS)).encode())
    digest.update(os.environ.get("SALA_DEBIAN_TREE", "").encode())
    return digest.hexdigest()[:16]


def has_tree(work: Path) -> bool:
    """Whether it was made before."""
    return (work / f"debian-{inputs()}.tar").exists()


def make_tree(work: Path, epoch: int) -> Path:
    """The tree as a tar file, with the boot partition's packages unpacked in ``/boot-packages``.

    Raises: StepError.
    """
    made = work / f"debian-{inputs()}.tar"
    if made.exists():
        return made
    let_arm64_run()
    left_out = [f"--dpkgopt=path-exclude={pattern}" for pattern in lines_of(HERE / "left_out.txt")]
    fetched = work / "boot-packages"
    shutil.rmtree(fetched, ignore_errors=True)
    fetched.mkdir(parents=True)
    fetch = " ".join(lines_of(HERE / "boot_packages.txt"))
    unfinished = made.with_name(f"unfinished-{made.name}")
    run(
        "mmdebstrap",
        *OPTIONS,
        f"--include={','.join(lines_of(HERE / 'packages.txt'))}",
        *left_out,
        f'--essential-hook="{HERE / "recipe/native_unpack.sh"}" in "$1"',
        f'--customize-hook="{HERE / "recipe/native_unpack.sh"}" out "$1"',
        f'--customize-hook=cd "{fetched}" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get download {fetch}',
        f'--customize-hook=for deb in "{fetched}"/*.deb; do dpkg-deb -x "$deb" "$1/boot-packages"; done',
        SUITE,
        unfinished,
        "-",
        environment={"SOURCE_DATE_EPOCH": str(epoch), "INITRD": "No"},  # INITRD: Debian's kernel hook heeds it
        into=work / "mmdebstrap.txt",
        given=sources(mirrors()),
    )
    unfinished.rename(made)
    return made
