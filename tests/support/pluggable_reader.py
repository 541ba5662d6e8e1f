"""A second reader for the tests' pcscd whose cable can be pulled: a driver of our own, compiled here, behind files.

vpcd is always plugged in. This reader's card is of another kind and answers every command with 6A82.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers.card.virtual_card import ForeignCard
from tests.support.pcscd import the_pcscd
from tests.support.require import lack, require

ATR = ForeignCard.atr
NAME = "Pluggable"
_SOURCE = Path(__file__).with_name("pluggable_reader.c")
_HEADERS = Path("/usr/include/PCSC")  # Debian, package libpcsclite-dev


class PluggableReader:
    """The hand at its cable and its slot."""

    def __init__(self, directory: Path) -> None:
        self._cable, self._card = directory / "plugged", directory / "card"
        self.plug()

    def plug(self) -> None:
        self._cable.touch()

    def unplug(self) -> None:
        self._cable.unlink()

    def insert(self) -> None:
        self._card.touch()

    def remove(self) -> None:
        self._card.unlink()


@contextmanager
def pluggable_reader() -> Iterator[PluggableReader]:
    """The reader, for a pcscd that is started inside."""
    require("pcscd")
    directory = the_pcscd().socket_path.parent.parent
    configuration = directory / "reader.conf.d" / "pluggable"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as world:
        configuration.write_text(
            f'FRIENDLYNAME "{NAME}"\nDEVICENAME /dev/null:{world}\nLIBPATH {_library()}\nCHANNELID 0x7001\n',
            encoding="ascii",
        )
        try:
            yield PluggableReader(Path(world))
        finally:
            configuration.unlink()


@functools.cache
def _library() -> Path:
    if shutil.which("gcc") is None or not _HEADERS.exists():
        lack("pcscd", "gcc and libpcsclite-dev are needed to build a reader's driver")
    library = the_pcscd().socket_path.parent.parent / "libifdpluggable.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-I", _HEADERS, "-o", library, _SOURCE], check=True)
    return library
