"""Whether any of the packages we lock is known to be vulnerable (``python -m tests.support.advisories``).

What it is: a step of `make check` that asks OSV (https://osv.dev), where PyPI's, GitHub's and Debian's advisories come
together, about every line of ``.requirements.lock``, and about the scripts of others that pages bring (``VENDORED``).
What it is not: a promise. A finding fails the step. Where the source cannot be asked the step says that nothing is
known and passes, for a line that is down is no fault of the code; ``SALA_ADVISORIES_REQUIRE=1`` fails then, too: for
whoever releases.

Why not pip-audit: it asks the same source, brings packages of its own that would have to be trusted first, and calls
a package that it could not ask about no more than skipped.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

SOURCE = "https://api.osv.dev"
LOCK = Path(".requirements.lock")
TIMEOUT_S = 20.0
AT_ONCE = 500
"""Of OSV's most, 1,000 queries a request."""

Package = tuple[str, str, str]
"""Name, version, and where it comes from, in OSV's words."""

VENDORED: tuple[Package, ...] = (("htmx.org", "2.0.11", "npm"), ("qr", "0.7.0", "npm"))
"""Under ``fleet/web/static/web``, unmodified; a test looks that these are the versions that lie there."""

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """Why a finding does no harm here, and until when somebody believes that."""

    why: str
    until: date


ACCEPTED: Mapping[str, Accepted] = {}
"""By the advisory's id. Nothing stands here for ever: after its day it fails again."""


class UnreachableError(Exception):
    """The source could not be asked, or answered something else; nothing is known."""


def pinned(lock: str) -> list[Package]:
    """The packages of a lock file."""
    return [(name, version, "PyPI") for name, version in _PINNED.findall(lock)]


def findings(packages: Sequence[Package], source: str) -> dict[Package, list[str]]:
    """The advisories that hold for these versions, by package.

    Raises: UnreachableError.
    """
    found: dict[Package, list[str]] = {}
    for begin in range(0, len(packages), AT_ONCE):
        some = packages[begin : begin + AT_ONCE]
        for package, ids in zip(some, _asked(some, source), strict=True):
            if ids:
                found[package] = ids
    return found


def _asked(packages: Sequence[Package], source: str) -> list[list[str]]:
    queries = [{"package": {"name": name, "ecosystem": place}, "version": version} for name, version, place in packages]
    body = json.dumps({"queries": queries}).encode()
    asked = urllib.request.Request(f"{source}/v1/querybatch", body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the operator names the source
            said = json.loads(answer.read())
        results = [[str(each["id"]) for each in one.get("vulns", [])] for one in said["results"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
        why = err.reason if isinstance(err, urllib.error.URLError) else err
        raise UnreachableError(str(why) or type(err).__name__) from None
    if len(results) != len(packages):
        raise UnreachableError("it answered about others")
    return results


def verdict(
    lock: Path, source: str, today: date, *, is_required: bool, excused: Mapping[str, Accepted] = ACCEPTED
) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    packages = [*pinned(lock.read_text("utf-8")), *VENDORED]
    try:
        found = findings(packages, source)
    except UnreachableError as err:
        return int(is_required), [
            f"dependency audit: NOT DONE. {source} could not be asked ({err}).",
            f"Nothing is known of {len(packages)} packages. Run `make check` where it can be reached before a release.",
        ]
    lines, is_bad = list[str](), False
    for (name, version, _), ids in sorted(found.items()):
        for each in ids:
            accepted = excused.get(each)
            holds = accepted is not None and accepted.until >= today
            is_bad = is_bad or not holds
            why = f" (accepted until {accepted.until}: {accepted.why})" if accepted and holds else ""
            lines.append(f"{name} {version}: {each} https://osv.dev/vulnerability/{each}{why}")
    lines.append(f"dependency audit: {len(packages)} packages asked about, {len(found)} with advisories")
    return int(is_bad), lines


def main() -> int:
    """Ask, and say."""
    is_required = os.environ.get("SALA_ADVISORIES_REQUIRE") == "1"
    source = os.environ.get("SALA_ADVISORIES", SOURCE)
    code, lines = verdict(LOCK, source, datetime.now(UTC).date(), is_required=is_required)
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
