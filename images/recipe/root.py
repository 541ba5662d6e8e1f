"""The root of a kiosk: Debian's tree, our software in it, our units and the rest of ``images/root``; then closed.

What it is: everything that happens to the tree between Debian and the file system. What it is not: Debian
(``debian.py``), nor the disk (``parts.py``).
Rules: no program of the tree runs that need not; nothing is left in it that only a build or an administrator wants;
no file in it is younger than the source it was made from, so that the same inputs give the same image.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from images.recipe.closed_picture import closed_picture
from images.recipe.commands import run
from images.recipe.layout import rauc_config, repart_files

HOME = Path("opt/sala")
SITE = HOME / "lib/python3.13/site-packages"

ENABLED = (
    "sala-agent.service", "sala-frontdesk.service", "sala-data.service", "sala-network.service", "sala-good.timer",
    "sala-network-scanned.path", "sala-ssh-door.service", "sala-ssh-door.path", "sala-ssh-door.timer",
    "pcscd.service", "pcscd.socket", "chrony.service", "nftables.service", "usbguard.service",
    "systemd-networkd.service", "systemd-resolved.service",
)  # fmt: skip

MASKED = (
    "getty@tty1.service", "serial-getty@.service", "console-getty.service", "rescue.service", "debug-shell.service",
    "usbguard-dbus.service", "systemd-networkd-wait-online.service", "dpkg-db-backup.timer", "e2scrub_all.timer",
    "e2scrub_reap.service", "systemd-pcrphase.service", "systemd-firstboot.service", "fstrim.timer",
    "wpa_supplicant.service", "systemd-homed.service", "systemd-userdbd.socket", "ctrl-alt-del.target",
    "systemd-journal-catalog-update.service", "systemd-update-done.service", "ldconfig.service",
    "systemd-hwdb-update.service", "systemd-sysupdate.timer", "systemd-sysupdate-reboot.timer",
    "ssh.service", "ssh.socket", "sshd-keygen.service",
)  # fmt: skip

UNIT_FOLDERS = {
    "*.service": "usr/lib/systemd/system",
    "*.timer": "usr/lib/systemd/system",
    "*.path": "usr/lib/systemd/system",
    "*.socket": "usr/lib/systemd/system",
    "*.service.d/*.conf": "usr/lib/systemd/system",
    "journald.conf.d/*.conf": "usr/lib/systemd",
    "system.conf.d/*.conf": "usr/lib/systemd",
    "*.rules": "",  # by what they are: see _place
    "sala.sysusers.conf": "usr/lib/sysusers.d",
    "sala.tmpfiles.conf": "usr/lib/tmpfiles.d",
}
"""Where the files of our folder ``systemd`` go."""

SWEPT = (
    "boot-packages", "usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/gcc",
    "usr/share/gdb", "usr/lib/python3.13/test", "usr/lib/python3.13/idlelib", "usr/lib/python3.13/ensurepip",
    "usr/share/perl5/Debconf", "usr/share/bash-completion", "usr/share/zsh", "usr/share/polkit-1/rules.d/none",
)  # fmt: skip
"""Of no use on a kiosk."""


STARTS = """
import evdev, icu, pygame, smartcard.scard
from PIL import features
assert features.check("raqm") and features.check("fribidi"), "no slip can be set: libfribidi is missing"
"""
"""Run once in the finished root, emulated: what is compiled loads, also what is looked for by name at run time."""


@dataclass(frozen=True, slots=True)
class Release:
    """What is built: ``epoch`` is the second since 1970 that nothing in the image is younger than."""

    version: str
    epoch: int


def make_root(tree: Path, source: Path, wheels: Path, release: Release, trust: Path) -> None:
    """Turn Debian's ``tree`` into a kiosk's root. ``trust``: the certificate that signs bundles must lead to.

    Raises: StepError.
    """
    _write_defaults(tree, release, trust)
    _place_units(tree, source / "systemd")
    shutil.copytree(source / "images/root", tree, symlinks=True, dirs_exist_ok=True)
    for key in (tree / "etc/ssh").glob("ssh_host_*"):
        key.unlink()  # Debian's package made them here: every kiosk would have the same
    for rules in (tree / "etc/usbguard").glob("*.conf"):
        rules.chmod(0o600)  # or usbguard refuses them
    for program in (source / "images/on_device").glob("[a-z]*.py"):
        _copy(program, tree / "usr/lib/sala" / program.name)
    (tree / "usr/share/sala").mkdir(parents=True, exist_ok=True)
    (tree / "usr/share/sala/closed.pbm").write_bytes(closed_picture())
    _copy(source / "README.md", tree / "usr/share/doc-sala/README.md")
    _install(tree, wheels, source, release)
    run("chroot", tree, f"/{HOME}/bin/python", "-I", "-B", "-c", STARTS)
    run("systemd-sysusers", f"--root={tree}")
    run("systemctl", f"--root={tree}", "enable", *ENABLED)
    run("systemctl", f"--root={tree}", "mask", *MASKED)


def _write_defaults(tree: Path, release: Release, trust: Path) -> None:
    for folder in ("data", "boot/firmware", "etc/rauc", "usr/lib/repart.d"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    for name, text in repart_files().items():
        (tree / "usr/lib/repart.d" / name).write_text(text, "utf-8")
    (tree / "etc/rauc/system.conf").write_text(rauc_config(), "utf-8")
    shutil.copy(trust, tree / "etc/rauc/ca.pem")
    (tree / "etc/hostname").write_text("sala\n", "ascii")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost sala\n::1 localhost\n", "ascii")
    (tree / "etc/machine-id").write_text("", "ascii")  # each start gets one in memory; nothing of ours goes by it
    (tree / "usr/lib/clock-epoch").write_text("", "ascii")
    os.utime(tree / "usr/lib/clock-epoch", (release.epoch, release.epoch))
    resolv = tree / "etc/resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    release_file = tree / "usr/lib/os-release"
    text = release_file.read_text("utf-8")
    release_file.write_text(f"{text}IMAGE_ID=sala-kiosk\nIMAGE_VERSION={release.version}\n", "utf-8")
    _lock_root(tree / "etc/shadow")


def _lock_root(shadow: Path) -> None:
    """No password is the administrator's: ``!*`` is one that nothing gives."""
    lines = shadow.read_text("ascii").splitlines()
    locked = ["root:!*:" + line.split(":", 2)[2] if line.startswith("root:") else line for line in lines]
    shadow.write_text("\n".join([*locked, ""]), "ascii")


