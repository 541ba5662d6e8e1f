"""Our Python packages for a kiosk: those of the lock, as wheels for Debian's Python on arm64.

What it is: most are downloaded as wheels, a few exist as sources only and are compiled here, by Debian's own compiler
for arm64: nothing of that is emulated. What it is not: a choice. Which versions, and what their files' hashes are,
stands in ``.requirements.lock``; of it, a kiosk gets what the extra ``device`` needs and nothing more.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from images.recipe.commands import run
from images.recipe.debian import SUITE, mirrors, sources

EXTRA = "device"

PYTHON = "3.13"
"""Debian trixie's."""

TARGET = {
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "platform_machine": "aarch64",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
"""What a kiosk is, in the words of dependency markers (PEP 508)."""

MANYLINUX = tuple(f"manylinux_2_{minor}_aarch64" for minor in range(41, 16, -1))
"""Wheels that run with Debian trixie's C library, 2.41, or an older one, back to manylinux2014's."""

COMPILED = frozenset({"evdev", "lgpio", "pyicu", "pyscard"})
"""Of these no wheel for arm64 is published."""

COMPILER = (
    "g++-aarch64-linux-gnu",
    "libicu-dev:arm64",
    "libpcsclite-dev:arm64",
    "libpython3-dev:arm64",
    "pkgconf",
    "python3",
    "python3-pip",
    "python3-setuptools",
    "python3-wheel",
    "swig",
)

CROSS = {
    # How Debian's own packages of Python extensions are built for another machine: dh-python(1), "cross".
    "_PYTHON_HOST_PLATFORM": "linux-aarch64",
    "_PYTHON_SYSCONFIGDATA_NAME": "_sysconfigdata__aarch64-linux-gnu",
    "CC": "aarch64-linux-gnu-gcc",
    "CXX": "aarch64-linux-gnu-g++",
    "LDSHARED": "aarch64-linux-gnu-gcc -shared",
    "LDCXXSHARED": "aarch64-linux-gnu-g++ -shared",
    "CFLAGS": "-O2 -g0 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -ffile-prefix-map=/build=.",
    "PKG_CONFIG_LIBDIR": "/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig",
    "PYPI": "1",  # lgpio's word for: its C library is compiled in
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/build",
}


def needed(direct: Iterable[Requirement], asked: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The names of everything that ``direct`` needs on a kiosk, itself included.

    ``asked``: what each package requires, by its name, as its metadata says it.
    """
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [each for each in direct if _applies(each, frozenset())]
    while waiting:
        one = waiting.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if (name, extras) in found:
            continue
        found.add((name, extras))
        waiting += [each for each in map(Requirement, asked.get(name, ())) if _applies(each, extras)]
    return frozenset(name for name, _ in found)


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({**TARGET, "extra": extra}) for extra in extras or {""})


def locked(lock: str, names: frozenset[str]) -> dict[str, str]:
    """The lock's lines for each of ``names``, hashes included.

    Raises: KeyError for a name the lock does not have: make it anew.
    """
    blocks: dict[str, str] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        if (head := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", block)) is not None:
            kept = [line for line in block.splitlines() if not line.lstrip().startswith("#")]
            blocks[canonicalize_name(head[1])] = "\n".join(kept)
    return {name: blocks[name] for name in sorted(names)}


def of_a_kiosk(project: str, lock: str) -> dict[str, str]:
    """What a kiosk gets, by name: what our ``project`` file asks for, and what that needs.

    The latter is asked of the environment this runs in, which has everything installed.
    """
    ours = tomllib.loads(project)["project"]
    direct = [Requirement(each) for each in (*ours["dependencies"], *ours["optional-dependencies"][EXTRA])]
    asked: dict[str, tuple[str, ...]] = {}
    while True:
        names = needed(direct, asked)
        missing = names - asked.keys()
        if not missing:
            return locked(lock, names)
        asked |= {name: tuple(requires(name) or ()) for name in missing}


def make_wheels(root: Path, work: Path, epoch: int) -> Path:
    """A folder with a wheel for everything a kiosk needs, ourselves included.

    ``root`` is the work tree. Raises: StepError.
    """
    blocks = of_a_kiosk(*((root / name).read_text("utf-8") for name in ("pyproject.toml", ".requirements.lock")))
    compiled = {name: block for name, block in blocks.items() if name in COMPILED}
    found = [
        _kept(work, "downloaded", blocks, lambda into: _download(into, without(blocks, compiled))),
        _kept(work, "compiled", compiled, lambda into: _compile(into, work, compiled, epoch)),
    ]
    together = work / "wheels"
    shutil.rmtree(together, ignore_errors=True)
    together.mkdir()
    for folder in found:
        for wheel in folder.glob("*.whl"):
            os.link(wheel, together / wheel.name)
    return together


def without(blocks: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Those of ``blocks`` that are not in ``others``."""
    return {name: block for name, block in blocks.items() if name not in others}


def _kept(work: Path, name: str, blocks: Mapping[str, str], make: Callable[[Path], object]) -> Path:
    """The folder made of ``blocks``; made only when they, or how they are compiled, have changed."""
    words = (*blocks.values(), *COMPILER, *map(str, CROSS.items()))
    folder = work / f"{name}-{hashlib.sha256(''.join(words).encode()).hexdigest()[:16]}"
    if not folder.exists():
        making = work / f"{name}-in-the-making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        make(making)
        making.rename(folder)
    return folder


def _pip(*words: str | Path) -> None:
    run(sys.executable, "-m", "pip", "--disable-pip-version-check", *words)


def _download(into: Path, blocks: Mapping[str, str]) -> None:
    chosen = into / "wheels.txt"
    chosen.write_text("\n".join(blocks.values()) + "\n", "utf-8")
    machine = [f"--platform={name}" for name in (*MANYLINUX, "manylinux2014_aarch64")]
    python = ["--python-version", PYTHON, "--implementation", "cp", "--abi", "cp313", "--abi", "abi3", "--abi", "none"]
    _pip(
        "download", "-q", "--no-deps", "--only-binary=:all:", "--require-hashes",
        *machine, *python, "-d", into, "-r", chosen,
    )  # fmt: skip
    chosen.unlink()


def _compile(into: Path, work: Path, blocks: Mapping[str, str], epoch: int) -> None:
    machine = _compiler(work, epoch)
    build = machine / "build"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir()
    chosen = build / "sources.txt"
    chosen.write_text("\n".join(blocks.values()) + "\n", "utf-8")
    _pip(
        "download", "-q", "--no-deps", "--no-binary=:all:", "--no-build-isolation", "--require-hashes",
        "-d", build, "-r", chosen,
    )  # fmt: skip
    for source in sorted(build.glob("*.tar.gz")):
        run(
            "chroot", machine, "/usr/bin/env", "-i",
            *(f"{name}={value}" for name, value in CROSS.items()), f"SOURCE_DATE_EPOCH={epoch}",
            "python3", "-m", "pip", "wheel", "-q", "--no-index", "--no-deps", "--no-build-isolation",
            "-w", "/build/wheels", f"/build/{source.name}",
            into=work / f"compile-{source.name}.txt",
        )  # fmt: skip
    for wheel in sorted((build / "wheels").glob("*.whl")):
        shutil.copy(wheel, into)


def _compiler(work: Path, epoch: int) -> Path:
    """A folder with Debian trixie of this machine's own kind, and its compiler for arm64."""
    key = hashlib.sha256(" ".join(COMPILER).encode()).hexdigest()[:8]
    machine = work / f"compiler-{key}"
    if not machine.exists():
        making = work / "compiler-in-the-making"
        shutil.rmtree(making, ignore_errors=True)
        own = run("dpkg", "--print-architecture").strip()
        run(
            "mmdebstrap", "--mode=root", f"--architectures={own},arm64", "--variant=apt", "--format=directory",
            f"--include={','.join(COMPILER)}",
            "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
            '--aptopt=Acquire::Retries "5"', SUITE, making, "-",
            given=sources(mirrors()), environment={"SOURCE_DATE_EPOCH": str(epoch)}, into=work / "compiler.txt",
        )  # fmt: skip
        making.rename(machine)
    return machine
