"""The real RAUC under the words that the agent says to it: the image's configuration, bundles of the image's recipe.

A kernel without device mapper cannot open a bundle with verity; there the same is shown with one without.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from images.recipe import bundle
from images.recipe.commands import run
from kiosk.agent.updates import rauc as words
from tests.support.real_rauc import RealRauc

FORM = "verity" if Path("/sys/class/misc/device-mapper").exists() else "plain"


@pytest.fixture
def rauc(tmp_path: Path) -> Iterator[RealRauc]:
    rauc = RealRauc(tmp_path)
    yield rauc
    rauc.close()


def booted(rauc: RealRauc) -> words.Booted:
    return words.booted(rauc(*words.STATUS).stdout)


def manifest_hash(made: Path) -> str:
    """Without verity the manifest lies in the bundle itself."""
    if FORM == "verity":
        return bundle.manifest_hash(made)
    return hashlib.sha256(run("unsquashfs", "-cat", made, "manifest.raucm").encode()).hexdigest()


def test_a_card_written_by_hand_says_where_it_runs_and_which_slots_may_be_read(rauc: RealRauc) -> None:
    found = booted(rauc)
    assert (found.slot, found.version, found.hash) == ("rootfs.0", "", "")
    assert found.is_marked_good
    assert set(found.seeds[:2]) == {str(rauc.slot("root-a")), str(rauc.slot("kernel-a"))}, "what runs comes first"
    assert set(found.seeds[2:]) == {str(rauc.slot("root-b")), str(rauc.slot("kernel-b"))}


def test_what_is_installed_runs_after_the_boot_under_the_hash_that_was_wanted(rauc: RealRauc) -> None:
    made = rauc.bundle("20261201-a", FORM)
    done = rauc(*words.install(str(made)))
    assert done.returncode == 0, done.stderr
    assert rauc.slot("root-b").read_bytes().startswith(b"root 20261201-a\n")
    assert rauc.slot("kernel-b").read_bytes().startswith(b"kernel 20261201-a\n")
    assert not any(rauc.slot("root-a").read_bytes()), "the running slot is not touched"
    rauc.boot()
    found = booted(rauc)
    assert (found.slot, found.version) == ("rootfs.1", "20261201-a")
    assert found.hash in (manifest_hash(made), ""), "Debian 12's RAUC, 1.8, tells none; the image's does"
    assert set(found.seeds[:2]) == {str(rauc.slot("root-b")), str(rauc.slot("kernel-b"))}
    assert rauc(*words.MARK_GOOD).returncode == 0
    assert booted(rauc).is_marked_good


def test_one_that_is_marked_bad_is_left_and_one_called_off_is_not_booted(rauc: RealRauc) -> None:
    assert rauc(*words.install(str(rauc.bundle("20261201-a", FORM)))).returncode == 0
    assert rauc(*words.STAY).returncode == 0
    rauc.boot()
    assert booted(rauc).slot == "rootfs.0"
    assert rauc(*words.install(str(rauc.bundle("20261201-b", FORM)))).returncode == 0
    rauc.boot()
    assert booted(rauc).slot == "rootfs.1"
    assert rauc(*words.MARK_BAD).returncode == 0
    rauc.boot()
    assert booted(rauc).slot == "rootfs.0"


def test_a_bundle_of_another_signer_and_one_that_was_changed_leave_everything_as_it_is(
    rauc: RealRauc, tmp_path: Path
) -> None:
    strange = rauc.bundle("20261201-x", FORM, bundle.keys(tmp_path / "other"))
    changed = rauc.bundle("20261201-y", FORM)
    raw = bytearray(changed.read_bytes())
    raw[200] ^= 1
    changed.write_bytes(raw)
    before = rauc.variables
    for made in (strange, changed):
        assert rauc(*words.install(str(made))).returncode != 0
        assert not any(rauc.slot("root-b").read_bytes())
    assert rauc.variables == before
    assert booted(rauc).slot == "rootfs.0"
