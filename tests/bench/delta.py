"""What an update costs on the wire: the kiosk's own fetching, with the slots of the release before at hand.

Where `make image` has built two releases of ours on the same Debian tree, those two. Otherwise a made one: this
environment's Python packages and our code as a root, and in the second a line more in every module of ours.
The fetching is the process that the agent starts, over HTTPS, with all it is paid for at once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from fleet.protocol import blocks
from images.recipe import bundle, parts
from images.recipe.root import Release
from kiosk.agent.updates.order import FetchOrder, FetchResult, SignedFile
from kiosk.agent.updates.states import FetchOutcome
from tests.bench.process import peak_mb
from tests.bench.rows import Row
from tests.support.bundle_server import BundleServer

BUILT = Path("build/image")
NAMES = ("update-delta-percent", "update-requests", "update-fetch-rss-mb")

PERCENT_MAX = 10.0
RSS_MB_MAX = 60.0
LOOK_EVERY_S = 0.02
MADE_OF = ("PIL", "cryptography", "django", "pip", "pygame")
"""Packages of this environment: programs, libraries, texts and pictures, about 100 MB."""


@dataclass(frozen=True, slots=True)
class Update:
    """A bundle, what stands in the slots of the kiosk that fetches it, and in words which."""

    bundle: Path
    slots: tuple[Path, ...]
    which: str


def measure(built: Path = BUILT) -> list[Row]:
    """Fetch it once."""
    with tempfile.TemporaryDirectory() as folder:
        update = _of_two_images(built) or _made(Path(folder))
        sent_bytes, requests, rss_mb = _fetched(update, Path(folder))
        size = update.bundle.stat().st_size
    percent = round(100 * sent_bytes / size, 2)
    note = f"{sent_bytes / 1e6:.1f} of {size / 1e6:.0f} MB, index included; {update.which}"
    return [
        Row(name=NAMES[0], value=percent, unit="%", goal=PERCENT_MAX, note=note),
        Row(name=NAMES[1], value=requests, unit="", note="one connection"),
        Row(name=NAMES[2], value=rss_mb, unit="MB", goal=RSS_MB_MAX, note="peak of the process that fetches"),
    ]


def _of_two_images(built: Path) -> Update | None:
    """Of the release before to the one built last; None unless there are both, and only what is ours differs."""
    before = built / "before"
    try:
        old, new = (json.loads((folder / "result.json").read_text("utf-8")) for folder in (before, built))
    except FileNotFoundError:
        return None
    if old.get("tree") is None or old["tree"] != new.get("tree"):
        return None
    which = f"from {old['version']} to {new['version']}, the same Debian tree"
    return Update(built / "sala.raucb", (before / "root.img", before / "kernel.img"), which)


def _made(folder: Path) -> Update:
    keys = bundle.keys(folder)
    tree = folder / "tree"
    site = Path(msgspec.__file__).parents[1]
    for name in MADE_OF:
        shutil.copytree(site / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    ours = [shutil.copytree(name, tree / name) for name in ("kiosk", "drivers", "fleet/protocol")]
    slots = _slots(tree, folder / "one", Release("1", 1_790_000_000))
    for module in (module for each in ours for module in Path(each).rglob("*.py*")):
        module.write_bytes(module.read_bytes() + b"\n# a release of ours\n")
    _slots(tree, folder / "two", Release("2", 1_790_600_000))
    made = folder / "sala.raucb"
    bundle.make_bundle(folder / "two", made, keys, Release("2", 1_790_600_000), "bench")
    return Update(made, slots, "a made root; no two images of one Debian tree are built here")


def _slots(tree: Path, out: Path, release: Release) -> tuple[Path, ...]:
    out.mkdir()
    verity = parts.make_root_image(tree, out / "root.img", release)
    (out / "kernel.img").write_bytes(verity.root_hash.encode().ljust(blocks.BLOCK_BYTES, b"\n"))
    return out / "root.img", out / "kernel.img"


def _fetched(update: Update, folder: Path) -> tuple[int, int, float]:
    """Bytes, requests, and the peak of memory in MB."""
    content = update.bundle.read_bytes()
    server = BundleServer(content, folder)
    try:
        with update.bundle.open("rb") as file:
            index = server.index = blocks.encoded(blocks.index_of(file))
        order = FetchOrder(
            link=server.link,
            bundle=_signed("firmware/sala.raucb", content),
            index=_signed("firmware/sala.raucb.blocks", index),
            file=str(folder / "fetched" / "bundle.raucb"),
            seeds=tuple(map(str, update.slots)),
            allowance_bytes=len(content),
        )
        command = [sys.executable, "-m", "kiosk.agent.updates.fetch"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin
        assert process.stdout
        process.stdin.write(msgspec.json.encode(order))
        process.stdin.close()
        peak = 0.0
        while process.poll() is None:
            with suppress(FileNotFoundError):
                peak = max(peak, peak_mb(process.pid))
            time.sleep(LOOK_EVERY_S)
        result = msgspec.json.decode(process.stdout.read(), type=FetchResult)
        process.stdout.close()
        if result.outcome is not FetchOutcome.WHOLE:
            raise RuntimeError(f"fetching ended with {result}")
        return server.sent_bytes, len(server.asked), round(peak, 1)
    finally:
        server.close()


def _signed(target: str, content: bytes) -> SignedFile:
    return SignedFile(target=target, length=len(content), sha256=hashlib.sha256(content).hexdigest())
