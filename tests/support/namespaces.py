"""What stands before a command to run it in namespaces of its own; an ordinary user gets them through a user namespace.

Where neither is possible (not root, and user namespaces are switched off) the test lacks "namespaces".
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.require import lack


def apart(*kinds: str) -> list[str]:
    """``unshare`` for these kinds of namespaces (``mount``, ``net``); followed by the command."""
    flags = [f"--{kind}" for kind in kinds]
    prefix = ["unshare", *flags] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", *flags]
    tried = subprocess.run([*prefix, "--", "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        lack("namespaces", tried.stderr.strip())
    return [*prefix, "--"]


def with_boot_id(file: str) -> list[str]:
    """Run what follows as if this machine had booted under the id in ``file``."""
    bind = 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"'
    return [*apart("mount"), "sh", "-c", bind, file]


@dataclass(frozen=True)
class Site:
    """A network of its own, joined to ours by a pair of virtual cards; ``here`` is our end's address.

    ``prefix`` runs a command there; ``localhost`` is our end to it, so that certificates for that name hold.
    """

    name: str
    here: str
    prefix: tuple[str, ...]

    @property
    def card(self) -> str:
        """Our end."""
        return f"{self.name}h"

    def set_cable(self, *, is_in: bool) -> None:
        """Pull the cable out, or put it in: what is sent meanwhile vanishes, and nothing is closed."""
        _run("ip", "link", "set", self.card, "up" if is_in else "down")

    def lose(self, percent: int) -> None:
        """Lose this share of all packets, each way: dropped by nftables, since few kernels of ours have netem."""
        rule = f"numgen random mod 100 < {percent} counter drop"
        lines = ["add table inet line"]
        for hook, end in (("input", "iifname"), ("output", "oifname")):
            lines.append(f"add chain inet line {hook} {{ type filter hook {hook} priority 0; }}")
            lines.append(f"add rule inet line {hook} {end} {self.name}k {rule}")
        _run("ip", "netns", "exec", self.name, "nft", "\n".join(lines))

    @property
    def packets_lost(self) -> int:
        """So far, by nftables' own count; 0 before ``lose``."""
        told = _run("ip", "netns", "exec", self.name, "nft", "--json", "list", "ruleset")
        rules = (part["rule"]["expr"] for part in json.loads(told)["nftables"] if "rule" in part)
        return sum(said["counter"]["packets"] for rule in rules for said in rule if "counter" in said)


@contextmanager
def site(folder: Path) -> Iterator[Site | None]:
    """One; None for an ordinary user, whose namespaces cannot be joined to a network that is not their own."""
    if os.geteuid() != 0:
        yield None
        return
    name, number = f"sala{secrets.token_hex(3)}", secrets.randbelow(250) + 2
    here, there = f"10.213.{number}.1", f"10.213.{number}.2"
    hosts = folder / "hosts"
    hosts.write_text(f"{here} localhost\n", "ascii")
    _run("ip", "netns", "add", name)
    try:
        _run("ip", "link", "add", f"{name}h", "type", "veth", "peer", "name", f"{name}k", "netns", name)
        _run("ip", "address", "add", f"{here}/24", "dev", f"{name}h")
        _run("ip", "link", "set", f"{name}h", "up")
        _run("ip", "-n", name, "address", "add", f"{there}/24", "dev", f"{name}k")
        for card in ("lo", f"{name}k"):
            _run("ip", "-n", name, "link", "set", card, "up")
        bind = 'mount --bind "$0" /etc/hosts && exec "$@"'
        prefix = ("ip", "netns", "exec", name, *apart("mount"), "sh", "-c", bind, str(hosts))
        yield Site(name, here, prefix)
    finally:
        _run("ip", "netns", "delete", name)  # and the cards with it


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
