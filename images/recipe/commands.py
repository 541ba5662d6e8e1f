"""Programs of the build machine, run so that one that fails ends the recipe with what it said.

What it is not: a shell. Every argument is one word, and nothing is interpreted.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

SAID_MAX = 4000
"""The end of what a failing program said: enough to see why."""


class StepError(Exception):
    """A program failed; the message says which, and what it said last. Mend that, and run the recipe again."""


def run(
    *command: str | Path,
    environment: Mapping[str, str] | None = None,
    at: Path | None = None,
    into: Path | None = None,
    given: str = "",
) -> str:
    """What the program printed. ``environment`` is added to ours; it runs ``at``, and reads ``given``.

    ``into`` keeps all it said.

    Raises: StepError when it ends with anything but 0.
    """
    words = [str(word) for word in command]
    done = subprocess.run(
        words, input=given.encode(), env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}, cwd=at,
        capture_output=True, check=False,
    )  # fmt: skip
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if into is not None:
        into.write_text(said, "utf-8")
    if done.returncode != 0:
        raise StepError(f"{words[0]} ended with {done.returncode}: {' '.join(words)}\n{said[-SAID_MAX:]}")
    return done.stdout.decode("utf-8", "replace")


def lines_of(path: Path) -> tuple[str, ...]:
    """The lines of one of our lists, without remarks and empty ones."""
    lines: Sequence[str] = path.read_text("utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
