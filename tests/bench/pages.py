"""Bench rows ``page-sqlite-p95-ms`` and ``page-postgresql-p95-ms``: every page of a nation, as its admin opens them;
and ``first-load-kb``: the largest of them as a phone gets it that was never there.

A real `fleet serve` over 10,000 kiosks, 1,000,000 records and 72,000 factories (``nation``), left as it is when its
other parts have run for an hour (``nation.run_on``), asked from one line that stays open, page after page in turn,
while nothing else runs. The figure is the slowest page's 95th percentile, from
the request to the last byte of the HTML; the note names the three slowest.
"""

from __future__ import annotations

import http.client
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rows import Row
from tests.bench.spread import percentile
from tests.support.broker import Fleet
from tests.support.browser import LOADED_BYTES, WIDTHS, chromium
from tests.support.postgresql import running_cluster

NAMES = ("page-sqlite-p95-ms", "page-postgresql-p95-ms", "first-load-kb")
GOAL_MS = 150
GOAL_KB = 200
ROUNDS = 30
PAGES = {
    "overview": ("/", "/?wall=1"),
    "find": ("/find/?q=P20", "/find/?q=4711", "/find/?q=R0000004"),
    "more": ("/more/",),
    "kiosks": (
        "/kiosks/", "/kiosks/?page=100", "/kiosks/?state=failing", "/kiosks/?state=needs", "/kiosks/?province=20",
        "/kiosks/?office=P20", "/kiosks/?q=P20",
    ),
    "kiosk": ("/kiosks/P20-00007/",),
    "kiosk-day": ("/kiosks/P20-00007/day/",),
    "kiosk-history": ("/kiosks/P20-00007/history/",),
    "identity": ("/kiosks/P20-00007/identity/",),
    "enrol-scan": ("/enrol/",),
    "round": ("/round/", "/round/?province=20"),
    "settings": ("/settings/",),
    "reference": ("/settings/reference/",),
    "settings-waiting": ("/settings/waiting/",),
    "planned-settings": ("/settings/waiting/{plan}/",),
    "layer": (
        "/settings/national/", "/settings/province/20/", "/settings/office/P20/", "/settings/kiosk/P20-00007/",
    ),
    "alerts": ("/alerts/", "/alerts/?state=closed", "/alerts/?state=all"),
    "alert": ("/alerts/{alert}/",),
    "alert-rules": ("/alerts/rules/",),
    "alert-rules-of": ("/alerts/rules/20/",),
    "alert-maintenance": ("/alerts/maintenance/",),
    "alert-addresses": ("/alerts/addresses/",),
    "payments": ("/payments/", "/payments/?province=20", "/payments/?q=R00000042"),
    "bank-file": ("/payments/file/",),
    "payment": ("/payments/{payment}/",),
    "factories": ("/factories/", "/factories/?q=4711"),
    "factory": ("/factories/00000000004711/",),
    "rollouts": ("/rollouts/",),
    "rollout-new": ("/rollouts/new/",),
    "rollout-tags": ("/rollouts/tags/",),
    "rollout": ("/rollouts/{rollout}/",),
    "network-code": ("/network-code/",),
    "register": ("/register/",),
    "register-run": ("/register/{run}/",),
    "register-findings": ("/register/{run}/findings/",),
    "figures": ("/figures/", "/figures/{year}/", "/figures/{year}/TH-20/"),
    "folders": ("/folders/", "/folders/?q=F20", "/folders/?q=sample"),
    "folder": ("/folders/{folder}/",),
    "shelves": ("/shelves/P20/",),
    "officers": ("/officers/P20/",),
    "partners": ("/partners/",),
    "partner": ("/partners/card-status/",),
    "disclosures": ("/partners/disclosures/",),
    "people": ("/people/", "/people/?q=person-1"),
    "person-new": ("/people/new/",),
    "person": ("/people/{person}/",),
    "audit": ("/audit/", "/audit/?what=kiosk"),
    "fees": ("/fees/",),
    "office-fees": ("/fees/P20/",),
    "fee-make": ("/fees/P20/make/",),
    "fee-notices": ("/fees/P20/notices/",),
    "fee-notice": ("/fees/P20/notices/{notice}/",),
    "letter-run": ("/fees/P20/letters/{letters}/",),
    "fee-policy": ("/fees/P20/policy/",),
    "fee-reminders": ("/fees/P20/reminders/",),
    "fee-rules": ("/fee-rules/",),
    "nation-policy": ("/fee-policy/",),
    "new-rule": ("/fee-rules/new/",),
    "fee-rule": ("/fee-rules/{rule}/",),
    "holidays": ("/holidays/",),
    "cases": ("/cases/", "/cases/?q=P20", "/cases/?q=sample"),
    "open-case": ("/cases/new/",),
    "case": ("/cases/{case}/",),
    "manual": ("/manual/renew-1",),
    "tokens": ("/tokens/",),
    "webhooks": ("/webhooks/",),
    "webhook": ("/webhooks/{webhook}/",),
    "tickets": ("/tickets/",),
    "ticket": ("/tickets/{ticket}/",),
    "registrations": ("/registrations/",),
    "channels": ("/channels/",),
    "channel": ("/channels/P20/water/",),
    "slip": ("/slip/",),
    "tell": ("/tell/P20",),
    "tracking": ("/t/t000000000000000000042",),
}  # fmt: skip
"""Addresses of every page, by its route's name. What stands in braces names one of its kind (``nation``)."""

