"""The ceremony as it is written: every command of the page, in order, by the command itself."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

import fleet.trust
from fleet.__main__ import main
from fleet.protocol.blocks import decoded
from fleet.protocol.trust import firmware_path
from fleet.trust.keys import SCRYPT_N, make_key, open_key
from fleet.trust.repository import Repository

PAGE = Path(fleet.trust.__file__).parent / "ceremony.md"


def commands() -> list[list[str]]:
    lines = (line.strip() for line in PAGE.read_text("utf-8").splitlines() if line.startswith("    fleet "))
    return [shlex.split(line)[1:] for line in lines]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder on a machine, and a passphrase in everybody's head."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SALA_PASSPHRASE", "a passphrase of many words")
    monkeypatch.setenv("SALA_FLEET_DIR", str(tmp_path / "elsewhere"))
    # That a passphrase takes a second to try protects a key; of fifty tries a test learns no more than of one.
    monkeypatch.setitem(make_key.__kwdefaults__, "scrypt_n", 2)
    (tmp_path / "sala-1.2.raucb").write_bytes(b"a bundle")
    return tmp_path


def test_a_key_as_people_make_it_is_costly_to_guess_and_opens(tmp_path: Path) -> None:
    path = tmp_path / "boon.key"
    make_key("boon", "a passphrase of many words", path)
    assert json.loads(path.read_text("utf-8"))["n"] == SCRYPT_N == 2**17
    assert open_key(path, "a passphrase of many words")


def test_every_step_works_as_written(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for step in commands():
        assert main(step) == 0, step
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["published"] == {"payees": 5}
    assert main(["--data-dir", "fleet", "trust", "verify"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["agrees"]
    assert said["drafts"] == []
    assert said["roles"]["root"]["keys"] == "2 of boon, chai, decha"
    assert said["roles"]["payees"]["keys"] == "2 of malee, niran"
    repository = Repository(table / "fleet" / "trust")
    target = repository.delegated()["firmware"].signed.targets[path := firmware_path("sala-1.2.raucb")]
    blocks_sha256 = target.custom["blocks"]["sha256"]
    bundle, index = (
        repository.target_file(path, target.hashes["sha256"]),
        repository.target_file(f"{path}.blocks", blocks_sha256),
    )
    assert bundle.read_bytes() == b"a bundle"
    assert decoded(index.read_bytes()).length == len(b"a bundle")
    assert {bundle, index} == set((repository.targets / "firmware").iterdir())
