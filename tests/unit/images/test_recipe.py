"""The recipe's pure parts: the disk, the bundle's words, the bill, what a kiosk gets of the lock."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from images.recipe import bill, layout, parts, root, wheels
from images.recipe.commands import StepError, lines_of, run
from images.recipe.debian import Mirrors, sources

ROOT = Path(__file__).parents[3]


def test_what_the_image_carries_comes_first_and_fits_into_a_gigabyte() -> None:
    carried = [bool(each.file) for each in layout.TABLE]
    assert carried == sorted(carried, reverse=True)
    assert sum(each.size_mib or 0 for each in layout.TABLE if each.file) + 2 < 1000
    assert [each.label for each in layout.TABLE if each.size_mib is None] == [layout.DATA]


def test_both_slots_are_alike() -> None:
    for part in ("kernel", "root"):
        sizes = {layout.size_mib(f"sala-{part}-{slot}") for slot in layout.SLOTS}
        assert len(sizes) == 1


def test_the_three_texts_tell_of_the_same_disk() -> None:
    image = layout.genimage_config("sala.img")
    assert re.findall(r"partition (\S+) \{", image) == [each.label for each in layout.TABLE if each.file]
    made = layout.repart_files()
    assert sorted(made) == list(made)
    labels = [re.search(r"Label=(\S+)", text)[1] for text in made.values()]  # type: ignore[index] # or fail
    assert labels == [each.label for each in layout.TABLE[1:]]
    slots = configparser.ConfigParser()
    slots.read_string(layout.rauc_config())
    devices = {slots[name]["device"].rsplit("/", 1)[1] for name in slots.sections() if name.startswith("slot.")}
    assert devices == {each.label for each in layout.TABLE if "-root-" in each.label or "-kernel-" in each.label}


def test_the_boot_script_the_fstab_and_the_environment_name_partitions_that_exist() -> None:
    labels = {each.label for each in layout.TABLE}
    files = ("images/boot/boot.cmd", "images/root/etc/fstab", "images/root/etc/fw_env.config")
    text = "\n".join((ROOT / name).read_text("utf-8") for name in files)
    assert set(re.findall(r"(?:PARTLABEL=|by-partlabel/|\s)(sala-(?:boot|env|data|kernel-.|root-.))", text)) == labels


def test_a_bundle_is_kernel_and_root_for_this_layout_alone() -> None:
    manifest = configparser.ConfigParser()
    manifest.read_string(layout.rauc_manifest("20260101-abc", "x"))
    assert manifest["update"]["compatible"] == layout.COMPATIBLE
    assert manifest["bundle"]["format"] == "verity"
    for slot in ("rootfs", "kernel"):
        assert manifest[f"image.{slot}"]["filename"].endswith(".img")


def test_the_environment_is_one_sector_with_its_checksum() -> None:
    image = parts.environment_image({"BOOT_ORDER": "A B", "BOOT_A_LEFT": "3"})
    assert len(image) == 512
    assert int.from_bytes(image[:4], "little") == zlib.crc32(image[4:])
    assert image[4:].startswith(b"BOOT_A_LEFT=3\0BOOT_ORDER=A B\0\0")
    with pytest.raises(ValueError, match="sector"):
        parts.environment_image({"x": "y" * 512})


def test_the_bill_names_everything_once_and_is_the_same_twice() -> None:
    status = (
        "Package: libicu76\nStatus: install ok installed\nArchitecture: arm64\nSource: icu (76.1-4)\n"
        "Version: 76.1-4\nDescription: x\n more\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nArchitecture: arm64\nVersion: 1\n\n"
    )
    found = [*bill.debian_parts(status), *bill.wheel_parts(["pyicu-2.17-cp313-cp313-linux_aarch64.whl"])]
    text = bill.bill("sala-kiosk", "1", [*found, *found])
    assert text == bill.bill("sala-kiosk", "1", found[::-1])
    document = json.loads(text)
    purls = [each["purl"] for each in document["components"]]
    assert purls == ["pkg:deb/debian/libicu76@76.1-4?arch=arm64&distro=debian-13", "pkg:pypi/pyicu@2.17"]
    assert document["components"][0]["properties"] == [{"name": "debian:source", "value": "icu"}]
    assert text != bill.bill("sala-kiosk", "2", found)


def test_a_kiosk_gets_what_it_needs_of_the_lock_and_nothing_of_the_fleet() -> None:
    chosen = wheels.of_a_kiosk(*((ROOT / name).read_text("utf-8") for name in ("pyproject.toml", ".requirements.lock")))
    assert {"pyscard", "evdev", "pygame-ce", "msgspec", "certifi"} <= chosen.keys()
    assert not {"django", "pytest", "uvicorn", "weasyprint", "starlette"} & chosen.keys()
    for name, block in chosen.items():
        assert block.lower().replace("_", "-").startswith(f"{name}==")
        assert "--hash=sha256:" in block


def test_a_marker_is_asked_of_the_kiosk_and_an_extra_of_who_wants_it() -> None:
    asked = {
        "a": ("b; python_version < '3.12'", "c; platform_machine == 'aarch64'", "d; extra == 'more'"),
        "c": ("e; extra == 'x'",),
    }
    assert wheels.needed([Requirement("a")], asked) == {"a", "c"}
    assert wheels.needed([Requirement("a[more]")], asked) == {"a", "c", "d"}


def test_a_name_the_lock_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        wheels.locked("a==1 \\\n    --hash=sha256:0\n", frozenset({"b"}))


def test_debian_is_fetched_from_where_this_machine_fetches_it_and_verified() -> None:
    lines = sources(Mirrors("http://mirror.example/debian", "http://mirror.example/security")).splitlines()
    assert len(lines) == 3
    assert all("signed-by=" in line and "http://mirror.example/" in line for line in lines)


def test_every_list_of_ours_is_a_list_of_words() -> None:
    for name in ("packages.txt", "boot_packages.txt", "left_out.txt"):
        lines = lines_of(ROOT / "images" / name)
        assert len(lines) == len(set(lines)) > 0
        assert all(" " not in line for line in lines)


def test_a_program_that_fails_ends_the_recipe_with_what_it_said() -> None:
    with pytest.raises(StepError, match=r"(?s)ended with 3.*no such thing"):
        run("sh", "-c", "echo no such thing >&2; exit 3")


def test_the_boot_script_resets_wherever_it_comes_to_its_end() -> None:
    """A script that ends without a reset leaves a kiosk at U-Boot's prompt."""
    lines = [line.strip() for line in (ROOT / "images/boot/boot.cmd").read_text("utf-8").splitlines()]
    assert [line for line in lines if line and not line.startswith("#")][-1] == "reset"


def test_the_initramfs_scripts_are_sh(tmp_path: Path) -> None:
    for script in ("hooks/sala-verity", "scripts/local-top/sala-verity"):
        subprocess.run(["sh", "-n", str(ROOT / "images/initramfs" / script)], check=True)


def test_a_kiosk_gets_its_packages_with_the_second_they_were_made_and_nothing_of_the_fleet(tmp_path: Path) -> None:
    root.install_ourselves(tmp_path, ROOT, root.Release("test", 1_800_000_000))
    read = subprocess.run(
        [sys.executable, "-c", "from kiosk import trusted; print(trusted.built_at().timestamp())"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert float(read.stdout) == 1_800_000_000
    assert sorted(each.name for each in (tmp_path / "fleet").iterdir() if each.is_dir()) == ["protocol"]
