"""`make image`: the image, the bundle and the bill of this work tree, under ``build/image``; root, and Debian 12.

    sala.img                what a card or an eMMC is written with
    sala.raucb              the update for kiosks that run already
    sala.cdx.json           what is in both
    result.json             version, hashes, sizes and minutes
    before/                 what the slots of the release before hold

Two things are kept from one run to the next and made anew when what they are made of changes: Debian's tree and the
wheels. The rest is made each time. ``python -m images.recipe --twice`` makes it twice, and says what differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

from images.recipe import again, bill, bundle, debian, parts, root, wheels
from images.recipe.commands import StepError, run

SOURCE = Path(__file__).parents[2]


def main(argv: list[str]) -> int:
    """Build; the exit code."""
    parser = argparse.ArgumentParser(prog="make image", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--work", type=Path, default=SOURCE / "build/image", help="where everything is made")
    parser.add_argument("--version", default="", help="its name; left out, the date and the commit")
    parser.add_argument("--twice", action="store_true", help="make it twice; exit 1 where they are not the same")
    arguments = parser.parse_args(argv)
    if os.geteuid() != 0:
        sys.stderr.write("make image: needs root, for files that belong to others; try: sudo make image\n")
        return 2
    if os.environ.get("SALA_IMAGE_ALONE") != "1":  # mounts of ours end with us, and are nobody else's
        os.environ["SALA_IMAGE_ALONE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-m", "images.recipe", *argv])  # noqa: S606
    work, release = arguments.work.resolve(), _release(arguments.version)
    try:
        build(work, release)
        differing = _build_again(work, release) if arguments.twice else []
    except StepError as err:
        sys.stderr.write(f"make image: {err}\n")
        return 1
    if differing:
        sys.stderr.write(f"make image: not the same twice: {', '.join(differing)}; see {work / 'again'}\n")
    return 1 if differing else 0


def _build_again(work: Path, release: root.Release) -> list[str]:
    """What is not the same in a second build of the same inputs. Raises: StepError."""
    second = work / "again"
    again.lend(work, second)
    build(second, release)
    differing = again.differing(work, second)
    if not differing:
        shutil.rmtree(second)
        sys.stderr.write("twice the same\n")
    return differing


def build(work: Path, release: root.Release) -> None:
    """All of it. Raises: StepError."""
    work.mkdir(parents=True, exist_ok=True)
    steps = Steps()
    steps.say(f"version {release.version}")
    again.keep_before(work, release.version)
    was_kept = debian.has_tree(work)
    tree_file = debian.make_tree(work, release.epoch)
    steps.say("Debian's tree")
    made = wheels.make_wheels(SOURCE, work, release.epoch)
    steps.say("wheels")
    out = work / "parts"
    out.mkdir(exist_ok=True)
    signed_by = bundle.keys(work)
    tree = work / "tree"
    tree.mkdir(exist_ok=True)
    # In memory: the order of a folder's entries is then the order in which they were made, on every machine.
    run("mount", "-t", "tmpfs", "-o", "mode=755,size=4g", "sala-tree", tree)
    debian.let_arm64_run()
    run("tar", "-C", tree, "--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpf", tree_file)
    status = (tree / "var/lib/dpkg/status").read_text("utf-8")
    root.make_root(tree, SOURCE, made, release, signed_by.trust)
    steps.say("our part of the root")
    parts.make_initramfs(tree, SOURCE)
    steps.say("initramfs")
    parts.make_boot_image(tree, SOURCE, out / "boot.img", release)
    held = out / "held"
    _keep(tree, held)
    root.close_root(tree, release)
    verity = parts.make_root_image(tree, out / "root.img", release)
    run("umount", tree)
    steps.say(f"root: {(out / 'root.img').stat().st_size // parts.MIB} MiB")
    parts.make_kernel_image(held, out / "kernel.img", verity, release)
    (out / "env.img").write_bytes(
        parts.environment_image({"BOOT_ORDER": "A B", "BOOT_A_LEFT": "3", "BOOT_B_LEFT": "3"})
    )
    parts.make_image(out, work / "sala.img")
    steps.say("image")
    bundle.make_bundle(out, work / "sala.raucb", signed_by, release, "Sala kiosk")
    steps.say("bundle")
    found = [*bill.debian_parts(status), *bill.wheel_parts([wheel.name for wheel in made.glob("*.whl")])]
    (work / "sala.cdx.json").write_text(bill.bill("sala-kiosk", release.version, found), "utf-8")
    _tell(work, release, steps, was_kept=was_kept)


class Steps:
    """Says what is done, and after how long."""

    def __init__(self) -> None:
        self.began_s = time.monotonic()

    @property
    def minutes(self) -> float:
        """Since the beginning."""
        return (time.monotonic() - self.began_s) / 60

    def say(self, what: str) -> None:
        """One line."""
        sys.stderr.write(f"[{self.minutes:5.1f} min] {what}\n")


def _release(version: str) -> root.Release:
    """Of the commit this is; a work tree that differs from it says so in its name."""
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or int(run("git", "log", "-1", "--format=%ct", at=SOURCE))
    if not version:
        commit = run("git", "describe", "--always", "--dirty", "--abbrev=10", at=SOURCE).strip()
        version = f"{time.strftime('%Y%m%d', time.gmtime(epoch))}-{commit}"
    return root.Release(version, epoch)


def _keep(tree: Path, held: Path) -> None:
    """What the kernel's partition is made of, before the tree is closed."""
    run("rm", "-rf", held)
    for name in ("boot", "usr/lib/modules"):
        (held / name).mkdir(parents=True)
    version = parts.kernel_version(tree)
    (held / "usr/lib/modules" / version).mkdir()
    run("cp", tree / f"boot/vmlinuz-{version}", held / "boot")
    run("cp", tree / "boot/initrd.img", held / "boot")


def _tell(work: Path, release: root.Release, steps: Steps, *, was_kept: bool) -> None:
    hashes = {}
    for name in ("sala.img", "sala.raucb", "sala.cdx.json", "parts/root.img", "parts/kernel.img", "parts/boot.img"):
        with (work / name).open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    sizes = {name: round((work / name).stat().st_size / parts.MIB, 1) for name in ("sala.img", "sala.raucb")}
    minutes = round(steps.minutes, 1)
    result = {
        "version": release.version, "minutes": minutes, "tree": debian.inputs(), "tree_was_kept": was_kept,
        "size_mib": sizes, "sha256": hashes, "manifest_hash": bundle.manifest_hash(work / "sala.raucb"),
    }  # fmt: skip
    (work / "result.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    steps.say(f"done: {work / 'sala.img'}, {sizes['sala.img']} MiB; bundle {sizes['sala.raucb']} MiB")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
