"""Bench rows ``page-sqlite-p95-ms`` and ``page-postgresql-p95-ms``: every page of a nation, as its admin opens them.

A real `fleet serve` over 10,000 kiosks, 1,000,000 records and 72,000 factories (``nation``), left as it is when its
other parts have run for an hour (``nation.run_on``), asked from one line that stays open, page after page in turn,
while nothing else runs. The figure is the slowest page's 95th percentile, from
the request to the last byte of the HTML; the note names the three slowest.
"""

from __future__ import annotations

import http.client
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.rows import Row
from tests.bench.spread import percentile
from tests.support.broker import Fleet
from tests.support.postgresql import running_cluster

NAMES = ("page-sqlite-p95-ms", "page-postgresql-p95-ms")
GOAL_MS = 150
ROUNDS = 30
PAGES = (
    "/", "/kiosks/", "/kiosks/?page=100", "/kiosks/?state=failing", "/kiosks/?province=20", "/kiosks/?q=P20",
    "/kiosks/P20-00007/", "/kiosks/P20-00007/identity/", "/settings/", "/settings/national/",
    "/settings/province/20/", "/settings/reference/", "/payments/", "/payments/?province=20",
    "/payments/?q=R00000042", "/kiosks/P20-00007/day/", "/kiosks/P20-00007/history/", "/kiosks/?state=needs",
    "/kiosks/?office=P20", "/factories/", "/factories/?q=4711",
    "/factories/00000000004711/", "/cases/", "/rollouts/", "/rollouts/4/", "/rollouts/new/", "/round/",
    "/round/?province=20", "/settings/waiting/", "/webhooks/", "/register/", "/figures/", "/folders/",
    "/fees/", "/fees/P20/", "/fees/P20/notices/", "/fee-rules/", "/tickets/", "/registrations/", "/channels/",
    "/partners/", "/holidays/", "/audit/", "/people/", "/find/?q=P20", "/find/?q=4711", "/find/?q=R00000042",
)  # fmt: skip


def measure() -> list[Row]:
    """Both rows."""
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        return [_row(NAMES[0], ""), _row(NAMES[1], cluster.address(cluster.create()))]


def _row(name: str, database: str) -> Row:
    with tempfile.TemporaryDirectory(prefix="sala-bench-pages-") as folder, Fleet(Path(folder), database) as made:
        secret = secrets.token_urlsafe(32)
        made.environment |= {"DJANGO_SETTINGS_MODULE": "fleet.site.settings", "SALA_SECRET_KEY": secret}
        filled = subprocess.run(
            [sys.executable, "-m", "tests.bench.nation", "1", "running"],
            env=made.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        made.start("serve")
        made.await_port(int(made.ports["http"]))
        times_ms = _ask(int(made.ports["http"]), filled.stdout.strip())
    slowest = sorted(((percentile(each, 0.95), page) for page, each in times_ms.items()), reverse=True)
    worst = ", ".join(f"{page} {p95_ms:.0f}" for p95_ms, page in slowest[:3])
    middle = slowest[len(slowest) // 2][0]
    return Row(
        name=name,
        value=round(slowest[0][0]),
        unit="ms",
        goal=GOAL_MS,
        note=f"{ROUNDS} of each of {len(PAGES)} pages; the slowest: {worst}; the middle page {middle:.0f}",
    )


def _ask(port: int, session: str) -> dict[str, Sequence[float]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    times_ms: dict[str, list[float]] = {page: [] for page in PAGES}
    for warm in (True, *[False] * ROUNDS):
        for page in PAGES:
            began_s = time.perf_counter()
            line.request("GET", page, headers={"Cookie": f"sessionid={session}", "Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{page} answers {answer.status}")
            if not warm:
                times_ms[page].append((time.perf_counter() - began_s) * 1000)
    line.close()
    return times_ms
