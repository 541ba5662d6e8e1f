"""`fleet settings`: a change to one layer of the kiosks' settings. The checks are ``fleet.devices.desired``'s."""

from __future__ import annotations

import argparse
import json

from fleet.commands.command import AddCommand, CommandError, Said


def add(command: AddCommand) -> None:
    """These commands."""
    settings = command("settings", _settings, "lay a change over a layer's settings and publish it")
    settings.add_argument("layer", choices=["national", "province", "office", "kiosk"])
    settings.add_argument("key", nargs="?", default="", help="DOPA code, office id or kiosk id; nothing for national")
    settings.add_argument("--patch", required=True, help="JSON merge patch, e.g. '{\"services\": []}'")
    settings.add_argument("--reason", required=True, help="for those who read the history")


def _settings(arguments: argparse.Namespace) -> Said:
    from fleet.devices.desired import change_settings, latest_document
    from fleet.protocol.settings import SettingsError, merge_patch

    before = latest_document(arguments.layer, arguments.key)
    try:
        document = merge_patch(before.document if before else {}, json.loads(arguments.patch))
        revision = change_settings(arguments.layer, arguments.key, document, None, arguments.reason)
    except json.JSONDecodeError as err:
        raise CommandError(f"--patch is no JSON: {err}") from err
    except SettingsError as err:
        raise CommandError(f"refused, nothing has changed: {err}") from err
    return {"revision": revision.revision}
