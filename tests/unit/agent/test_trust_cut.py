"""The plug pulled at every change of a file while signed metadata is read: old or new, and nothing learned is lost."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata

from fleet.trust import drafts
from kiosk import trusted
from tests.support.trust_rig import ACCOUNT, FirstDay, TrustRig

OTHER = "223456789012345"
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.symlink", "os.mkdir")
"""Audit events of what changes names on the disk; a file's content is synced before its name."""

CUT = 9


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> FirstDay:
    return FirstDay(tmp_path_factory.mktemp("honest"))


def refreshed_until(rig: TrustRig, change_no: int) -> int:
    """Refresh in a process that ends dead at the given change; its exit code."""
    child = os.fork()
    if child == 0:
        left = change_no

        def cut(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in CHANGES and str(rig.data) in str(arguments):
                left -= 1
                if left == 0:
                    os._exit(CUT)

        sys.addaudithook(cut)
        code = 1
        try:
            rig.refresh()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def versions(folder: Path) -> dict[str, int]:
    """What the kiosk holds to, by role."""
    (home,) = (folder / "trust").iterdir()
    files = (home / "current").glob("*.json")
    return {file.stem: Metadata.from_bytes(file.read_bytes()).signed.version for file in files}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_whenever_the_plug_is_pulled(tmp_path: Path, honest: FirstDay) -> None:
    with honest.again(tmp_path) as rig:
        drafts.rotate(rig.repository, "timestamp", drafts.Change(), rig.now)
        rig.say_account(OTHER)
        before, kept = versions(rig.data), tmp_path / "before"
        shutil.copytree(rig.data, kept, symlinks=True)
        cuts = 0
        while (code := refreshed_until(rig, cuts + 1)) == CUT:
            cuts += 1
            assert rig.accounts() in ([ACCOUNT], [ACCOUNT, OTHER])
            assert all(versions(rig.data)[role] >= version for role, version in before.items())
            assert json.loads((rig.data / trusted.FILE_NAME).read_bytes())
            assert rig.refresh().problems == ()
            assert rig.accounts() == [ACCOUNT, OTHER]
            shutil.rmtree(rig.data)
            shutil.copytree(kept, rig.data, symlinks=True)
        assert code == 0
        assert cuts >= 12, "there are at least so many moments"
