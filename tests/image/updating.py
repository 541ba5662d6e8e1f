"""Updates of the emulated kiosk, through real roll-outs and the real RAUC: one that succeeds, one whose front desk
crashes, one with the plug pulled ten times.

What a pulled plug is here: QEMU is killed. What the machine held in memory is gone, what it had handed to its disk is
not; a card that lies about its own cache is not played.
"""

from __future__ import annotations

import random
import re
import time
from typing import Any

from tests.image import bundles
from tests.image.emulator import Emulator, until
from tests.image.rig import Rig
from tests.image.steps import START_S, STEP_S, is_read, words

WORK_S = 3600.0
"""An update may take so long: 260 MB over TLS and two slots written, all by an emulated processor."""

CUTS = 10

TAKES_S = {"fetching": 130.0, "installing": 40.0, "rebooting": 110.0, "proving": 40.0}
"""What an update does, and about how long in the emulator: the plug is pulled at moments spread evenly over it all."""

PROVING_S = 400


def make_bundles(rig: Rig, _machine: Emulator) -> dict[str, Any]:
    """two further bundles: our code changed, and a front desk that crashes"""
    work = rig.work
    rig.bundles["first"] = bundles.known(work, work / "sala.raucb")
    rig.bundles["second"] = bundles.make(work, rig.folder, "rig-2", bundles.CHANGED)
    rig.bundles["crashing"] = bundles.make(work, rig.folder, "rig-3-crashes", bundles.CRASHING)
    return {"bundle-mib": round(rig.bundles["first"].file.stat().st_size / 2**20, 1)}


def steps_on_record(rig: Rig, version: str) -> list[str]:
    """What the fleet has on record of a bundle, each step once, in order."""
    query = (
        "SELECT json_extract(body, '$.state') FROM devices_record WHERE kind = 'firmware-step'"
        " AND json_extract(body, '$.version') = ? ORDER BY no"
    )
    return list(dict.fromkeys(state for (state,) in rig.rows(query, version)))


def publish(rig: Rig) -> None:
    """All bundles, signed by two, and known to the fleet."""
    rig.sign_and_publish(*rig.bundles.values())
    query = "SELECT count(*) FROM rollouts_firmware WHERE is_signed"
    until(lambda: rig.rows(query)[0][0] == len(rig.bundles), "the bundles known to the fleet", 300)


