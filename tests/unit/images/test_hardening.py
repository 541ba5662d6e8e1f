"""What the image ships to keep others out: USB, the kernel's own lock, and who may ask for an update."""

from __future__ import annotations

import re
from pathlib import Path

IMAGES = Path(__file__).parents[3] / "images"
KINDS = {
    "09": "hubs",
    "0b": "card readers",
    "03": "scanners and touch",
    "07": "printers",
    "02": "serial",
    "0a": "serial",
}
MASS_STORAGE, NETWORK_ADAPTER, WIRELESS = "08:06:50", "e0:01:03", "e0:01:01"


def rules() -> list[str]:
    lines = (IMAGES / "root/etc/usbguard/rules.conf").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def is_let_in(device_id: str, *interfaces: str) -> bool:
    """As usbguard decides: the first rule that fits; ``match-all`` fits when each interface is one of its own."""
    for rule in rules():
        if rule == "block":
            return False
        found = re.fullmatch(r"allow (?:id (\S+) )?with-interface match-all \{ ([0-9a-f:* ]+) \}", rule)
        assert found is not None, rule  # every rule says which interfaces: an id is anybody's to claim
        kinds = [re.compile(each.replace("*", "..")) for each in found[2].split()]
        fits = all(any(kind.fullmatch(interface) for kind in kinds) for interface in interfaces)
        if fits and found[1] in (None, device_id):
            return True
    raise AssertionError("no last rule")


def test_the_four_kinds_are_let_in() -> None:
    for interfaces in (("09:00:00",), ("0b:00:00",), ("03:01:01", "03:00:00"), ("07:01:02",), ("02:02:01", "0a:00:00")):
        assert is_let_in("dead:beef", *interfaces), KINDS[interfaces[0][:2]]
    assert is_let_in("0403:6001", "ff:ff:ff")


def test_nothing_else_is_not_even_behind_something_that_is() -> None:
    for interfaces in (
        (MASS_STORAGE,), (NETWORK_ADAPTER,), (WIRELESS,), ("07:01:02", "03:01:01"), ("03:01:01", MASS_STORAGE),
        ("0b:00:00", "03:01:01"), ("02:06:00", "0a:00:00"), ("ff:ff:ff",),
    ):  # fmt: skip
        assert not is_let_in("dead:beef", *interfaces)
    assert not is_let_in("0403:6001", MASS_STORAGE)
    assert rules()[-1] == "block"


def test_the_kernel_is_locked_and_says_nothing_of_a_visitor() -> None:
    assert " lockdown=integrity " in (IMAGES / "boot/boot.cmd").read_text("utf-8")
    sysctl = (IMAGES / "root/etc/sysctl.d/90-sala.conf").read_text("utf-8")
    for line in ("kernel.core_pattern=|/bin/false", "fs.suid_dumpable=0", "kernel.kexec_load_disabled=1"):
        assert f"\n{line}\n" in sysctl


def test_systemd_itself_offers_no_ssh_beside_the_door() -> None:
    """Where sshd is installed, systemd 256 and later has it listen as root at a local socket, by a generator."""
    masked = IMAGES / "root/etc/systemd/system-generators/systemd-ssh-generator"
    assert masked.readlink() == Path("/dev/null")