NOT_MEASURED = {
    **dict.fromkeys(
        (
            "kiosks-csv", "kiosk-day-csv", "kiosk-history-csv", "alerts-csv", "payments-csv",
            "rollouts-csv", "firmware-csv", "register-csv",
            "register-report", "register-sample", "figures-file", "folders-csv", "disclosures-csv", "people-csv",
            "audit-csv", "fee-notices-csv",
        ),
        "a file, as long as it is",
    ),
    **dict.fromkeys(("kiosk-sticker", "kiosk-stickers", "case-slip", "fee-letter", "letter-part"), "paper, as PDF"),
    **dict.fromkeys(("fee-letter-picture", "settings-picture", "brought"), "a picture or a file"),
    "round-now": "what a phone asks for beside its page, as JSON; the work is the page's",
    "round-worker": "a script",
    "enrol": "a new kiosk's QR leads there, once",
    "invitation": "a link that is used once leads there",
    "bank": "there only where a bank is played",
}  # fmt: skip
"""Routes that answer a GET and are no page that is waited for, or none of a nation's; and why."""


def measure() -> list[Row]:
    """All three rows; the first load is the same over either database."""
    with running_cluster() as cluster:
        with _serving("") as (port, named):
            rows = [_slowest(NAMES[0], _ask(port, named)), _largest(_first_loads_kb(port, named))]
        with _serving(cluster.address(cluster.create())) as (port, named):
            return [rows[0], _slowest(NAMES[1], _ask(port, named)), rows[1]]


@contextmanager
def _serving(database: str) -> Iterator[tuple[int, Mapping[str, str | int]]]:
    """A nation that is served: at which port, and what names one of each."""
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
        yield int(made.ports["http"]), json.loads(filled.stdout)


def _slowest(name: str, times_ms: Mapping[str, Sequence[float]]) -> Row:
    slowest = sorted(((percentile(each, 0.95), page) for page, each in times_ms.items()), reverse=True)
    worst = ", ".join(f"{page} {p95_ms:.0f}" for p95_ms, page in slowest[:3])
    middle = slowest[len(slowest) // 2][0]
    return Row(
        name=name,
        value=round(slowest[0][0]),
        unit="ms",
        goal=GOAL_MS,
        note=f"{ROUNDS} of each of {len(times_ms)} addresses; the slowest: {worst}; the middle page {middle:.0f}",
    )


def _largest(loads_kb: Mapping[str, float]) -> Row:
    largest = sorted(((load_kb, page) for page, load_kb in loads_kb.items()), reverse=True)
    worst = ", ".join(f"{page} {load_kb:.0f}" for load_kb, page in largest[:3])
    return Row(
        name=NAMES[2],
        value=round(largest[0][0]),
        unit="kB",
        goal=GOAL_KB,
        note=f"page, styles, scripts and letters of each of {len(loads_kb)} pages, squeezed; the largest: {worst}",
    )


def addresses(named: Mapping[str, str | int]) -> list[str]:
    """Of every page, in the order of the table."""
    return [each.format_map(named) for of_one in PAGES.values() for each in of_one]


def _ask(port: int, named: Mapping[str, str | int]) -> dict[str, Sequence[float]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    times_ms: dict[str, list[float]] = {page: [] for page in addresses(named)}
    for warm in (True, *[False] * ROUNDS):
        for page, taken_ms in times_ms.items():
            began_s = time.perf_counter()
            line.request("GET", page, headers={"Cookie": f"sessionid={named['session']}", "Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{page} answers {answer.status}")
            if not warm:
                taken_ms.append((time.perf_counter() - began_s) * 1000)
    line.close()
    return times_ms


def _first_loads_kb(port: int, named: Mapping[str, str | int]) -> dict[str, float]:
    """What a phone fetches for the first address of each page, its cache empty, as it comes over the line."""
    width, height = WIDTHS["phone"]
    address = f"http://127.0.0.1:{port}"
    loads_kb = {}
    with chromium() as browser:
        for first, *_ in PAGES.values():
            page = first.format_map(named)
            context = browser.new_context(viewport={"width": width, "height": height}, is_mobile=True)
            context.add_cookies([{"name": "sessionid", "value": str(named["session"]), "url": address}])
            tab = context.new_page()
            tab.goto(address + page)
            loads_kb[page] = tab.evaluate(LOADED_BYTES) / 1000
            context.close()
    return loads_kb
