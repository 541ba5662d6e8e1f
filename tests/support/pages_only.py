"""`fleet serve` alone, with sample data and accounts: pages for tests that need neither kiosk nor broker."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.broker import eventually
from tests.support.ports import listens
from tests.support.running_fleet import READY_TIMEOUT_S, environment, fleet
from tests.support.sample_folder import copy_of, sample_data


def address_of(folder: Path) -> str:
    """Where the pages of a prepared fleet will be. People use passkeys of a name, not of an address made of digits."""
    return f"http://localhost:{json.loads((folder / 'ports.json').read_text('utf-8'))['http']}"


def prepare(folder: Path) -> None:
    """Data and certificates, so that ``served_pages`` has only to start."""
    copy_of(sample_data, folder)
    fleet(folder, "broker-config")


@contextmanager
def served_pages(folder: Path) -> Iterator[str]:
    """The pages of a prepared fleet; their address. Afterwards they are gone, without a complaint."""
    log = folder / "serve.log"
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "fleet", "--data-dir", str(folder), "serve"], env=environment(), stderr=stderr
        )
    try:
        port = int(address_of(folder).rsplit(":", 1)[1])
        eventually(lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, log.read_text("utf-8")
        yield address_of(folder)
    finally:
        process.terminate()
        process.wait(READY_TIMEOUT_S)
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")
