"""`fleet enrol` and `fleet revoke`: identities by hand, for rooms without phones and for whole batches.

    fleet enrol CBI-02 --csr kiosk.csr --out DIR            a kiosk that is expected
    fleet enrol --office CBI --name "โถงชั้น 1" --csr FILE     a new one
    fleet enrol --batch machines.csv --out DIR              vouchers for machines that may come in by themselves
    fleet revoke CBI-02 --reason "stolen"
    fleet ssh CBI-02 --key id_ed25519.pub --whose somchai --hours 2 --reason "screen"

What it is: options in, one line of JSON out. The rules stand in ``fleet.trust`` and ``fleet.devices.admitting``. A
kiosk's private key is never seen here.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fleet.commands.command import AddCommand, CommandError, Said

ENFORCED_WITHIN_S = 10.0
"""What is promised: the broker has dropped the kiosk by then."""

LOOK_EVERY_S = 0.1

SSH_HOURS_MAX = 12
"""As a kiosk holds it (``images/on_device/ssh_door.py``)."""


def add(command: AddCommand) -> None:
    """These commands."""
    _add_enrol(command)
    _add_ssh(command)
    revoke = command("revoke", _revoke, "end a kiosk's identity: HTTPS at once, its link within 10 s")
    revoke.add_argument("kiosk_id")
    revoke.add_argument("--reason", required=True, help="for those who read the audit")


def _add_ssh(command: AddCommand) -> None:
    ssh = command("ssh", _ssh, "sign a technician's key for one kiosk for a while, and open its ssh as long")
    ssh.add_argument("kiosk_id")
    ssh.add_argument("--key", type=Path, required=True, help="public key, as id_ed25519.pub")
    ssh.add_argument("--whose", required=True, help="the technician; stands in the kiosk's journal and in the trail")
    ssh.add_argument("--hours", type=float, default=2.0, help="12 at most (default: 2)")
    ssh.add_argument("--reason", required=True, help="for those who read the trail")


def _add_enrol(command: AddCommand) -> None:
    enrol = command("enrol", _enrol, "certify a kiosk's own key by its signing request; or expect a batch")
    enrol.add_argument(
        "kiosk_id", nargs="?", default="", help="an expected kiosk; or --office and --name for a new one"
    )
    source = enrol.add_mutually_exclusive_group(required=True)
    source.add_argument("--csr", type=Path, help="signing request, as `kiosk enrol --csr` writes it")
    source.add_argument("--batch", type=Path, help="CSV with the columns serial, office, name (and name_en)")
    enrol.add_argument("--office", default="", help="office of a new kiosk")
    enrol.add_argument("--name", default="", help="Thai name of a new kiosk")
    enrol.add_argument("--name-en", default="", help="English name of a new kiosk")
    enrol.add_argument(
        "--out", type=Path, required=True, help="folder for grant.json, kiosk.pem, ca.pem; or for vouchers"
    )


def _enrol(arguments: argparse.Namespace) -> Said:
    from fleet.trust.certificates import IdentityError
    from fleet.trust.reach import NoReachError
    from fleet.trust.signing_request import SigningRequestError

    try:
        return _expect_batch(arguments) if arguments.batch else _certify(arguments)
    except (IdentityError, SigningRequestError, NoReachError) as err:
        raise CommandError(str(err)) from err
    except OSError as err:
        raise CommandError(f"{err.filename}: {err.strerror}") from err


def _certify(arguments: argparse.Namespace) -> Said:
    import msgspec
    from django.db import transaction

    from fleet.devices.admitting import Place, admit_request
    from fleet.devices.models import Kiosk
    from fleet.office.models import Office
    from fleet.trust.certificates import Doer, IdentityError
    from fleet.trust.granting import grant_of
    from fleet.trust.models import Origin
    from fleet.trust.signing_request import read_request

    request = read_request(arguments.csr.read_text("utf-8"))
    kiosk = Kiosk.objects.select_related("office").filter(pk=arguments.kiosk_id).first()
    if arguments.kiosk_id and kiosk is None:
        raise IdentityError(f"there is no kiosk {arguments.kiosk_id}; give --office and --name for a new one")
    office = kiosk.office if kiosk else Office.objects.filter(pk=arguments.office).first()
    if office is None:
        raise IdentityError(f"there is no office {arguments.office!r}")
    place = Place(office, arguments.kiosk_id, arguments.name.strip()[:60], arguments.name_en.strip()[:60])
    with transaction.atomic():
        certificate = admit_request(request, place, Doer(address="command line"), Origin.REQUEST)
        grant = grant_of(certificate, office.province_id)
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "grant.json").write_bytes(msgspec.json.encode(grant))
        (arguments.out / "kiosk.pem").write_text(grant.certificate, "ascii")
        (arguments.out / "ca.pem").write_text(grant.ca, "ascii")
    return {"kiosk_id": certificate.kiosk_id, "serial": certificate.serial, "until": _iso(certificate.not_after)}


def _expect_batch(arguments: argparse.Namespace) -> Said:
    from fleet.office.models import Office
    from fleet.trust.certificates import Doer
    from fleet.trust.vouchers import expect, read_batch

    offices = set(Office.objects.values_list("pk", flat=True))
    machines = read_batch(arguments.batch.read_text("utf-8-sig").splitlines(), offices)
    written = expect(machines, arguments.out, Doer(address="command line"))
    return {"machines": len(machines), "vouchers": written}


def _revoke(arguments: argparse.Namespace) -> Said:
    """``broker``: whether the broker has dropped the kiosk, as far as was waited for."""
    from fleet.trust import certificates
    from fleet.trust.models import Certificate

    doer = certificates.Doer(address="command line")
    count = certificates.revoke(arguments.kiosk_id, arguments.reason, doer)
    if not count:
        raise CommandError(f"{arguments.kiosk_id} has no identity")
    unenforced = Certificate.objects.filter(kiosk_id=arguments.kiosk_id, revoked_at__isnull=False, enforced_at=None)
    until_s = time.monotonic() + ENFORCED_WITHIN_S
    while unenforced.exists() and time.monotonic() < until_s:
        time.sleep(LOOK_EVERY_S)
    return {"kiosk_id": arguments.kiosk_id, "certificates": count, "broker": not unenforced.exists()}


def _ssh(arguments: argparse.Namespace) -> Said:
    """``certificate``: the file beside the key; ``until``: both its end and the door's."""
    from fleet.acting.settings import spot_of
    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.audit.turns import in_turn
    from fleet.devices.desired import change_settings, latest_document
    from fleet.devices.models import Kiosk, Layer
    from fleet.protocol.settings import SettingsError
    from fleet.trust.certificates import authority

    kiosk = Kiosk.objects.select_related("office").filter(pk=arguments.kiosk_id).first()
    if kiosk is None:
        raise CommandError(f"there is no kiosk {arguments.kiosk_id}")
    if not 0 < arguments.hours <= SSH_HOURS_MAX:
        raise CommandError(f"--hours: more than 0, and {SSH_HOURS_MAX} at most")
    # A minute short, for a kiosk's clock that is a little behind: beyond twelve hours it opens nothing.
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=arguments.hours, minutes=-1)
    file = arguments.key.with_name(f"{arguments.key.stem}-cert.pub")
    try:
        signed = authority().sign_ssh(arguments.key.read_bytes(), kiosk.pk, arguments.whose, until)
        with in_turn(spot_of(kiosk).turn):
            before = latest_document(Layer.KIOSK, kiosk.pk)
            document = {**(before.document if before else {}), "ssh_until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
            change_settings(Layer.KIOSK, kiosk.pk, document, None, f"ssh: {arguments.reason}")
            said = {"whose": arguments.whose, "until": _iso(until), "reason": arguments.reason}
            doer = Doer(None, "command line")
            write(doer, Act(Kind.DID, "ssh", kiosk.pk, kiosk.office.province_id, said))
            file.write_bytes(signed + b"\n")  # in here: where it cannot be written, the door stays shut
    except (ValueError, SettingsError) as err:
        raise CommandError(f"refused, nothing has changed: {err}") from err
    except OSError as err:
        raise CommandError(f"{err.filename}: {err.strerror}") from err
    return {"kiosk_id": kiosk.pk, "certificate": str(file), "until": _iso(until)}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