def _place_units(tree: Path, units: Path) -> None:
    for pattern, folder in UNIT_FOLDERS.items():
        for file in sorted(units.glob(pattern)):
            if file.suffix == ".rules":
                place = "etc/polkit-1/rules.d" if "polkit" in file.read_text("utf-8") else "etc/udev/rules.d"
                _copy(file, tree / place / file.name)
            else:
                _copy(file, tree / folder / file.relative_to(units))


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)
    to.chmod(0o644)


def _install(tree: Path, wheels: Path, source: Path, release: Release) -> None:
    """Our packages and what they need, as a virtual environment of the tree's own Python; nothing is resolved."""
    site = tree / SITE
    site.mkdir(parents=True)
    run(
        sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-deps", "--no-index",
        "--no-compile", "--target", site, "--platform", "linux_aarch64", "--python-version", "3.13",
        "--only-binary=:all:", "--abi", "cp313", "--abi", "abi3", "--abi", "none",
        *(f"--platform={name}" for name in sorted({_platform(wheel) for wheel in wheels.glob("*.whl")} - {"any"})),
        *sorted(wheels.glob("*.whl")),
    )  # fmt: skip
    shutil.rmtree(site / "bin", ignore_errors=True)
    for told in ("direct_url.json", "RECORD"):  # in which folder of this machine the wheel lay, and the hash of that
        for file in site.glob(f"*.dist-info/{told}"):
            file.unlink()
    install_ourselves(site, source, release)
    home = tree / HOME
    (home / "bin").mkdir()
    (home / "bin/python").symlink_to("/usr/bin/python3")
    (home / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n", "ascii")
    start = home / "bin/kiosk"
    start.write_text(
        "#!/opt/sala/bin/python -I\nfrom kiosk.__main__ import main\n\nraise SystemExit(main())\n", "ascii"
    )
    start.chmod(0o755)
    # A hash that nobody checks instead of a date: what is compiled holds for files that cannot change.
    run(
        "chroot",
        tree,
        "/usr/bin/python3",
        "-m",
        "compileall",
        "-q",
        "--invalidation-mode",
        "unchecked-hash",
        f"/{SITE}",
    )


def _platform(wheel: Path) -> str:
    return wheel.stem.rsplit("-", 1)[1].split(".")[0]


def install_ourselves(site: Path, source: Path, release: Release) -> None:
    """The packages a kiosk imports, and the metadata that tells their version; the fleet's own stay at the fleet."""
    for package in ("kiosk", "drivers", "fleet/protocol"):
        shutil.copytree(source / package, site / package, ignore=shutil.ignore_patterns("__pycache__", "decisions"))
    shutil.rmtree(site / "kiosk/virtual")
    (site / "kiosk/built_at").write_text(f"{release.epoch}\n", "ascii")  # kiosk.trusted.built_at
    (site / "fleet/__init__.py").write_bytes((source / "fleet/__init__.py").read_bytes())
    from importlib.metadata import version

    about = site / f"sala_kiosk-{version('sala-kiosk')}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: sala-kiosk\nVersion: {version('sala-kiosk')}\n")
    (about / "INSTALLER").write_text("the image's recipe\n")


def close_root(tree: Path, release: Release) -> None:
    """Take out what is of no use, and make nothing younger than the release."""
    for name in SWEPT:
        shutil.rmtree(tree / name, ignore_errors=True)
    for folder in ("var", "run", "tmp", "boot", "root"):
        shutil.rmtree(tree / folder, ignore_errors=True)
        (tree / folder).mkdir(mode=0o700 if folder == "root" else 0o755)
    (tree / "boot/firmware").mkdir()
    for name in ("usr/share/doc/sala",):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / "usr/share/doc-sala").rename(tree / name)
    for link in tree.glob("vmlinuz*"):
        link.unlink()
    for link in tree.glob("initrd*"):
        link.unlink()
    _clamp(tree, release.epoch)


def _clamp(tree: Path, epoch: int) -> None:
    for folder, folders, files in os.walk(tree):
        for name in (*folders, *files, "."):
            path = Path(folder) / name
            found = path.lstat()
            if found.st_mtime > epoch and (stat.S_ISLNK(found.st_mode) or not stat.S_ISCHR(found.st_mode)):
                os.utime(path, (epoch, epoch), follow_symlinks=False)
