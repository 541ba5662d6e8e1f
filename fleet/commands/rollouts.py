"""`fleet rollout`: roll-outs of firmware and settings, and the bundles and tags they pick by.

The rules are ``fleet.rollouts``'s; these do for whoever is on the fleet's machine what the pages do for admins.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from msgspec.structs import replace

from fleet.commands.command import AddCommand, CommandError, Said
from fleet.protocol.updates import COMPATIBLE

if TYPE_CHECKING:
    from fleet.protocol.updates import Deadlines
    from fleet.rollouts.models import Firmware, Rollout
    from fleet.rollouts.starting import Draft


def add(command: AddCommand) -> None:
    """These commands."""
    firmware = command("firmware", _firmware, "the bundles this fleet knows; with --hash, make one known by hand")
    firmware.add_argument("--version", default="")
    firmware.add_argument("--hash", default="", help="SHA-256 of its manifest, as `rauc info` prints it")
    firmware.add_argument("--size-bytes", type=int, default=0)
    firmware.add_argument("--target", default="", help="its path among the signed targets")
    firmware.add_argument("--compatible", default=COMPATIBLE)
    rollout = command("rollout", _rollout, "roll out firmware or settings in waves; see and steer what is under way")
    rollout.add_argument("deed", choices=["new", "list", "show", "pause", "resume", "cancel", "roll-back", "tag"])
    rollout.add_argument("number", nargs="?", default="", help="of the roll-out; for `tag`, a kiosk's id")
    rollout.add_argument("--reason", default="", help="for those who read the history")
    what = rollout.add_argument_group("new")
    what.add_argument("--firmware", default="", help="version of a bundle the fleet knows")
    what.add_argument("--layer", default="", choices=["", "national", "province", "office"], help="of settings")
    what.add_argument("--key", default="", help="DOPA code or office id of the layer")
    what.add_argument("--patch", default="", help="JSON merge patch on the layer's settings")
    what.add_argument("--province", type=int, help="DOPA code: only kiosks of this province")
    what.add_argument("--waves", default="1; 10; 1%; 10%; all", help="e.g. '1; 5%%; province:20,21; tag:pilot; all'")
    what.add_argument("--success-percent", type=int, default=95, help="of a wave, before the next (default: 95)")
    what.add_argument("--soak-s", type=int, default=3600, help="then so long without a loss (default: 3600)")
    what.add_argument("--at-once", type=int, default=200, help="kiosks (default: 200)")
    what.add_argument("--mb-per-s", type=float, default=0, help="all kiosks together; 0 is no limit")
    what.add_argument("--harm-max", type=int, default=10, help="kiosks lost before it stops (default: 10)")
    what.add_argument("--fail-percent", type=int, default=5, help="of those tried, from 10 tried on (default: 5)")
    what.add_argument("--answer-s", type=int, default=900, help="silence that is failure (default: 900)")
    what.add_argument(
        "--step-s", type=_seconds, default=0, help="deadline of each step of a kiosk, instead of its own each"
    )
    what.add_argument("--proving-s", type=_seconds, help="deadline of a kiosk's proof, before --step-s (default: 1800)")
    what.add_argument("--hold-s", type=_seconds, default=300, help="so long all must hold, to be proved (default: 300)")
    what.add_argument("--quiet", default="", help="hours to install in, Thai time, e.g. 18:00-06:00")
    what.add_argument("--quiet-in", default="", help="others for some provinces: '20,21 20:00-05:00; 40 00:00-04:00'")
    what.add_argument(
        "--not-before", type=_moment, help="kiosks do not begin before, e.g. 2026-12-01T22:00 (Thai time)"
    )
    what.add_argument("--tries-max", type=_seconds, default=3, help="tries of a kiosk (default: 3)")
    what.add_argument("--tried-min", type=_seconds, default=10, help="kiosks tried before a share means anything")
    what.add_argument("--dry-run", action="store_true", help="say who would get it, and why, and start nothing")
    rollout.add_argument("--tags", default="", help="tag: the words of this kiosk, instead of those it has")


def _firmware(arguments: argparse.Namespace) -> Said:
    from fleet.rollouts.firmware import FirmwareError, known_firmware
    from fleet.rollouts.models import Firmware

    if arguments.hash:
        try:
            known_firmware(
                arguments.version, arguments.hash, arguments.size_bytes, arguments.target, arguments.compatible
            )
        except FirmwareError as err:
            raise CommandError(str(err)) from err
    return [
        {"version": each.version, "hash": each.manifest_hash, "compatible": each.compatible, "target": each.target}
        for each in Firmware.objects.filter(withdrawn_at=None)
    ]


def _rollout(arguments: argparse.Namespace) -> Said:
    match arguments.deed:
        case "new":
            return _new(arguments)
        case "list":
            return _list()
        case "tag":
            return _tag(arguments.number, arguments.tags)
        case "show":
            return _show(_found(arguments.number))
    return _do(_found(arguments.number), arguments.deed, arguments.reason)


def _new(arguments: argparse.Namespace) -> Said:
    from fleet.audit.turns import in_turn
    from fleet.devices.desired import turn_of
    from fleet.protocol.settings import SettingsError
    from fleet.rollouts.plan import PlanError
    from fleet.rollouts.starting import preview, start

    # A patch is laid over what is in force when it is staged: whoever changes the layer meanwhile waits.
    turn = in_turn(turn_of(arguments.layer or "national", arguments.key)) if arguments.patch else nullcontext()
    try:
        with turn:
            draft = _draft(arguments)
            if arguments.dry_run:
                shown = preview(draft)
                return {"waves": list(shown.waves), "left_out": {str(why): count for why, count in shown.out.items()}}
            return _show(start(draft, None))
    except (PlanError, SettingsError) as err:
        raise CommandError(f"refused, nothing has begun: {err}") from err
    except json.JSONDecodeError as err:
        raise CommandError(f"--patch is no JSON: {err}") from err


def _draft(arguments: argparse.Namespace) -> Draft:
    from fleet.devices.desired import latest_document
    from fleet.protocol.settings import merge_patch
    from fleet.protocol.updates import Budget
    from fleet.rollouts.plan import Care, Gate, Limits, Plan, parse_hours, parse_hours_by_province, parse_waves
    from fleet.rollouts.starting import Draft

    plan = Plan(
        waves=parse_waves(arguments.waves),
        gate=Gate(success_percent=arguments.success_percent, soak_s=arguments.soak_s),
        limits=Limits(
            at_once=arguments.at_once,
            bytes_per_s_max=round(arguments.mb_per_s * 1_000_000),
            harm_max=arguments.harm_max,
            fail_percent=arguments.fail_percent,
            tried_min=arguments.tried_min,
            answer_s=arguments.answer_s,
        ),
        care=Care(
            not_before=arguments.not_before,
            quiet_hours=parse_hours(arguments.quiet),
            by_province=parse_hours_by_province(arguments.quiet_in),
            budget=Budget(tries_max=arguments.tries_max),
            deadlines=_deadlines(arguments.step_s, arguments.proving_s),
            soak_s=arguments.hold_s,
        ),
    )
    document = None
    if arguments.patch:
        before = latest_document(arguments.layer or "national", arguments.key)
        document = merge_patch(before.document if before else {}, json.loads(arguments.patch))
    return Draft(
        plan=plan,
        reason=arguments.reason,
        firmware=_known(arguments.firmware) if arguments.firmware else None,
        layer=(arguments.layer or "national") if document is not None else "",
        key=arguments.key if document is not None else "",
        document=document,
        province=arguments.province,
    )


def _deadlines(step_s: int, proving_s: int | None) -> Deadlines:
    from fleet.protocol.updates import Deadlines

    same = Deadlines(fetching_s=step_s, installing_s=step_s, rebooting_s=step_s, proving_s=step_s)
    deadlines = same if step_s else Deadlines()
    return deadlines if proving_s is None else replace(deadlines, proving_s=proving_s)


def _seconds(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"no number: {text[:20]}")
    return int(text)


def _moment(text: str) -> datetime:
    """A moment in Thai time, where none else is said."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"no moment: {text[:30]}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone(timedelta(hours=7)))


