"""`fleet sample-data` and `fleet sample-codes`: three provinces to try Sala with. The data: ``fleet.site.sample``."""

from __future__ import annotations

import argparse

from fleet.commands.command import AddCommand, Needs, Said
from fleet.commands.ports import settle_ports


def add(command: AddCommand) -> None:
    """These commands."""
    what = "factories, notices, folders and kiosks in three provinces, all ตัวอย่าง"
    command("sample-data", _sample_data, what, Needs.MIGRATED)
    codes = command("sample-codes", _sample_codes, "what a sample visitor could scan, as JSON")
    codes.add_argument("office_id")


def _sample_data(arguments: argparse.Namespace) -> None:
    from fleet.site.sample import make_sample_data

    make_sample_data(settle_ports(arguments.data_dir).address)


def _sample_codes(arguments: argparse.Namespace) -> Said:
    from fleet.site.sample import scannable

    return scannable(arguments.office_id)
