"""`fleet folder-labels`: labels of an office's folders as a PDF.

    fleet folder-labels labels.pdf --office CBI                        all of them, on sheets of 24
    fleet folder-labels labels.pdf --office CBI --cabinet 4 --shelf 2  those of one shelf
    fleet folder-labels labels.pdf --office CBI --sheet 3x7 --first 9  on other sheets, the first of which is used to 8

What it is: options in, one line of JSON out. The work is ``fleet.office.folders``'.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fleet.commands.command import AddCommand, CommandError

PLACE = ("room", "cabinet", "shelf")


def add(command: AddCommand) -> None:
    """These commands."""
    parser = command("folder-labels", folder_labels, "labels of paper folders as a PDF, on sheets of A4")
    parser.add_argument("file", type=Path, help="the PDF to write")
    parser.add_argument("--office", required=True, help="office id")
    for part in PLACE:
        parser.add_argument(f"--{part}", help="only those with their place there")
    parser.add_argument(
        "--sheet", default="3x8", help="3x8 (70 x 37 mm, default), 3x7 (63.5 x 38.1) or 2x7 (99.1 x 38.1)"
    )
    parser.add_argument("--first", type=int, default=1, help="first label of the first sheet that is free (default: 1)")


def folder_labels(arguments: argparse.Namespace) -> dict[str, Any]:
    """`fleet folder-labels`; what it says.

    Raises: CommandError.
    """
    from fleet.office.folders.labels import LABELS_MAX, label_of, pdf
    from fleet.office.folders.sheets import SHEETS
    from fleet.office.models import Folder

    sheet = SHEETS.get(arguments.sheet)
    if sheet is None or not 1 <= arguments.first <= sheet.labels:
        raise CommandError(f"sheets are {', '.join(SHEETS)}, and --first is a label on one")
    place = {part: getattr(arguments, part) for part in PLACE if getattr(arguments, part) is not None}
    rows = Folder.objects.select_related("factory").filter(factory__office_id=arguments.office, **place)
    count = rows.count()
    if not 1 <= count <= LABELS_MAX:
        raise CommandError(f"{count} folders; from 1 to {LABELS_MAX} can be printed at once")
    ordered = rows.order_by("room", "cabinet", "shelf", "slot", "pk")
    try:
        arguments.file.write_bytes(pdf([label_of(each) for each in ordered], sheet, arguments.first))
    except OSError as err:
        raise CommandError(f"cannot write {arguments.file}: {err.strerror}") from err
    return {"labels": count, "sheets": -(-(count + arguments.first - 1) // sheet.labels), "file": str(arguments.file)}
