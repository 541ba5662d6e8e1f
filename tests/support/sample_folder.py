"""A fleet's data folder with sample data: made once by this process, and copied for every test that starts a fleet.

Sample data are ten seconds of processor time, which a machine full of other work makes minutes of.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_TIMEOUT_S = 300.0


def sample_data(folder: Path) -> None:
    """What `fleet sample-data` makes, in SQLite."""
    done = subprocess.run(
        [sys.executable, "-m", "fleet", "--data-dir", str(folder), "sample-data"],
        capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def copy_of(filled_by: Callable[[Path], None], folder: Path) -> None:
    """Into ``folder``, what ``filled_by`` (such as ``sample_data``) put into an empty one when it was first asked for.

    All but the ports: each copy finds free ones of its own. The address in its tracking QRs stays the first one's.
    """
    shutil.copytree(_pattern(filled_by), folder, ignore=shutil.ignore_patterns("ports.json"), dirs_exist_ok=True)


@functools.cache
def _pattern(filled_by: Callable[[Path], None]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sala-pattern-"))
    atexit.register(shutil.rmtree, folder)
    filled_by(folder)
    return folder
