"""`make image-test`: the image that `make image` has made, started in the emulator and used; a line a step.

Root: the network is a namespace of its own, in which the fleet has an address that is not this machine's loopback, as
in the field. Pictures of the screen, and everything the machine said, stay in ``build/image-test``.
Steps can be chosen: `python -m tests.image start enrol visit`; each but the first two needs those before it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.image import boot_script, ssh, steps, updating
from tests.image.emulator import Emulator, emulator
from tests.image.rig import Rig

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build/image-test"
WORK = ROOT / "build/image"
HOST = "10.77.0.1"

STEPS: dict[str, Callable[[Rig, Emulator], dict[str, Any] | None]] = {
    "bundles": updating.make_bundles,
    "start": steps.start,
    "enrol": steps.enrol,
    "visit": steps.visit,
    "scan": steps.scan,
    "plug": steps.plug,
    "settings": steps.settings,
    "ssh": ssh.ssh,
    "update": updating.update,
    "crash": updating.crash,
    "cuts": updating.cuts,
}
"""In this order."""


def main(argv: list[str]) -> int:
    """Run the steps; 0 only when all of them hold."""
    if os.geteuid() != 0:
        sys.stderr.write("make image-test: needs root, for a network of its own; try: sudo make image-test\n")
        return 2
    if os.environ.get("SALA_TEST_NET") != "1":
        os.environ["SALA_TEST_NET"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, "-m", "tests.image", *argv])  # noqa: S606 - ourselves
    for words in (["link", "set", "lo", "up"], ["addr", "add", f"{HOST}/32", "dev", "lo"]):
        subprocess.run(["ip", *words], check=True)
    signal.signal(signal.SIGTERM, _end)  # as Ctrl-C does: the machine and the fleet end with us
    chosen = [name for name in STEPS if not argv or name in argv]
    found: dict[str, Any] = {"steps": {}}
    began_s = time.monotonic()
    print("[  0.0 min] boot script: which slots U-Boot tries, and how often", flush=True)
    boot_script.check(OUT.with_name("image-test-boot"))
    image = WORK / "sala.img"
    with Rig(WORK, OUT, HOST) as rig, emulator(image, OUT / "kiosk", tcp_printer=rig.printer_port) as machine:
        for name in chosen:
            print(f"[{(time.monotonic() - began_s) / 60:5.1f} min] {name}: {STEPS[name].__doc__}", flush=True)
            try:
                found |= STEPS[name](rig, machine) or {}
                found["steps"][name] = True
            except (AssertionError, TimeoutError, RuntimeError) as err:
                found["steps"][name] = f"{type(err).__name__}: {err}"
                print(f"            {found['steps'][name]}", flush=True)
                if machine.is_on():
                    machine.picture(keep_as=f"failed-{name}")
                break
    (OUT / "image-test.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(found, ensure_ascii=False))
    return 0 if len(found["steps"]) == len(chosen) and all(each is True for each in found["steps"].values()) else 1


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
