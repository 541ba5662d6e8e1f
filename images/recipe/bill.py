"""The bill of materials: everything that is in the image, by name and version, as CycloneDX 1.5 (ECMA-424's JSON).

Pure. The same contents give the same bill, its serial number included; it holds no date.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from urllib.parse import quote

_NAMES = uuid.UUID("5a1a0000-0000-5000-8000-5a1a0000b111")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One package. ``kind``: deb, or pypi; ``source``: Debian's source package, where it is another."""

    kind: str
    name: str
    version: str
    architecture: str = ""
    source: str = ""

    @property
    def purl(self) -> str:
        """Its package URL (ECMA-427)."""
        place = "deb/debian" if self.kind == "deb" else self.kind
        known = {"arch": self.architecture, "distro": "debian-13" if self.kind == "deb" else ""}
        query = "&".join(f"{key}={quote(value)}" for key, value in known.items() if value)
        return f"pkg:{place}/{quote(self.name)}@{quote(self.version)}" + (f"?{query}" if query else "")


def debian_parts(status: str) -> list[Part]:
    """From dpkg's status file: what is installed."""
    parts = []
    for block in status.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", block, re.MULTILINE))
        if fields.get("Status", "").endswith(" installed"):
            source = fields.get("Source", "").split(" ")[0]
            parts.append(Part("deb", fields["Package"], fields["Version"], fields["Architecture"], source))
    return parts


def wheel_parts(names: list[str]) -> list[Part]:
    """From the file names of wheels (PEP 427)."""
    return [Part("pypi", name.split("-")[0].replace("_", "-").lower(), name.split("-")[1]) for name in names]


def bill(name: str, version: str, parts: list[Part]) -> str:
    """The document."""
    components = []
    for part in sorted(set(parts)):
        component: dict[str, object] = {
            "type": "library", "bom-ref": part.purl, "name": part.name, "version": part.version, "purl": part.purl,
        }  # fmt: skip
        if part.source and part.source != part.name:
            component["properties"] = [{"name": "debian:source", "value": part.source}]
        components.append(component)
    serial = uuid.uuid5(_NAMES, json.dumps([name, version, [each["purl"] for each in components]]))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "firmware", "bom-ref": name, "name": name, "version": version}},
        "components": components,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
