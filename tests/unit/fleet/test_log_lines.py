"""What a line of the log looks like, and that all that runs below `fleet up` writes such lines."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fleet.site.children import Children, _be_part
from fleet.site.log_lines import JsonLines, PlainLines
from tests.support.broker import PATIENCE_S, eventually

SAYS = "%s ended (%s)"
ID_NUMBER = "1999900000013"
MASKED = "x-xxxx-xxxxx-01-3"


def record(msg: str = SAYS, args: Any = ("serve", 1), **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("fleet.web", logging.WARNING, "x.py", 1, msg, args, None)
    vars(made).update(more)
    return made


def test_an_event_is_one_line_with_its_time_level_place_and_values() -> None:
    line = JsonLines().format(record("ตู้ %s\nหาย", ("CBI-02",)))
    assert "\n" not in line
    said = json.loads(line)
    assert said.pop("at").endswith("+00:00")
    assert said == {
        "level": "warning", "logger": "fleet.web", "process": os.getpid(),
        "event": "ตู้ %s\nหาย", "message": "ตู้ CBI-02\nหาย", "fields": {"0": "CBI-02"},
    }  # fmt: skip


def test_values_have_names_where_they_were_given_names() -> None:
    assert json.loads(JsonLines().format(record(kiosk="CBI-02", tries=3)))["fields"] == {
        "0": "serve", "1": 1, "kiosk": "CBI-02", "tries": 3,
    }  # fmt: skip
    by_name = record("%(kiosk)s is gone", ({"kiosk": "CBI-02"},))
    assert json.loads(JsonLines().format(by_name))["fields"] == {"kiosk": "CBI-02"}
    assert "fields" not in json.loads(JsonLines().format(record("all is well", ())))


def test_what_broke_stands_in_the_same_line() -> None:
    try:
        raise RuntimeError(f"no card {ID_NUMBER}")
    except RuntimeError:
        line = JsonLines().format(record(exc_info=sys.exc_info()))
    assert "\n" not in line
    assert "RuntimeError: no card" in json.loads(line)["trace"]
    assert ID_NUMBER not in line


@pytest.mark.parametrize("form", [PlainLines("%(levelname)s %(name)s: %(message)s"), JsonLines()])
def test_no_id_number_is_ever_written(form: logging.Formatter) -> None:
    spaced = f"{ID_NUMBER[0]} {ID_NUMBER[1:5]} {ID_NUMBER[5:10]} {ID_NUMBER[10:12]} {ID_NUMBER[12]}"
    for each in (ID_NUMBER, spaced, int(ID_NUMBER)):
        line = form.format(record("card of %s", (each,), why=f"not {each}", number=each))
        assert str(each) not in line
        assert ID_NUMBER not in line
        assert MASKED in line


def test_what_a_stranger_writes_becomes_lines_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    children = Children(dict(os.environ), logs_lines=True)
    children.start(
        "mosquitto", ["sh", "-c", "echo '1795426620: Warning: not 100%s root'; echo 'New client' >&2; printf half"]
    )
    children.programs[0].process.wait(PATIENCE_S)
    children.stop()
    said = [(each.name, each.levelname, each.getMessage()) for each in caplog.records]
    assert said == [("mosquitto", "WARNING", "Warning: not 100%s root"), ("mosquitto", "INFO", "New client")]


def test_a_stranger_that_says_much_as_it_ends_is_heard_out(caplog: pytest.LogCaptureFixture) -> None:
    """Twice what a pipe holds: who did not listen would wait until it is killed."""
    caplog.set_level(logging.INFO)
    children = Children(dict(os.environ), logs_lines=True)
    children.start(
        "mosquitto", ["sh", "-c", "trap 'kill $!; seq -f %0999g 140; exit 7' TERM; echo up; sleep 60 & wait"]
    )
    eventually(lambda: children.tend() or "up" in caplog.messages)
    children.stop()
    assert children.programs[0].process.poll() == 7
    assert caplog.messages[-1] == f"{140:0999}"


def test_a_part_that_breaks_says_so_in_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(write, 2)
        handler = logging.StreamHandler(os.fdopen(2, "w", closefd=False))
        handler.setFormatter(JsonLines())
        logging.root.handlers = [handler]
        try:
            _be_part("serve", lambda: print(1 / 0), lambda: None)
        except SystemExit as left:
            os._exit(int(left.code or 0))
        os._exit(99)
    os.close(write)
    with os.fdopen(read) as lines:
        said = lines.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert "ZeroDivisionError" in json.loads(said)["trace"]


def test_a_warning_of_pythons_is_a_line_too(tmp_path: Path) -> None:
    program = (
        "import sys, warnings, django; from fleet.__main__ import main; "
        "main(['--data-dir', sys.argv[1], 'trust', 'verify']); "
        "django.setup(); warnings.warn('something is old')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "SALA_LOG": "json"}, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = json.loads(done.stderr.splitlines()[-1])
    assert (said["level"], said["logger"]) == ("warning", "py.warnings")
    assert "something is old" in said["message"]
