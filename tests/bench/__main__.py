"""`make bench`: measure, print a table, write build/bench.json.

`python -m tests.bench [ONLY]`; ONLY is the beginning of row names. A goal that is missed is said, not punished: the
exit code tells only whether everything could be measured.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

from tests.bench.rows import Measure, Row, as_json, named, picked, table

OUT = Path("build/bench.json")


def measures() -> tuple[Measure, ...]:
    """Everything there is to measure, in the order of the table."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # or it greets everybody, in the middle of the table
    from tests.bench import (
        alerts,
        card,
        crowd,
        delta,
        folders,
        image,
        ingest,
        letters,
        live,
        pages,
        register,
        rollout,
        running,
        scan,
        screen,
        slip,
    )

    return (
        Measure(("card-text-apdus", "card-id-apdus", "card-text-ms"), card.measure),
        Measure(("slip-bytes", "slip-build-ms"), slip.measure),
        Measure(scan.NAMES, scan.measure),
        Measure(("event-to-frame-p99-ms",), screen.event_to_frame),
        Measure(("start-to-frame-ms",), screen.start_to_frame),
        Measure(running.NAMES, running.measure),
        Measure(ingest.NAMES, ingest.measure),
        Measure(folders.NAMES, folders.measure),
        Measure(letters.NAMES, letters.measure),
        Measure(crowd.NAMES, crowd.measure),
        Measure(alerts.NAMES, alerts.measure),
        Measure(rollout.NAMES, rollout.measure),
        Measure(register.NAMES, register.measure),
        Measure(pages.NAMES, pages.measure),
        Measure(live.NAMES, live.measure),
        Measure(image.NAMES, image.measure),
        Measure(delta.NAMES, delta.measure),
    )


def main(arguments: list[str]) -> int:
    """Measure what ``arguments`` name; the exit code."""
    only = arguments[0] if arguments else ""
    known = measures()
    wanted = named(known, only)
    if len(arguments) > 1 or not wanted:
        names = " ".join(name for measure in known for name in measure.names)
        print(f"bench: give the beginning of one of: {names}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for measure in wanted:
        print(f"  measuring {' '.join(measure.names)} ...", file=sys.stderr, flush=True)
        rows += picked(measure.run(), only)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([as_json(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}; load average {load}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
