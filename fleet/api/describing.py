"""Writes the interface's description beside this module (``python -m fleet.api.describing``); a test compares them."""

from __future__ import annotations

import json
import os
from pathlib import Path

FILE = Path(__file__).parent / "openapi.json"


def described() -> str:
    """The description as it should be; Django must be set up."""
    from fleet.api.rest.api import interface

    return json.dumps(interface().get_openapi_schema(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.site.settings")
    django.setup()
    FILE.write_text(described(), "utf-8")


if __name__ == "__main__":
    main()
