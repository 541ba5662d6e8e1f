"""A wall clock that a test sets, for a program that runs: libfaketime under it. Monotonic clocks are left alone."""

from __future__ import annotations

from pathlib import Path

from tests.support.require import lack


class FakeClock:
    """``environment`` is for the programs that are to live by it."""

    def __init__(self, file: Path) -> None:
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            lack("libfaketime", "not found; try: sudo apt install libfaketime")
        self._file = file
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, ahead_s: int) -> None:
        """So much ahead of the true time from now on, for everybody at once."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{ahead_s:+d}s\n", "ascii")
        fresh.replace(self._file)