def update(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """a second bundle by a roll-out: fetched, installed by RAUC, booted from slot B, proved, marked good"""
    publish(rig)
    until(lambda: rig.firmware().get("slot"), "what runs, as RAUC says", START_S)
    second, began_s = rig.bundles["second"], time.monotonic()
    number = rig.roll_out(second)
    until(lambda: rig.roll_out_state(number) in ("done", "halted"), "the roll-out's end", WORK_S)
    took_min = round((time.monotonic() - began_s) / 60, 1)
    assert rig.roll_out_state(number) == "done", rig.firmware()
    assert rig.firmware()["running_hash"] == second.manifest_hash
    assert "slot B; left" in machine.said
    assert machine.do("grep -o 'rauc.slot=.' /proc/cmdline") == "rauc.slot=B"
    assert machine.do("grep ^IMAGE_VERSION= /etc/os-release") == f"IMAGE_VERSION={second.version}"
    machine.picture(keep_as="10-updated")
    on_record = steps_on_record(rig, second.version)
    assert on_record == ["waiting", "fetching", "installing", "rebooting", "proving", "good"], on_record
    return {"update-min": took_min}


def since_u_boot(machine: Emulator) -> tuple[str, str]:
    """The slot that U-Boot chose last, and what was said since: a machine that starts itself anew goes on speaking."""
    before, _, since = machine.said.rpartition("; left: A")
    return before[-1:], since


def crash(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """a bundle whose front desk crashes: the screen says that it is closed, and the kiosk goes back by itself"""
    crashing, second, began_s = rig.bundles["crashing"], rig.bundles["second"], time.monotonic()
    number = rig.roll_out(crashing, f"--proving-s={PROVING_S}")
    words(machine, r"(this front desk crashes on purpose)", WORK_S)
    words(machine, r"Started (sala-safe)", START_S)
    until(lambda: is_read(machine, "This kiosk is closed for now"), "that it is closed, on the screen", STEP_S)
    machine.picture(keep_as="11-closed")
    until(lambda: rig.roll_out_state(number) in ("done", "halted"), "the roll-out's end", WORK_S)
    assert rig.roll_out_state(number) == "halted", rig.firmware()
    about = rig.firmware()
    assert about["running_hash"] == second.manifest_hash, about
    assert (about["state"], about["reason"]) == ("rolled-back", "front-desk"), about
    until(lambda: since_u_boot(machine)[0] == "B" and "-> Idle" in since_u_boot(machine)[1], "idle, slot B", START_S)
    until(lambda: is_read(machine, "สแกนใบแจ้ง"), "what can be done here, on the screen", STEP_S)
    machine.picture(keep_as="12-back")
    rig.fleet("rollout", "cancel", str(number), "--reason=ตัวอย่าง")  # halted is still open: no other may begin
    return {"rollback-min": round((time.monotonic() - began_s) / 60, 1)}


def moment(at_s: float) -> tuple[str, float]:
    """The part of an update that is under way after so long, and how long it has been."""
    for part, takes_s in TAKES_S.items():
        if at_s < takes_s:
            return part, at_s
        at_s -= takes_s
    return "proving", TAKES_S["proving"]


def reached(rig: Rig, number: int, part: str) -> bool:
    """Wait until the kiosk reports this part of the roll-out's update, or a later one; False: it was given up."""
    parts = [*TAKES_S, "good"]

    def has_come() -> bool:
        about = rig.firmware()
        is_there = about.get("rollout_id") == str(number) and about.get("state") in parts[parts.index(part) :]
        return is_there or rig.roll_out_state(number) == "halted"

    until(has_come, f"the update's part: {part}", WORK_S)
    return rig.roll_out_state(number) != "halted"


def once_more(rig: Rig, number: int, target: bundles.Bundle) -> int:
    """Another roll-out of the same bundle, in place of one that stopped: interrupted more often than one try may be."""
    of_target = (
        "SELECT count(*) FROM rollouts_rollout JOIN rollouts_firmware f ON f.id = firmware_id WHERE f.version = ?"
    )
    assert rig.rows(of_target, target.version)[0][0] <= CUTS, rig.firmware()
    rig.fleet("rollout", "cancel", str(number), "--reason=ตัวอย่าง")
    return rig.roll_out(target)


def cuts(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """an update with the plug pulled at ten random moments: each time it comes back, and in the end it is in"""
    if not rig.rows("SELECT 1 FROM rollouts_firmware"):  # this step alone was chosen
        publish(rig)
    until(lambda: rig.firmware().get("slot"), "what runs, as RAUC says", START_S)
    runs = rig.firmware().get("running_hash", "")  # nothing for what came with the card
    target = next(each for each in (rig.bundles["second"], rig.bundles["first"]) if each.manifest_hash != runs)
    seed = random.randrange(10**6)  # noqa: S311 - moments, no secrets
    chance, pulled = random.Random(seed), []  # noqa: S311
    print(f"            moments of seed {seed}", flush=True)
    number = rig.roll_out(target)
    for at_s in sorted(chance.uniform(0, sum(TAKES_S.values())) for _ in range(CUTS)):
        part, into_s = moment(at_s)
        while not reached(rig, number, part):
            number = once_more(rig, number, target)
        if (at := rig.firmware()["state"]) != part:  # a start that was cut off is begun anew as proving
            part, into_s = at, chance.uniform(0, TAKES_S.get(at, 0))
        time.sleep(into_s)  # the moment itself
        at = rig.firmware()["state"]
        machine.cut_power()
        machine.start()
        words(machine, r" -> (Idle)\s", START_S)
        words(machine, r"(link is up)", START_S)
        until(lambda: is_read(machine, "สแกนใบแจ้ง"), "what can be done here, on the screen", START_S)
        slots = re.findall(r"slot ([AB]); left", machine.said)
        pulled.append({"at": at, "then": "".join(slots), "back_s": round(time.monotonic() - machine.began_s)})
        print(f"            cut {len(pulled)}, {into_s:.0f} s into {part}: {pulled[-1]}", flush=True)
        machine.picture(keep_as=f"cut-{len(pulled)}")
    while not reached(rig, number, "good"):
        number = once_more(rig, number, target)
    until(lambda: rig.roll_out_state(number) != "running", "the roll-out's end", STEP_S)
    assert rig.roll_out_state(number) == "done", rig.firmware()
    assert rig.firmware()["running_hash"] == target.manifest_hash
    machine.picture(keep_as="13-after-ten-cuts")
    return {"cuts": pulled}
