"""The update: a RAUC bundle of kernel and root, signed; and, where nobody gave one, a key to sign with.

Rules: the recipe never makes a key that a kiosk in the field should trust. What it makes for want of one is for the
emulator and the desk, says so in its name, and is said aloud.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from images.recipe.commands import run
from images.recipe.layout import rauc_manifest
from images.recipe.root import Release

DAYS = "3650"
NAME = "/O=Sala DEVELOPMENT ONLY/CN="

AS_THEY_ARE = "-noI -noD -noF -noX"
"""For mksquashfs: nothing in the bundle is compressed once more, so that the blocks of a kiosk's slots are the bundle's
blocks, too, and need not be fetched (fleet/protocol/blocks.py). The root is compressed in itself."""


@dataclass(frozen=True, slots=True)
class Keys:
    """``trust`` goes into the image; ``certificate`` and ``key`` sign, and must lead to it."""

    trust: Path
    certificate: Path
    key: Path


def keys(work: Path) -> Keys:
    """Those of the environment (SALA_BUNDLE_TRUST, SALA_BUNDLE_CERTIFICATE, SALA_BUNDLE_KEY: files), or of our making.

    ``key`` may also be a PKCS#11 URI: RAUC hands it to OpenSSL. Raises: KeyError when only some are given.
    """
    if "SALA_BUNDLE_KEY" in os.environ:
        return Keys(*(Path(os.environ[f"SALA_BUNDLE_{name}"]) for name in ("TRUST", "CERTIFICATE", "KEY")))
    sys.stderr.write(
        "\n  *** SIGNED WITH A DEVELOPMENT KEY that lies on this machine without protection.\n"
        "  *** No kiosk outside a workshop may run this image. See images/README.md, Keys.\n\n"
    )
    folder = work / "development-keys"
    made = Keys(folder / "ca.pem", folder / "signer.pem", folder / "signer.key")
    if not made.certificate.exists():
        _make(folder, made)
    return made


def manifest_hash(bundle: Path) -> str:
    """A bundle's identity, as a kiosk's RAUC reports it and `fleet trust add firmware` asks for it: of its manifest.

    Read out of the signature, which carries it; Debian 12's RAUC does not print it. Raises: StepError.
    """
    with bundle.open("rb") as file:
        end = file.seek(-8, os.SEEK_END)
        size = int.from_bytes(file.read(8), "big")
        file.seek(end - size)
        signature = file.read(size)
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "signature", Path(folder) / "manifest"
        given.write_bytes(signature)
        run("openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", given, "-out", found)
        return hashlib.sha256(found.read_bytes()).hexdigest()


def _make(folder: Path, made: Keys) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run(
        "openssl", "req", "-x509", *new_key, "-keyout", folder / "ca.key", "-out", made.trust, "-days", DAYS,
        "-subj", f"{NAME}bundle authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    run("openssl", "req", *new_key, "-keyout", made.key, "-out", folder / "signer.csr", "-subj", f"{NAME}bundle signer")
    extensions = folder / "signer.ext"
    extensions.write_text(
        "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\n"
    )
    run(
        "openssl", "x509", "-req", "-in", folder / "signer.csr", "-CA", made.trust, "-CAkey", folder / "ca.key",
        "-CAcreateserial", "-days", DAYS, "-extfile", extensions, "-out", made.certificate,
    )  # fmt: skip


def make_bundle(parts: Path, out: Path, signed_by: Keys, release: Release, description: str) -> None:
    """``root.img`` and ``kernel.img`` of ``parts`` as a signed bundle, verified again by whoever reads it first: us.

    Raises: StepError.
    """
    stage = parts / "bundle-stage"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    for name in ("root.img", "kernel.img"):
        os.link(parts / name, stage / name)
    (stage / "manifest.raucm").write_text(rauc_manifest(release.version, description), "utf-8")
    out.unlink(missing_ok=True)
    run(
        "rauc", "bundle", f"--cert={signed_by.certificate}", f"--key={signed_by.key}", f"--keyring={signed_by.trust}",
        f"--mksquashfs-args={AS_THEY_ARE}", stage, out, environment={"SOURCE_DATE_EPOCH": str(release.epoch)},
    )  # fmt: skip
    run("rauc", "info", f"--keyring={signed_by.trust}", out)
    shutil.rmtree(stage)
