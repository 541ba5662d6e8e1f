"""A small root through the real tools: erofs, verity, FAT, genimage, RAUC. The image itself is `make image`'s."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest

from fleet.protocol import blocks
from images.recipe import bundle, layout, parts
from images.recipe.commands import StepError, run
from images.recipe.root import Release

ROOT = Path(__file__).parents[2]
RELEASE = Release("20260101-test", 1_767_225_600)
VERSION = "6.12.0-test"


def _tree(folder: Path) -> Path:
    """As much of a root as the parts ask for; half of it does not compress, as most of a real one."""
    for name in ("boot", f"usr/lib/modules/{VERSION}", "usr/bin"):
        (folder / name).mkdir(parents=True)
    (folder / f"boot/vmlinuz-{VERSION}").write_bytes(b"kernel" * 1000)
    (folder / "boot/initrd.img").write_bytes(b"first root" * 1000)
    for number in range(40):
        content = hashlib.shake_256(b"%d" % number).digest(40_000) + b"%d" % number * 20_000
        (folder / f"usr/bin/program-{number:02}").write_bytes(content)
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (RELEASE.epoch, RELEASE.epoch))
    return folder


def _parts(tree: Path, out: Path) -> parts.Verity:
    out.mkdir()
    verity = parts.make_root_image(tree, out / "root.img", RELEASE)
    parts.make_kernel_image(tree, out / "kernel.img", verity, RELEASE)
    return verity


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _blocks(file: Path) -> list[bytes]:
    raw = file.read_bytes()
    return [raw[at : at + 4096] for at in range(0, len(raw), 4096)]


@pytest.fixture
def keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> bundle.Keys:
    made = bundle.keys(tmp_path)
    assert "DEVELOPMENT KEY" in capsys.readouterr().err
    return made


def test_the_same_tree_gives_the_same_parts(tmp_path: Path) -> None:
    one, other = (_parts(_tree(tmp_path / name), tmp_path / f"parts-{name}") for name in ("one", "other"))
    assert one == other
    for name in ("root.img", "kernel.img"):
        assert _hash(tmp_path / "parts-one" / name) == _hash(tmp_path / "parts-other" / name)


def test_the_tree_of_hashes_bears_out_the_root_and_no_other(tmp_path: Path) -> None:
    verity = _parts(_tree(tmp_path / "tree"), tmp_path / "parts")
    root = tmp_path / "parts/root.img"
    check = ("veritysetup", "verify", root, root, verity.root_hash, f"--hash-offset={verity.hash_offset}")
    run(*check)
    run("fsck.erofs", root)
    with root.open("r+b") as file:
        file.seek(verity.hash_offset // 2)
        file.write(b"\xff\x00\xff\x00")
    with pytest.raises(StepError, match="veritysetup"):
        run(*check)


def test_where_one_file_changed_nearly_every_block_stays(tmp_path: Path) -> None:
    """What the small delta of an update stands on."""
    _parts(_tree(tmp_path / "one"), tmp_path / "parts-one")
    tree = _tree(tmp_path / "two")
    changed = tree / "usr/bin/program-07"
    changed.write_bytes(b"longer than it was" + changed.read_bytes())
    os.utime(changed, (RELEASE.epoch, RELEASE.epoch))
    _parts(tree, tmp_path / "parts-two")
    known = set(_blocks(tmp_path / "parts-one/root.img"))
    after = _blocks(tmp_path / "parts-two/root.img")
    assert sum(block not in known for block in after) / len(after) < 0.08  # one file of forty is 0.025


def test_the_hash_by_which_a_kiosk_names_a_bundle_is_of_what_was_signed(tmp_path: Path, keys: bundle.Keys) -> None:
    _parts(_tree(tmp_path / "tree"), tmp_path / "parts")
    made = tmp_path / "sala.raucb"
    bundle.make_bundle(tmp_path / "parts", made, keys, RELEASE, "a test")
    said = run("rauc", "info", f"--keyring={keys.trust}", made)
    salt, tree, size = (
        re.search(rf"Verity {name}:\s+'(\w+)'|Verity {name}:\s+(\d+)", said) for name in ("Salt", "Hash", "Size")
    )
    assert salt is not None
    assert tree is not None
    assert size is not None
    parts_of = {name: (tmp_path / "parts" / name) for name in ("root.img", "kernel.img")}
    images = [
        f"[image.{slot}]\nsha256={_hash(parts_of[file])}\nsize={parts_of[file].stat().st_size}\nfilename={file}\n"
        for slot, file in (("rootfs", "root.img"), ("kernel", "kernel.img"))
    ]
    head = f"[update]\ncompatible={layout.COMPATIBLE}\nversion={RELEASE.version}\ndescription=a test\n"
    verity = f"[bundle]\nformat=verity\nverity-hash={tree[1]}\nverity-salt={salt[1]}\nverity-size={size[2]}\n"
    manifest = "\n".join((head, verity, *images))
    assert bundle.manifest_hash(made) == hashlib.sha256(manifest.encode()).hexdigest()


def test_a_bundle_holds_the_blocks_of_the_slots_where_its_index_looks(tmp_path: Path, keys: bundle.Keys) -> None:
    _parts(_tree(tmp_path / "tree"), tmp_path / "parts")
    made = tmp_path / "sala.raucb"
    bundle.make_bundle(tmp_path / "parts", made, keys, RELEASE, "a test")
    with made.open("rb") as file:
        index = blocks.index_of(file)
    slots = (tmp_path / "parts" / name for name in ("root.img", "kernel.img"))
    held = {blocks.word_of(block) for slot in slots for block in _blocks(slot)}
    missing = [number for number in range(index.count) if index.word(number) not in held]
    hashes = made.stat().st_size // (128 * blocks.BLOCK_BYTES) + 1  # RAUC's own tree of them, over all
    assert len(missing) <= hashes + 4, "beside them: superblock, manifest and names, signature"


def test_the_image_holds_every_part_where_the_table_says(tmp_path: Path) -> None:
    _parts(_tree(tmp_path / "tree"), tmp_path / "parts")
    stage = tmp_path / "boot"
    stage.mkdir()
    (stage / "machine.toml").write_bytes((ROOT / "images/boot/machine.toml").read_bytes())
    parts.make_fat(stage, tmp_path / "parts/boot.img", layout.size_mib(layout.BOOT), RELEASE)
    environment = parts.environment_image({"BOOT_ORDER": "A B"})
    (tmp_path / "parts/env.img").write_bytes(environment)
    parts.make_image(tmp_path / "parts", tmp_path / "sala.img")
    table = run("sfdisk", "--dump", tmp_path / "sala.img")
    starts = {}
    for line in table.splitlines():
        if "name=" in line:
            starts[line.split('name="')[1].rstrip('"')] = int(line.split("start=")[1].split(",")[0])
    assert list(starts) == [each.label for each in layout.TABLE if each.file]
    with (tmp_path / "sala.img").open("rb") as image:
        image.seek(512 * starts["sala-env"])
        assert image.read(512) == environment
    said = run("mtype", "-i", f"{tmp_path / 'sala.img'}@@{512 * starts['sala-boot']}", "::/machine.toml")
    assert "[devices]" in said


def test_a_bundle_is_taken_from_its_signer_and_from_nobody_else(tmp_path: Path, keys: bundle.Keys) -> None:
    _parts(_tree(tmp_path / "tree"), tmp_path / "parts")
    made = tmp_path / "sala.raucb"
    bundle.make_bundle(tmp_path / "parts", made, keys, RELEASE, "a test")
    said = run("rauc", "info", f"--keyring={keys.trust}", "--output-format=json", made)
    assert f'"compatible":"{layout.COMPATIBLE}"' in said.replace(" ", "")
    assert RELEASE.version in said
    other = bundle.keys(tmp_path / "other")
    assert not _is_taken(made, other.trust)
    raw = bytearray(made.read_bytes())
    raw[-100] ^= 1  # in the signature
    made.write_bytes(raw)
    assert not _is_taken(made, keys.trust)


def _is_taken(made: Path, trust: Path) -> bool:
    done = subprocess.run(["rauc", "info", f"--keyring={trust}", str(made)], capture_output=True, check=False)
    return done.returncode == 0
