"""Settings are rolled out where a province signs them: nobody is asked before, and each kiosk takes either document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.test import override_settings

from fleet.devices.desired import change_settings, desired_of, latest_document
from fleet.devices.models import Kiosk, Layer
from fleet.devices.signed_layers import layers_of
from fleet.protocol.messages import Desired, decode, encode
from fleet.rollouts import deeds
from fleet.rollouts.deeds import What
from fleet.rollouts.gating import Because, RolloutState
from fleet.rollouts.models import Rollout
from fleet.rollouts.plan import Gate, Plan, parse_waves
from fleet.rollouts.starting import Draft, start
from fleet.trust import drafts
from tests.support.pretend_updates import World
from tests.support.trust_rig import FirstDay, TrustRig

ROLE = "settings-20"
OLDER, NEWER = {"services": ["pay-fee"]}, {"services": ["pay-fee", "manuals"]}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> FirstDay:
    return FirstDay(tmp_path_factory.mktemp("honest"))


@pytest.fixture
def rig(tmp_path: Path, honest: FirstDay) -> Iterator[TrustRig]:
    """A province that has signed what is in force."""
    change_settings(Layer.PROVINCE, "20", OLDER, None, "test")
    with honest.again(tmp_path) as rig, override_settings(DATA_DIR=rig.repository.directory.parent):
        sign(rig)
        yield rig


def sign(rig: TrustRig) -> None:
    """What `fleet trust add settings`, `sign` and `publish` do."""
    said = {path: msgspec.to_builtins(layer) for path, layer in layers_of(ROLE).items()}
    drafts.say_only(rig.repository, ROLE, said, rig.now)
    rig.publish()


def begin(layer: str = "province", key: str = "20") -> Rollout:
    plan = Plan(waves=parse_waves("1; all"), gate=Gate(soak_s=0))
    before = latest_document(layer, key)
    return start(Draft(plan, "ทดลอง", None, layer, key, {**(before.document if before else {}), **NEWER}), None)


def refused(rig: TrustRig, kiosk_id: str) -> tuple[str, ...]:
    """What this kiosk, which asks for signatures first, has against what it is told."""
    from kiosk import trusted

    known = rig.refresh()
    assert known.problems == ()
    told = decode(encode(desired_of(Kiosk.objects.select_related("office").get(pk=kiosk_id))), Desired)
    return trusted.unsigned_layers(known, told, kiosk_id, rig.clock)


def test_nobody_is_asked_before_the_province_has_signed_and_then_everybody(rig: TrustRig) -> None:
    world = World(76)
    rollout = begin()
    for _ in range(3):
        world.turn()
    rollout.refresh_from_db()
    assert (rollout.state, rollout.because) == (RolloutState.RUNNING, Because.UNSIGNED)
    assert not rollout.members.exclude(asked_at=None).exists()
    sign(rig)
    world.until(rollout, RolloutState.DONE)
    assert rollout.because == ""
    asked = rollout.members.exclude(asked_at=None)
    assert set(asked.values_list("state", flat=True)) == {"passed"}
    assert asked.count() == Kiosk.objects.filter(office__province_id=20, state__alive=True).count()


def test_while_it_is_on_its_way_kiosks_take_what_each_is_told_and_nothing_else(rig: TrustRig) -> None:
    world = World(76)
    first, second = Kiosk.objects.filter(office__province_id=20).order_by("pk")[:2]
    assert refused(rig, first.pk) == ()
    rollout = begin()
    sign(rig)
    rollout.members.filter(kiosk=second).update(wave_no=2)
    while not rollout.members.filter(state="passed").exists():
        world.turn()
    given = rollout.members.get(wave_no=1).kiosk_id
    others = Kiosk.objects.filter(office__province_id=20).exclude(pk=given)
    assert Kiosk.objects.get(pk=given).staged_id is not None
    for each in (given, *others.values_list("pk", flat=True)[:2]):
        assert refused(rig, each) == ()
    rollout.staged.document = {"services": ["register"]}  # type: ignore[union-attr]  # it is open
    rollout.staged.save()  # type: ignore[union-attr]
    assert refused(rig, given) == (f"{ROLE} has not signed province",)


def test_what_became_everybodys_is_still_signed_and_so_is_what_was_taken_back(rig: TrustRig) -> None:
    world = World(76)
    kiosk = Kiosk.objects.filter(office__province_id=20).order_by("pk")[0]
    done = begin()
    sign(rig)
    world.until(done, RolloutState.DONE)
    assert refused(rig, kiosk.pk) == ()
    sign(rig)
    back = start(Draft(Plan(waves=parse_waves("1; all")), "ทดลอง", None, "province", "20", OLDER), None)
    sign(rig)
    world.turn()
    world.turn()
    assert Kiosk.objects.filter(staged=back.staged).count() == 1
    assert refused(rig, kiosk.pk) == ()
    deeds.do(back.pk, What.ROLL_BACK, None, "ไม่ดี")
    world.until(back, RolloutState.ROLLED_BACK)
    assert refused(rig, kiosk.pk) == ()


def test_a_layer_that_said_nothing_yet_may_begin_with_a_roll_out(rig: TrustRig) -> None:
    kiosk = Kiosk.objects.get(pk="CBI-02")
    start(Draft(Plan(waves=parse_waves("all")), "ทดลอง", None, "kiosk", kiosk.pk, NEWER), None)
    sign(rig)
    assert refused(rig, kiosk.pk) == ()  # it does not have it yet: the layer says nothing
    Kiosk.objects.filter(pk=kiosk.pk).update(staged=Rollout.objects.get().staged)
    assert refused(rig, kiosk.pk) == ()


def test_where_nobody_must_sign_nothing_is_waited_for(rig: TrustRig) -> None:
    world = World(76)
    rollout = begin("national", "")
    world.until(rollout, RolloutState.DONE)
