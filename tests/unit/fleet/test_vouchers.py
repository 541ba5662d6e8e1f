"""How a machine comes in by its voucher, without a person; and everything by which it does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from fleet.devices.models import Kiosk
from fleet.protocol import enrolment as words
from fleet.trust.certificates import Doer, IdentityError
from fleet.trust.models import Certificate, Deed, ExpectedMachine
from fleet.trust.vouchers import expect, read_batch
from tests.support.enrolling import Machine, know_addresses, stand

__all__ = ["know_addresses"]

BATCH = "serial,office,name,name_en\nSN-1,CBI,โถงชั้น 3,Floor 3\nSN-2,KKN,โถงชั้น 4,\n"


def vouchers(directory: Path, text: str = BATCH) -> int:
    return expect(read_batch(text.splitlines(), {"CBI", "KKN"}), directory, Doer())


def voucher_of(directory: Path, serial: str) -> words.Voucher:
    return words.read((directory / f"{serial}.voucher").read_bytes(), words.Voucher)


def proof(machine: Machine, voucher: words.Voucher) -> str:
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(voucher.secret))
    return secret.sign(machine.transcript.digest(words.VOUCHER)).hex()


def expected_machine(directory: Path, serial: str = "SN-1") -> tuple[Machine, words.Voucher]:
    machine = Machine(serial=serial)
    machine.begin()
    return machine, voucher_of(directory, serial)


def test_a_machine_with_its_voucher_comes_in_without_a_person(tmp_path: Path) -> None:
    assert vouchers(tmp_path) == 2
    machine, voucher = expected_machine(tmp_path)
    assert voucher.ca_sha256 == machine.transcript.ca_sha256, "the machine knows whom to trust, too"
    answer = words.read(machine.reveal(voucher=proof(machine, voucher)).content, words.Collected)
    assert answer.grant is not None
    assert answer.grant.kiosk_id == "CBI-03"
    assert Kiosk.objects.get(pk="CBI-03").name_th == "โถงชั้น 3"


def test_a_voucher_is_good_once(tmp_path: Path) -> None:
    vouchers(tmp_path)
    machine, voucher = expected_machine(tmp_path)
    machine.reveal(voucher=proof(machine, voucher))
    again, _ = expected_machine(tmp_path)
    assert stand(again.reveal(voucher=proof(again, voucher))) == "waiting", "a person may still let it in"
    assert Certificate.objects.count() == 1
    assert vouchers(tmp_path) == 1, "no second voucher for a machine that has come"


def test_a_serial_number_alone_proves_nothing(tmp_path: Path) -> None:
    vouchers(tmp_path)
    machine, _ = expected_machine(tmp_path)
    assert stand(machine.reveal()) == "waiting"


def test_another_machines_voucher_proves_nothing(tmp_path: Path) -> None:
    vouchers(tmp_path)
    machine, _ = expected_machine(tmp_path)
    assert stand(machine.reveal(voucher=proof(machine, voucher_of(tmp_path, "SN-2")))) == "waiting"
    assert Deed.objects.filter(what="voucher-refused").count() == 1


def test_a_proof_is_for_one_enrolment(tmp_path: Path) -> None:
    vouchers(tmp_path)
    machine, voucher = expected_machine(tmp_path)
    overheard = proof(machine, voucher)
    thief, _ = expected_machine(tmp_path)
    assert stand(thief.reveal(voucher=overheard)) == "waiting"


def test_a_voucher_ends(tmp_path: Path) -> None:
    vouchers(tmp_path)
    machine, voucher = expected_machine(tmp_path)
    ExpectedMachine.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert stand(machine.reveal(voucher=proof(machine, voucher))) == "waiting"


def test_vouchers_are_for_nobody_else_to_read_and_not_in_the_database(tmp_path: Path) -> None:
    vouchers(tmp_path / "out")
    file = tmp_path / "out" / "SN-1.voucher"
    assert file.stat().st_mode & 0o777 == 0o600
    secret = voucher_of(tmp_path / "out", "SN-1").secret
    assert secret != ExpectedMachine.objects.get(pk="SN-1").voucher_key
    assert not Deed.objects.filter(detail__contains=secret[:16]).exists()


@pytest.mark.parametrize(
    "text",
    [
        "serial,office\nSN-1,CBI\n",
        "serial,office,name\nSN 1,CBI,x\n",
        "serial,office,name\nSN-1,XXX,x\n",
        "serial,office,name\nSN-1,CBI,\n",
        f"serial,office,name\nSN-1,CBI,{'x' * 61}\n",
        "serial,office,name\nSN-1,CBI,x\nSN-1,CBI,y\n",
        "serial,office,name\n../x,CBI,x\n",
    ],
)
def test_a_list_is_taken_whole_or_not_at_all(text: str, tmp_path: Path) -> None:
    with pytest.raises(IdentityError):
        vouchers(tmp_path, text)
    assert not ExpectedMachine.objects.exists()
