"""What people have signed is what can be rolled out, and what they have withdrawn is not."""

from __future__ import annotations

from pathlib import Path

from fleet.conduct.bundles import learn
from fleet.protocol.trust import firmware_path
from fleet.rollouts.firmware import known_firmware
from fleet.rollouts.models import Firmware
from fleet.trust import drafts
from fleet.trust.repository import Repository
from tests.support.pretend_updates import NEW, OLD, WORSE
from tests.support.trust_rig import FirstDay, TrustRig

CONTENT = b"a bundle, as far as anybody looks"


def sign(rig: TrustRig, name: str, manifest_hash: str) -> None:
    bundle = rig.folder / name
    bundle.write_bytes(CONTENT)
    about = {"version": "0.2.0", "compatible": "sala-rpi", "manifest_hash": manifest_hash}
    drafts.add_firmware(rig.repository, bundle, about, rig.now)
    rig.publish()


def in_force() -> set[str]:
    return set(Firmware.objects.filter(withdrawn_at=None).values_list("manifest_hash", flat=True))


def test_the_signed_bundles_are_known_and_the_withdrawn_ones_no_longer(tmp_path: Path) -> None:
    known_firmware("0.0.1", WORSE, 1, "firmware/by-hand", "sala-rpi")
    with FirstDay(tmp_path / "honest").again(tmp_path / "day") as rig:
        sign(rig, "a.raucb", OLD)
        sign(rig, "b.raucb", NEW)
        version = learn(rig.repository, 0)
        assert in_force() == {OLD, NEW, WORSE}
        firmware = Firmware.objects.get(manifest_hash=NEW)
        assert (firmware.size_bytes, firmware.target) == (len(CONTENT), firmware_path("b.raucb"))
        drafts.withdraw(rig.repository, "firmware", firmware_path("a.raucb"), rig.now)
        rig.publish()
        assert in_force() == {OLD, NEW, WORSE}
        later = learn(rig.repository, version)
        assert in_force() == {NEW, WORSE}  # what was made known by hand is nobody's to withdraw
        assert later > version
        assert learn(rig.repository, later) == later


def test_a_fleet_without_a_repository_learns_nothing(tmp_path: Path) -> None:
    assert learn(Repository(tmp_path), 0) == 0
    assert in_force() == set()
