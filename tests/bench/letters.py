"""Bench row ``notices-5000-s``: the letters of 5,000 notices to PDF, as `fleet` prints them on two cores.

A sample of letters is made in a database of its own and printed by the workers the conductor would start, two of them;
the row is the time of the sample, start of Django and all, scaled to 5,000. The note tells the sample, and the time
that the processor alone would need on two cores: on a busy machine, the row is the machine's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time

from tests.bench.rows import Row

NAMES = ("notices-5000-s",)
WHOLE = 5000
GOAL_S = 600
WORKERS = 2

_FILL = """
import django; django.setup()
from datetime import date
from decimal import Decimal
from fleet.office.fees import runs, rulebook
from fleet.office.fees.making import Asked
from fleet.office.models import Factory, FactoryState, Notice, Office
from fleet.payments.billing import make_notices
from fleet.protocol.factory import luhn_digit
import sys
office = Office.objects.get(pk="CBI")
bodies = [f"2020{50000 + each:05d}2550" for each in range(int(sys.argv[1]))]
Factory.objects.bulk_create(Factory(
    factory_no=body + str(luhn_digit(body)), office=office, kind=2 + index % 2, state=FactoryState.OPERATING,
    name_th=f"ห้างหุ้นส่วนจำกัด ตัวอย่างอุตสาหกรรมแปรรูปลำดับที่ {index}", name_en=f"Sample {index}",
    horsepower=Decimal(10 + index % 400), fee_anniversary=date(2010, 1 + index % 12, 1 + index % 28),
) for index, body in enumerate(bodies))
made = make_notices(Asked(office, 2029), rulebook.versions(drafts_too=True), date(2029, 6, 1), None)
print(len(made[:len(bodies)]))
runs.ask(office, Notice.objects.filter(pk__in=made[:len(bodies)]), None)
"""


def measure() -> list[Row]:
    """One row. ``SALA_BENCH_LETTERS`` letters are printed, 400 unless told otherwise."""
    count = int(os.environ.get("SALA_BENCH_LETTERS", "400"))
    with tempfile.TemporaryDirectory(prefix="sala-letters-") as folder:
        environment = {**os.environ, "SALA_FLEET_DIR": folder, "DJANGO_SETTINGS_MODULE": "fleet.site.settings"}
        fleet = [sys.executable, "-m", "fleet", "--data-dir", folder]
        subprocess.run([*fleet, "sample-data"], check=True, env=environment)
        filled = subprocess.run(
            [sys.executable, "-c", _FILL, str(count)], check=True, env=environment, stdout=subprocess.PIPE, text=True
        )
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began_s = time.perf_counter()
        workers = [
            subprocess.Popen([*fleet, "office-work", "letters"], env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(WORKERS)
        ]
        parts = sum(json.loads(worker.communicate()[0])["parts"] for worker in workers)
        took_s = time.perf_counter() - began_s
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    printed = int(filled.stdout)
    cpu_ms = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / printed
    note = (
        f"{printed} letters in {parts} files by {WORKERS} workers took {took_s:.0f} s; {cpu_ms:.0f} ms of processor "
        f"a letter, so {cpu_ms * WHOLE / 1000 / 2:.0f} s of two idle cores; "
        f"the largest worker held {after.ru_maxrss // 1024} MB"
    )
    return [
        Row(name=NAMES[0], value=round(took_s * WHOLE / printed, 1), unit="s", goal=GOAL_S, note=note),
    ]
