"""What stands before a command to run it in namespaces of its own; an ordinary user gets them through a user namespace.

Where neither is possible (not root, and user namespaces are switched off) the test lacks "namespaces".
"""

from __future__ import annotations

import os
import subprocess

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
