"""`fleet settings`: a change to one layer of the kiosks' settings. The checks are ``fleet.devices.desired``'s."""

from __future__ import annotations

import argparse
import json
from typing import Any

from fleet.commands.command import AddCommand, CommandError, Said


def add(command: AddCommand) -> None:
    """These commands."""
    settings = command("settings", _settings, "lay a change over a layer's settings and publish it")
    settings.add_argument("layer", choices=["national", "province", "office", "kiosk"])
    settings.add_argument("key", nargs="?", default="", help="DOPA code, office id or kiosk id; nothing for national")
    settings.add_argument("--patch", required=True, help="JSON merge patch, e.g. '{\"services\": []}'")
    settings.add_argument("--reason", required=True, help="for those who read the history")


def _settings(arguments: argparse.Namespace) -> Said:
    """Laid over what is in force at that moment: whoever changes the layer meanwhile waits (``Spot.turn``)."""
    from fleet.acting.settings import spot_seen
    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.audit.turns import in_turn
    from fleet.devices.desired import change_settings, latest_document
    from fleet.people.scope import EVERYWHERE, Scope
    from fleet.protocol.settings import SettingsError, merge_patch

    patch = _object(arguments.patch)
    spot = spot_seen(Scope(sees=EVERYWHERE), arguments.layer, arguments.key)
    if spot is None:
        raise CommandError(f"there is no {' '.join(filter(None, (arguments.layer, arguments.key)))}")
    try:
        with in_turn(spot.turn):
            before = latest_document(spot.layer, spot.key)
            document = merge_patch(before.document if before else {}, patch)
            revision = change_settings(spot.layer, spot.key, document, None, arguments.reason)
            about = "/".join(filter(None, (spot.layer, spot.key)))
            said = {"reason": arguments.reason, "revision": revision.revision}
            write(Doer(None, "fleet settings"), Act(Kind.DID, "fleet settings", about, spot.dopa_code, said))
    except SettingsError as err:
        raise CommandError(f"refused, nothing has changed: {err}") from err
    return {"revision": revision.revision}


def _object(said: str) -> dict[str, Any]:
    """Raises: CommandError; a patch that is no object would take the place of the whole document (RFC 7396)."""
    try:
        patch = json.loads(said)
    except json.JSONDecodeError as err:
        raise CommandError(f"--patch is no JSON: {err}") from err
    if not isinstance(patch, dict):
        raise CommandError("--patch is no JSON object")
    return patch
