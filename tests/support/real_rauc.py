"""The real RAUC, as a service on a bus of its own, with our configuration and files for slots.

What is not real: the boot loader. U-Boot's environment is a file, and two scripts on the service's PATH read and write
it as ``fw_printenv`` and ``fw_setenv`` do; a boot is the service started again, told which slot it came from.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from images.recipe import bundle, layout
from images.recipe.commands import run
from tests.support.require import lack, require

PATIENCE_S = 30.0
SLOT_BYTES = 1 << 20

BUS = """<busconfig><type>system</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/><allow user="*"/>
</policy></busconfig>"""

GET = '#!/bin/sh\n[ $# = 1 ] || exit 2\ngrep "^$1=" {environment}\n'
SET = (
    "#!/bin/sh\n[ $# = 2 ] || exit 2\n"
    '{{ grep -v "^$1=" {environment}; echo "$1=$2"; }} >{environment}.new && mv {environment}.new {environment}\n'
)


class RealRauc:
    """A machine with two slots. ``boot`` comes up from the first slot of the boot order."""

    def __init__(self, folder: Path) -> None:
        require("rauc")
        require("dbus")
        if os.geteuid() != 0:
            lack("rauc", "mounts a bundle, which only root may")
        self.folder = folder
        self._environment = folder / "environment"
        self._environment.write_text("BOOT_ORDER=A B\nBOOT_A_LEFT=3\nBOOT_B_LEFT=3\n", "ascii")
        for name in ("bin", "slots", "data", "mount"):
            (folder / name).mkdir()
        for name, text in (("fw_printenv", GET), ("fw_setenv", SET)):
            (folder / "bin" / name).write_text(text.format(environment=self._environment), "ascii")
            (folder / "bin" / name).chmod(0o755)
        for part in ("root-a", "root-b", "kernel-a", "kernel-b"):
            self.slot(part).write_bytes(bytes(SLOT_BYTES))
        self.keys = bundle.keys(folder)
        (folder / "system.conf").write_text(self._config(), "utf-8")
        (folder / "bus.conf").write_text(BUS.format(bus=folder / "bus"), "ascii")
        self._words = {
            **os.environ,
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}",
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
        }
        command = ["dbus-daemon", "--nofork", "--print-address", f"--config-file={folder / 'bus.conf'}"]
        self._bus = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._bus.stdout
        assert self._bus.stdout.readline(), "the bus did not come up"
        self._service: subprocess.Popen[bytes] | None = None
        self.boot()

    def _config(self) -> str:
        """That of the image, with files for devices; and it takes a bundle without verity, for kernels without it."""
        text = layout.rauc_config()
        for real, here in (
            ("/dev/disk/by-partlabel/sala-", f"{self.folder}/slots/"),
            ("/var/lib/rauc", f"{self.folder}/data"),
            ("/etc/rauc/ca.pem", str(self.keys.trust)),
            ("bundle-formats=verity", f"bundle-formats=plain verity\nmountprefix={self.folder}/mount"),
        ):
            assert real in text
            text = text.replace(real, here)
        return text

    def slot(self, part: str) -> Path:
        """The file that stands for a partition: ``root-a`` and so on."""
        return self.folder / "slots" / part

    @property
    def variables(self) -> dict[str, str]:
        """What the boot loader would read."""
        lines = self._environment.read_text("ascii").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def boot(self) -> None:
        """Down, and up again from the first slot that has tries left."""
        self._stop()
        held = self.variables
        slot = next(name for name in held["BOOT_ORDER"].split() if int(held[f"BOOT_{name}_LEFT"]) > 0)
        command = ["rauc", f"--conf={self.folder / 'system.conf'}", f"--override-boot-slot={slot}", "service"]
        with (self.folder / "rauc.log").open("ab") as log:
            self._service = subprocess.Popen(command, env=self._words, stdout=log, stderr=log)
        until_s = time.monotonic() + PATIENCE_S
        while self("status").returncode != 0:
            assert time.monotonic() < until_s, (self.folder / "rauc.log").read_text("utf-8")

    def __call__(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """`rauc` with these words, as the agent says them."""
        return subprocess.run(["rauc", *words], env=self._words, capture_output=True, check=False)

    def bundle(self, version: str, form: str, keys: bundle.Keys | None = None) -> Path:
        """A bundle of a small root and kernel that say their version; ``form``: plain or verity."""
        stage = self.folder / f"stage-{version}-{form}"
        stage.mkdir()
        for part in ("root", "kernel"):
            (stage / f"{part}.img").write_bytes(f"{part} {version}\n".encode().ljust(20_000, b"."))
        manifest = layout.rauc_manifest(version, "a test").replace("format=verity", f"format={form}")
        (stage / "manifest.raucm").write_text(manifest, "utf-8")
        made, by = self.folder / f"{version}-{form}.raucb", keys or self.keys
        arguments = (f"--cert={by.certificate}", f"--key={by.key}", f"--keyring={by.trust}")
        run("rauc", "bundle", *arguments, f"--mksquashfs-args={bundle.AS_THEY_ARE}", stage, made)
        return made

    def _stop(self) -> None:
        service, self._service = self._service, None
        if service is not None:
            service.terminate()
            service.wait(PATIENCE_S)

    def close(self) -> None:
        """Service and bus end."""
        self._stop()
        self._bus.terminate()
        self._bus.wait(PATIENCE_S)
        assert self._bus.stdout
        self._bus.stdout.close()
