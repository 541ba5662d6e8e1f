"""A real OpenID provider on loopback (npm oidc-provider), as a ministry would have.

Its own development pages ask for a name and any password; what it then says of that name is ``people``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.npm import fetched
from tests.support.ports import free_port
from tests.support.require import require

PACKAGE = "oidc-provider@9.13.3"
CLIENT_ID, SECRET = "sala-test", "a-secret-of-a-test-and-of-nothing-else"
PATIENCE_S = 60
PROVIDER = "ministry"


@dataclass(frozen=True, slots=True)
class Ministry:
    """One that does not run yet: its port is settled, for what must know it beforehand."""

    port: int

    def write(self, folder: Path, groups: Mapping[str, str]) -> None:
        """``sign-on.json`` for a fleet in ``folder``."""
        said = {
            "issuer": f"http://127.0.0.1:{self.port}", "client_id": CLIENT_ID, "secret": SECRET,
            "name_th": "กระทรวงตัวอย่าง", "name_en": "Sample Ministry", "groups_claim": "groups", "groups": groups,
        }  # fmt: skip
        (folder / "sign-on.json").write_text(json.dumps(said), "utf-8")

    @contextmanager
    def running(self, fleet_address: str, people: Mapping[str, Mapping[str, object]]) -> Iterator[None]:
        """At work for one fleet, and gone afterwards."""
        require("node")
        script = fetched(PACKAGE, "oidc-provider").parents[1] / "openid_provider.mjs"  # node looks beside the script
        shutil.copy(Path(__file__).with_suffix(".mjs"), script)
        back = f"{fleet_address}/sign-on/{PROVIDER}/back/"
        command = ["node", script, str(self.port), CLIENT_ID, SECRET, back, json.dumps(people)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        try:
            lines = iter(process.stdout.readline, "")
            assert any(line.strip() == "ready" for line in lines), "the provider ended before it began"
            yield
        finally:
            process.kill()
            process.wait(PATIENCE_S)
            process.stdout.close()


def ministry() -> Ministry:
    """One on a port of its own."""
    return Ministry(free_port())
