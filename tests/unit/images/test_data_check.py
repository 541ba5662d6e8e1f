"""Real e2fsck and mkfs.ext4 on a file: what is made, mended and given up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from images.on_device.data_check import RESET_FILE, Found, look_after

MIB = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """64 MiB of nothing."""
    file = tmp_path / "disk"
    with file.open("wb") as raw:
        raw.truncate(64 * MIB)
    return file


def _is_clean(disk: Path) -> bool:
    return subprocess.run(["e2fsck", "-fn", str(disk)], capture_output=True, check=False).returncode == 0


def _put(disk: Path, name: str) -> None:
    subprocess.run(["debugfs", "-w", "-R", f"mkdir {name}", str(disk)], capture_output=True, check=True)


def _has(disk: Path, name: str) -> bool:
    said = subprocess.run(["debugfs", "-R", "ls -p /", str(disk)], capture_output=True, text=True, check=True)
    return f"/{name}/" in said.stdout


def test_an_empty_partition_gets_a_file_system_and_keeps_it(disk: Path, tmp_path: Path) -> None:
    assert look_after(disk, tmp_path) is Found.EMPTY
    _put(disk, "kept")
    assert look_after(disk, tmp_path) is Found.WELL
    assert _has(disk, "kept")


def test_what_a_pulled_plug_left_is_mended(disk: Path, tmp_path: Path) -> None:
    look_after(disk, tmp_path)
    _put(disk, "kept")
    for order in ("set_inode_field <2> links_count 99", "set_super_value state 2"):  # a lie, and "has errors"
        subprocess.run(["debugfs", "-w", "-R", order, str(disk)], capture_output=True, check=True)
    assert not _is_clean(disk)
    assert look_after(disk, tmp_path) is Found.MENDED
    assert _has(disk, "kept")
    assert _is_clean(disk)


def test_what_no_tool_can_mend_is_begun_anew(disk: Path, tmp_path: Path) -> None:
    look_after(disk, tmp_path)
    with disk.open("r+b") as raw:  # the superblock alone is left, and says what nothing bears out
        raw.seek(4096)
        raw.write(b"\xa5" * (63 * MIB))
    assert look_after(disk, tmp_path) in {Found.BEYOND_MENDING, Found.MENDED}
    assert _is_clean(disk)


def test_a_reset_wipes(disk: Path, tmp_path: Path) -> None:
    look_after(disk, tmp_path)
    _put(disk, "gone")
    (tmp_path / RESET_FILE).touch()
    assert look_after(disk, tmp_path) is Found.RESET
    assert not _has(disk, "gone")
    assert (tmp_path / RESET_FILE).exists()  # whoever mounts the boot partition takes it back, after the wiping


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "disk").write_bytes(b"")
    with pytest.raises(subprocess.CalledProcessError):
        look_after(tmp_path / "disk", tmp_path)
