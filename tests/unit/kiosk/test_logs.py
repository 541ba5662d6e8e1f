"""What a process writes down of itself: bounded, and without what is nobody's business."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.card.samples import SOMCHAI
from kiosk import logs

ID = SOMCHAI.id_number


@pytest.mark.parametrize(
    "written",
    [ID, f"{ID[0]}-{ID[1:5]}-{ID[5:10]}-{ID[10:12]}-{ID[12]}", f"{ID[0]} {ID[1:5]} {ID[5:10]} {ID[10:12]} {ID[12]}"],
)
def test_an_id_number_is_scrubbed_however_it_is_written(written: str) -> None:
    assert logs.scrubbed(f"card of {written}, read") == "card of [13 digits], read"


@pytest.mark.parametrize("kept", ["12345678901234", "123456789012", "2026-11-22 10:42:13,123", "CBI02-690000318"])
def test_what_is_no_id_number_stays(kept: str) -> None:
    assert logs.scrubbed(f"x {kept} y") == f"x {kept} y"


@pytest.mark.parametrize("text", ["https://sala.example/t/Kx7mQ2vT9pLw4RzB", "token=Kx7mQ2vT9pLw4RzB"])
def test_a_token_is_scrubbed(text: str) -> None:
    assert "Kx7mQ2vT9pLw4RzB" not in logs.scrubbed(text)


LOGGING = """
import logging, sys
from pathlib import Path
from kiosk import logs
logs.set_up("desk", Path(sys.argv[1]))
log = logging.getLogger("kiosk.test")
try:
    raise ValueError("number {id}")
except ValueError:
    log.exception("of %s", "{id}")
for number in range(12000):
    log.info("line %d of many, long enough to fill a file after a while", number)
"""


def test_a_process_fills_two_files_and_no_more_and_says_no_id_number_anywhere(tmp_path: Path) -> None:
    program = LOGGING.replace("{id}", ID)
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True)
    assert ID not in ran.stderr
    assert "ValueError: number [13 digits]" in ran.stderr
    files = sorted(tmp_path.iterdir())
    assert [each.name for each in files] == ["desk.log", "desk.log.1"]
    assert all(each.stat().st_size <= logs.FILE_BYTES_MAX for each in files)


def test_without_a_place_for_files_it_logs_to_the_journal_alone(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file, no folder", "ascii")
    program = "import logging,sys;from pathlib import Path;from kiosk import logs;"
    program += "logs.set_up('desk',Path(sys.argv[1]));logging.getLogger().info('still here')"
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "run")], check=True, capture_output=True, text=True
    )
    assert "no log file" in ran.stderr
    assert "still here" in ran.stderr


def test_what_is_collected_is_the_newest_of_each_in_order_and_bounded(tmp_path: Path) -> None:
    for process in ("agent", "desk"):
        (tmp_path / f"{process}.log.1").write_text("".join(f"{process} old {n}\n" for n in range(500)), "utf-8")
        (tmp_path / f"{process}.log").write_text("".join(f"{process} new {n}\n" for n in range(500)), "utf-8")
    collected = logs.collected(tmp_path, 4000)
    assert len(collected) <= 4000
    lines = collected.decode().splitlines()
    middle = lines.index("==> desk <==")
    assert lines[0] == "==> agent <=="
    assert lines[middle - 1] == "agent new 499"
    assert lines[-1] == "desk new 499"
    numbers = [int(line.split()[-1]) for line in lines[1:middle]]
    assert numbers == sorted(numbers)
    assert len(numbers) > 50


def test_what_older_releases_or_libraries_wrote_is_scrubbed_too(tmp_path: Path) -> None:
    (tmp_path / "agent.log").write_text(f"{ID}\n", "utf-8")
    assert ID not in logs.collected(tmp_path, 1000).decode()


def test_where_nothing_was_written_nothing_is_collected(tmp_path: Path) -> None:
    assert logs.collected(tmp_path, 1000) == b""
    assert logging.getLogger("kiosk.logs").handlers == []