def _known(version: str) -> Firmware:
    from fleet.rollouts.models import Firmware

    firmware = Firmware.objects.filter(version=version, withdrawn_at=None).first()
    if firmware is None:
        raise CommandError(f"no firmware {version} is known; see `fleet firmware`")
    return firmware


def _found(number: str) -> Rollout:
    from fleet.rollouts.models import Rollout

    rollout = Rollout.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if rollout is None:
        raise CommandError(f"no roll-out {number or '(name one)'}; see `fleet rollout list`")
    return rollout


def _list() -> Said:
    from fleet.rollouts.models import Rollout

    return [
        {"number": str(each.pk), "kind": each.kind, "state": each.state, "reason": each.reason}
        for each in Rollout.objects.all()
    ]


def _show(rollout: Rollout) -> Said:
    states = Counter(rollout.members.order_by().values_list("state", flat=True))
    return {
        "number": rollout.pk,
        "state": rollout.state,
        "because": rollout.because,
        "released": rollout.released,
        "waves": len(rollout.plan["waves"]),
        "kiosks": dict(states),
    }


def _do(rollout: Rollout, deed: str, reason: str) -> Said:
    from fleet.rollouts.deeds import DeedError, What, do

    try:
        return _show(do(rollout.pk, What(deed), None, reason))
    except DeedError as err:
        raise CommandError(str(err)) from err


def _tag(kiosk_id: str, tags: str) -> Said:
    from django.db import transaction

    from fleet.devices.models import Kiosk
    from fleet.rollouts.models import KioskTag
    from fleet.rollouts.plan import TAG

    words = sorted(set(tags.replace(",", " ").split()))
    if wrong := [word for word in words if not TAG.fullmatch(word)]:
        raise CommandError(f"no tag: {wrong[0][:40]}; small letters, digits and hyphens")
    if not Kiosk.objects.filter(pk=kiosk_id).exists():
        raise CommandError(f"no kiosk {kiosk_id}")
    with transaction.atomic():
        KioskTag.objects.filter(kiosk_id=kiosk_id).delete()
        KioskTag.objects.bulk_create(KioskTag(kiosk_id=kiosk_id, tag=word) for word in words)
    return {"kiosk": kiosk_id, "tags": words}
