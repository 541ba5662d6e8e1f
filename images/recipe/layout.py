"""The disk of a kiosk: which partitions, how large, which of them come with the image and which a kiosk makes itself.

What it is: one table, and the three texts made of it: for genimage (the image), for systemd-repart (the first start),
for RAUC (the slots). Pure.
Rules: what the image carries comes first and in this order, because a kiosk adds the rest behind it; a partition's
size never changes, or no kiosk in the field could take the next bundle.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from fleet.protocol.updates import COMPATIBLE

BOOT, ENV, DATA = "sala-boot", "sala-env", "sala-data"
SLOTS = ("a", "b")

LINUX = "linux-generic"
BASIC = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
"""Of the boot partition: "Microsoft basic data", the type a Raspberry Pi's boot loader takes for FAT on GPT."""

GENERIC = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"

_NAMES = uuid.UUID("5a1a0000-0000-5000-8000-5a1a0000c105")
"""Ours, for the fixed identifiers below: the same inputs give the same image."""


@dataclass(frozen=True, slots=True)
class Partition:
    """``size_mib``: None for what takes the rest. ``file``: what the image puts in it; empty where a kiosk makes it."""

    label: str
    size_mib: int | None
    file: str = ""

    @property
    def identifier(self) -> str:
        """The same in every image: a kiosk has one disk."""
        return identifier(self.label)


TABLE = (
    Partition(BOOT, 64, "boot.img"),
    Partition(ENV, 1, "env.img"),
    Partition("sala-kernel-a", 96, "kernel.img"),
    Partition("sala-root-a", 640, "root.img"),
    Partition("sala-kernel-b", 96),
    Partition("sala-root-b", 640),
    Partition(DATA, None),
)


def identifier(name: str) -> str:
    """A fixed UUID for ``name``."""
    return str(uuid.uuid5(_NAMES, name))


def size_mib(label: str) -> int:
    """Of a partition with a fixed size. Raises: KeyError for any other."""
    return {each.label: each.size_mib for each in TABLE if each.size_mib is not None}[label]


def genimage_config(name: str) -> str:
    """What genimage(1) makes the image ``name`` from."""
    lines = [f"image {name} {{", "  hdimage {", '    partition-table-type = "gpt"']
    lines += [f'    disk-uuid = "{identifier("disk")}"', "    align = 1M", "  }"]
    for each in TABLE:
        if not each.file:
            continue
        kind = BASIC if each.label == BOOT else GENERIC
        lines += [f"  partition {each.label} {{", f'    image = "{each.file}"', f"    size = {each.size_mib}M"]
        lines += [f'    partition-type-uuid = "{kind}"', f'    partition-uuid = "{each.identifier}"', "  }"]
    return "\n".join([*lines, "}", ""])


def repart_files() -> dict[str, str]:
    """Definitions for systemd-repart, by file name: what is there is matched in order, what is missing is made."""
    files = {}
    for number, each in enumerate(TABLE[1:], start=1):
        lines = ["[Partition]", f"Type={LINUX}", f"Label={each.label}", f"UUID={each.identifier}"]
        if each.size_mib is not None:
            lines += [f"SizeMinBytes={each.size_mib}M", f"SizeMaxBytes={each.size_mib}M"]
        else:
            lines += ["SizeMinBytes=256M"]
        files[f"{number}0-{each.label}.conf"] = "\n".join([*lines, ""])
    return files


def rauc_config() -> str:
    """RAUC's system.conf: two slots, each a kernel and a root that belong together."""
    lines = [
        "[system]",
        f"compatible={COMPATIBLE}",
        "bootloader=uboot",
        "bundle-formats=verity",
        "data-directory=/var/lib/rauc",
        "max-bundle-download-size=8388608",
        "",
        "[keyring]",
        "path=/etc/rauc/ca.pem",
        "use-bundle-signing-time=true",
        "",
        "[streaming]",
        "sandbox-user=nobody",
        "",
    ]
    for number, slot in enumerate(SLOTS):
        lines += [f"[slot.rootfs.{number}]", f"device=/dev/disk/by-partlabel/sala-root-{slot}", "type=raw"]
        lines += [f"bootname={slot.upper()}", ""]
        lines += [f"[slot.kernel.{number}]", f"device=/dev/disk/by-partlabel/sala-kernel-{slot}", "type=raw"]
        lines += [f"parent=rootfs.{number}", ""]
    return "\n".join(lines)


def rauc_manifest(version: str, description: str) -> str:
    """A bundle's manifest. RAUC's own index of blocks is not asked for: it serves bundles that RAUC itself fetches."""
    lines = ["[update]", f"compatible={COMPATIBLE}", f"version={version}", f"description={description}", ""]
    lines += ["[bundle]", "format=verity", ""]
    for slot, file in (("rootfs", "root.img"), ("kernel", "kernel.img")):
        lines += [f"[image.{slot}]", f"filename={file}", ""]
    return "\n".join(lines)
