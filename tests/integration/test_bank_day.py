"""A day at two pretend banks over real HTTP, with the fleet and the taking of a file killed in the middle.

When it is over, the banks' files, the ledger, the notices and what kiosks were told agree to the satang. 300 payments
in `make test`; the whole day by hand, about ten minutes:

    SALA_BANK_DAY=10000 .venv/bin/python -m pytest -q --timeout=7200 tests/integration/test_bank_day.py
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from fleet.payments.banks.port import BANGKOK, Kind
from fleet.payments.banks.settlement import totals_of
from fleet.payments.matching import Match
from fleet.payments.pretend.day import EXPECTED, Bill, Day, Oddity, plan_day
from tests.support.ports import free_port, listens
from tests.support.sample_folder import copy_of, sample_data

PAYMENTS = int(os.environ.get("SALA_BANK_DAY", "300"))
ODD_PERCENT = 3 if PAYMENTS > 1000 else 12
"""Of so few, 3 % would leave out kinds of oddity."""

DAY = datetime.now(BANGKOK).date() + timedelta(days=2)
"""After today, whenever midnight is, so that what is withdrawn today is paid late."""
SEED = 5
READY_TIMEOUT_S = 300.0
DAY_TIMEOUT_S = 120.0 + PAYMENTS
SECRET = "sample-secret"


class Rig:
    """A fleet's folder, its commands, and its serving process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bank_port = free_port()
        self.environment = {
            **os.environ, "SALA_PRETEND_BANK": "1", "SALA_SCB_INQUIRY": f"http://127.0.0.1:{self.bank_port}",
            "SALA_KTB_SECRET": SECRET, "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def start(self, *arguments: str, prefix: tuple[str, ...] = (), **other: Any) -> subprocess.Popen[str]:
        command = [*prefix, sys.executable, "-m", "fleet", "--data-dir", str(self.folder), *arguments]
        return subprocess.Popen(command, env=self.environment, text=True, **other)

    def run(self, *arguments: str) -> str:
        with self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=DAY_TIMEOUT_S)
        assert process.returncode == 0, err + out
        return out

    def aside(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.bank_day", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=DAY_TIMEOUT_S, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        """`fleet serve`, until it answers; ended or killed afterwards."""
        with (self.folder / "serve.log").open("a") as log, self.start("serve", stderr=log) as process:
            port = json.loads((self.folder / "ports.json").read_text())["http"]
            try:
                _until(lambda: listens(port), READY_TIMEOUT_S)
                yield process
            finally:
                process.kill()

    def lines_taken(self) -> int:
        with closing(sqlite3.connect(f"file:{self.folder / 'fleet.sqlite'}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM payments_fileline").fetchone()[0])


def _until(holds: Callable[[], bool], timeout_s: float) -> None:
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.005)  # between looks; the end above is what ends it


def plan(bank: str, bills: list[dict[str, Any]]) -> Day:
    return plan_day(bank, DAY, msgspec.convert(bills, list[Bill]), odd_share=ODD_PERCENT / 100, seed=SEED)


@contextmanager
def playing(rig: Rig, bank: str, bills: list[dict[str, Any]]) -> Iterator[subprocess.Popen[str]]:
    """The pretend bank's day, as a process; killed when the test goes wrong."""
    (rig.folder / f"{bank}.json").write_text(json.dumps(bills))
    process = rig.start(
        "pretend-bank", bank, "--bills", str(rig.folder / f"{bank}.json"), "--file", str(rig.folder / f"{bank}.txt"),
        "--day", DAY.isoformat(), "--odd-percent", str(ODD_PERCENT), "--seed", str(SEED), "--retry-s", "0.5",
        "--port", str(rig.bank_port), "--tell", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def whole_day(bank: subprocess.Popen[str]) -> dict[str, Any]:
    """What the pretend bank says when its day is over."""
    out, err = bank.communicate(timeout=DAY_TIMEOUT_S)
    assert bank.returncode == 0, err
    said: dict[str, Any] = json.loads(out)
    return said


def test_a_day_of_payments_agrees_to_the_satang_whatever_is_killed(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    copy_of(sample_data, tmp_path)
    rig.run("broker-config")
    bills = rig.aside("bills", str(tmp_path), str(PAYMENTS))
    share = PAYMENTS * 4 // 5
    scb, ktb = plan("SCB", bills[:share]), plan("KTB", bills[share:])
    late = next(each.word.ref1 for each in ktb.said if each.oddity is Oddity.NONE)
    number = next(i for i, each in enumerate(bills) if each["ref1"] == late)
    rig.run("withdraw", f"CBI-69-{90_000 + number}", "--reason", "ตัวอย่าง")

    with playing(rig, "SCB", bills[:share]) as bank:
        assert bank.stderr is not None
        with rig.serving() as fleet:
            halfway = next(line for line in bank.stderr if int(line) >= share // 2)
            assert int(halfway) < share
            fleet.send_signal(signal.SIGKILL)
        with rig.serving():
            first = whole_day(bank)
            with playing(rig, "KTB", bills[share:]) as other:
                second = whole_day(other)
    assert first["answered"] > share // 2
    assert second["gave_up"] == 0

    # As slow as it can be, so that on a busy machine, too, we look before it is through.
    slowly = ("nice", "-n", "19")
    with rig.start("bank-file", "SCB", str(tmp_path / "SCB.txt"), prefix=slowly, stdout=subprocess.DEVNULL) as taking:
        _until(lambda: rig.lines_taken() > 0, DAY_TIMEOUT_S)
        taking.kill()
    assert 0 < rig.lines_taken() < len(scb.words), "killed in the middle"
    days = [json.loads(rig.run("bank-file", name, str(tmp_path / f"{name}.txt"))) for name in ("SCB", "KTB")]

    held = rig.aside("held", str(tmp_path))
    words = scb.words + ktb.words
    totals = totals_of(words)
    assert [each["agrees"] for each in days] == [True, True]
    assert sum(each["file"][0] for each in days) == totals.credit_satang
    assert held["words"] == len(words), "none lost, none twice"
    assert -held["balances"]["bank"] == totals.credit_satang - totals.debit_satang
    assert sum(held["balances"].values()) == 0
    assert held["matches"] == expected_matches((scb, ktb), late)
    assert held["paid_satang"] == held["balances"]["settled"], "notices and ledger"
    assert held["told_satang"] == dict.fromkeys(("CBI-01", "CBI-02"), held["paid_satang"]), "kiosks and ledger"
    assert held["paid"] == held["matches"][Match.EXACT]


def expected_matches(days: tuple[Day, ...], late: str) -> dict[str, int]:
    """What every word must have been taken for."""
    matches: Counter[str] = Counter()
    for each in (said for day in days for said in day.said):
        if each.word.kind is Kind.REVERSAL:
            matches[Match.REVERSED.value] += 1
        elif each.word.ref1 == late:
            matches[Match.LATE.value] += 1
        else:
            matches[EXPECTED.get(each.oddity, Match.EXACT).value] += 1
    return dict(matches)
