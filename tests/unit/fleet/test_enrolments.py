"""How a kiosk is let in by a person who typed its code; and everything by which nobody is.

Every refusal is tried against the whole exchange: begun, revealed, confirmed, collected.
"""

from __future__ import annotations

import itertools
import secrets
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from fleet.devices.models import Kiosk
from fleet.people.models import Membership, Role
from fleet.protocol import enrolment as words
from fleet.trust import enrolments
from fleet.trust.certificates import Doer, revoke
from fleet.trust.models import Certificate, Deed, Enrolment, Stage
from fleet.trust.signing_request import key_sha256
from tests.support.enrolling import Machine, know_addresses, opened, stand
from tests.support.identities import new_key, signing_request
from tests.support.signed_in import browser_of

__all__ = ["know_addresses"]


_numbers = itertools.count()


def phone(role: Role | None = Role.TECHNICIAN, dopa_code: int | None = 20) -> Client:
    user = User.objects.create(username=f"person-{next(_numbers)}")
    if role is not None:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def typed(browser: Client, machine: Machine, **fields: str) -> HttpResponse:
    said = {"place": "CBI-02", "code": machine.transcript.short_code, **fields}
    answer = browser.post(machine.page, said)
    assert isinstance(answer, HttpResponse)
    return answer


# ---- the way in


def test_a_technician_lets_a_kiosk_in() -> None:
    machine = opened()
    assert stand(machine.collect()) == "waiting"
    browser = phone()
    page = browser.get(machine.page)
    assert page.status_code == 200
    assert machine.transcript.short_code not in page.content.decode(), "the code is typed, not copied"
    answer = typed(browser, machine)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/kiosks/CBI-02/identity/")
    collected = words.read(machine.collect().content, words.Collected)
    assert collected.grant is not None
    grant = collected.grant
    assert (grant.kiosk_id, grant.broker_port, grant.fleet_api) == ("CBI-02", 3, "https://127.0.0.1:2")
    certificate = x509.load_pem_x509_certificate(grant.certificate.encode())
    ca = x509.load_pem_x509_certificate(grant.ca.encode())
    certificate.verify_directly_issued_by(ca)
    assert ca.fingerprint(hashes.SHA256()).hex() == machine.transcript.ca_sha256
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert key_sha256(public) == machine.name
    assert [each.value for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["CBI-02"]
    said = list(Deed.objects.order_by("pk").values_list("what", "kiosk_id"))
    assert said == [("enrolment-begun", ""), ("issued", "CBI-02"), ("enrolment-confirmed", "CBI-02")]
    deed = Deed.objects.get(what="enrolment-confirmed")
    assert deed.actor is not None
    assert deed.actor.username.startswith("person")


def test_a_new_kiosk_gets_the_next_number_of_its_office_and_something_to_run() -> None:
    machine = opened()
    answer = typed(phone(), machine, place="new:CBI", name_th="ห้องประชุม", name_en="Meeting room")
    assert answer.headers["Location"] == "/kiosks/CBI-03/identity/"
    kiosk = Kiosk.objects.get(pk="CBI-03")
    assert (kiosk.name_th, kiosk.name_en, kiosk.office_id) == ("ห้องประชุม", "Meeting room", "CBI")
    assert kiosk.settings_revision > 0, "a kiosk has 0 and takes only what is newer"


@pytest.mark.parametrize("typing", [str.lower, lambda code: f" {code[:3]}-{code[3:]} ", " ".join])
def test_the_code_is_taken_as_people_type(typing: object) -> None:
    machine = opened()
    assert callable(typing)
    assert typed(phone(), machine, code=typing(machine.transcript.short_code)).status_code == 302


def test_an_answer_that_was_lost_is_given_again_until_the_certificate_is_in_use() -> None:
    machine = opened()
    typed(phone(), machine)
    assert machine.collect().content == machine.collect().content
    Certificate.objects.update(proven_at=timezone.now())
    assert machine.collect().status_code == 404


def test_a_kiosk_that_lost_power_reveals_again() -> None:
    machine = opened()
    code = machine.transcript.short_code
    assert stand(machine.reveal()) == "waiting"
    typed(phone(), machine, code=code)
    assert stand(machine.reveal()) == "granted"


# ---- somebody in between


def test_the_code_is_of_everything_either_side_has_seen() -> None:
    machine = opened()
    seen = machine.transcript
    others = {
        "enrolment_id": "B" * 26, "key_sha256": "0" * 64, "ca_sha256": "1" * 64, "kiosk_nonce": "2" * 32,
        "fleet_nonce": "3" * 32, "serial": "other",
    }  # fmt: skip
    for name, value in others.items():
        changed = {each: getattr(seen, each) for each in others} | {name: value}
        assert words.Transcript(**changed).short_code != seen.short_code, name


def test_a_swapped_qr_is_noticed() -> None:
    """A sticker with the QR of another kiosk that waits: the code on the screen is not that one's."""
    theirs, ours = opened(), opened()
    answer = typed(phone(), theirs, code=ours.transcript.short_code)
    assert answer.status_code == 200
    assert "รหัสไม่ตรง" in answer.content.decode()
    assert stand(theirs.collect()) == "waiting"


def test_one_who_relays_with_a_key_of_their_own_shows_another_code() -> None:
    """The kiosk talks to somebody in between, who talks to the fleet: two transcripts, two codes, 2^-30 to be equal."""
    victim = Machine()
    relay = Machine()
    relay.begin()
    relay.reveal()
    assert relay.begun is not None
    victim.begun = relay.begun  # everything the relay can pass on: the fleet's id, nonce and CA
    assert victim.transcript.short_code != relay.transcript.short_code
    assert typed(phone(), relay, code=victim.transcript.short_code).status_code == 200
    assert not Certificate.objects.exists()


def test_a_nonce_that_was_not_committed_to_is_refused() -> None:
    """Whoever could choose it after the fleet's could search for the code they need."""
    machine = Machine()
    machine.begin()
    machine.nonce = secrets.token_hex(16)
    assert machine.reveal().status_code == 404
    assert Enrolment.objects.get().stage == Stage.BEGUN


def test_a_qr_with_another_keys_fingerprint_leads_nowhere() -> None:
    machine = opened()
    browser = phone()
    for page in (machine.page[:-1] + ("0" if machine.page[-1] != "0" else "1"), machine.page.split("?")[0]):
        assert browser.get(page).status_code == 404
        assert browser.post(page, {"place": "CBI-02", "code": machine.transcript.short_code}).status_code == 404
    assert not Certificate.objects.exists()


def test_only_the_holder_of_the_key_goes_on() -> None:
    machine = Machine()
    machine.begin()
    assert machine.reveal(signature=machine.signed(words.REVEAL, new_key())).status_code == 404
    assert machine.reveal(signature=machine.signed(words.COLLECT)).status_code == 404, "for another purpose"
    assert machine.reveal().status_code == 200
    typed(phone(), machine)
    assert machine.collect(signature=machine.signed(words.COLLECT, new_key())).status_code == 404
    assert machine.collect(signature=machine.signed(words.REVEAL)).status_code == 404
    assert stand(machine.collect()) == "granted"


# ---- once, in time, and not too often


def test_it_is_confirmed_once() -> None:
    machine = opened()
    browser = phone()
    typed(browser, machine)
    again = typed(browser, machine, place="CBI-01")
    assert again.headers["Location"] == "/kiosks/CBI-02/identity/"
    assert Certificate.objects.count() == 1


def test_three_wrong_codes_end_it() -> None:
    machine = opened()
    browser = phone()
    assert [typed(browser, machine, code="000000").status_code for _ in range(3)] == [200, 200, 404]
    assert typed(browser, machine).status_code == 404, "the right one comes too late"
    assert stand(machine.collect()) == "refused"
    assert Deed.objects.filter(what="wrong-code").count() == 3


def test_a_half_typed_form_costs_no_try() -> None:
    machine = opened()
    browser = phone()
    for fields in ({"code": "123"}, {"place": ""}, {"place": "new:CBI"}, {"place": "new:CBI", "name_th": " "}):
        for _ in range(2):
            assert typed(browser, machine, **fields).status_code == 200
    assert Enrolment.objects.get().wrong_codes == 0
    assert typed(browser, machine).status_code == 302


def test_a_person_may_refuse() -> None:
    machine = opened()
    browser = phone()
    browser.post(machine.page, {"refuse": "1"})
    assert typed(browser, machine).status_code == 404
    assert stand(machine.collect()) == "refused"


def test_it_ends_with_its_time() -> None:
    machine = opened()
    Enrolment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert typed(phone(), machine).status_code == 404
    assert machine.reveal().status_code == 404
    assert machine.collect().status_code == 404
    Machine().begin()
    assert Enrolment.objects.count() == 1, "what nobody finished makes room"


def test_before_its_nonce_is_shown_there_is_nothing_to_confirm() -> None:
    machine = Machine()
    machine.begin()
    assert typed(phone(), machine).status_code == 404


def test_one_address_cannot_crowd_the_others_out() -> None:
    made = [Machine().post("begin", Machine().begin_words()).status_code for _ in range(enrolments.OPEN_AN_ADDRESS_MAX)]
    assert set(made) == {200}
    refused = Machine().post("begin", Machine().begin_words())
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    other = Machine(browser=Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.7"))
    assert other.post("begin", other.begin_words()).status_code == 200


def test_the_whole_is_bounded() -> None:
    template = opened()
    row = Enrolment.objects.get()
    Enrolment.objects.bulk_create(
        Enrolment(**{
            **{each.attname: getattr(row, each.attname) for each in Enrolment._meta.concrete_fields},
            "enrolment_id": f"{number:026d}", "address": f"192.0.2.{number % 250}",
        })
        for number in range(enrolments.OPEN_MAX)
    )  # fmt: skip
    assert template.post("begin", Machine().begin_words()).status_code == 429


def test_a_revoked_key_does_not_come_back() -> None:
    machine = opened()
    typed(phone(), machine)
    assert machine.post("begin", machine.begin_words()).status_code == 409
    revoke("CBI-02", "stolen", Doer())
    assert machine.post("begin", machine.begin_words()).status_code == 409


@pytest.mark.parametrize("step", ["begin", "reveal", "collect"])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff\xfe", b'{"enrolment_id": "../x", "signature": "aa"}', b"1"])
def test_rubbish_is_turned_away(step: str, body: bytes) -> None:
    assert Machine().post(step, body).status_code == 400


def test_a_body_too_large_is_not_read() -> None:
    assert Machine().post("begin", b" " * (words.BODY_BYTES_MAX + 1)).status_code == 413


@pytest.mark.parametrize(
    "csr",
    [
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        signing_request(ec.generate_private_key(ec.SECP384R1())),
    ],
)
def test_only_a_p256_key_that_signed_for_itself_is_taken(csr: str) -> None:
    machine = Machine()
    assert machine.post("begin", machine.begin_words() | {"csr": csr}).status_code == 404


# ---- who may


@pytest.mark.parametrize(("role", "dopa_code"), [(None, None), (Role.TECHNICIAN, 40), (Role.PROVINCIAL_ADMIN, 40)])
def test_nobody_from_elsewhere_lets_a_kiosk_in_here(role: Role | None, dopa_code: int | None) -> None:
    machine = opened()
    answer = typed(phone(role, dopa_code), machine)
    assert answer.status_code in (200, 404)
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    ("role", "dopa_code"), [(Role.TECHNICIAN, 20), (Role.PROVINCIAL_ADMIN, 20), (Role.NATIONAL_ADMIN, None)]
)
def test_who_sets_kiosks_up_here_may(role: Role, dopa_code: int | None) -> None:
    assert typed(phone(role, dopa_code), opened()).status_code == 302


def test_a_phone_that_is_not_signed_in_comes_back_to_the_same_page() -> None:
    machine = opened()
    answer = Client(SERVER_NAME="localhost").get(machine.page)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=/enrol/")
    assert "key%3D" in answer.headers["Location"]


def test_a_place_that_is_taken_is_not_offered_and_not_given() -> None:
    first, second = opened(), opened()
    browser = phone()
    typed(browser, first)
    assert 'value="CBI-02"' not in browser.get(second.page).content.decode()
    assert typed(browser, second).status_code == 200
    assert Certificate.objects.count() == 1


def test_only_an_admin_revokes_and_names_the_kiosk() -> None:
    typed(phone(), opened())
    page, reason = "/kiosks/CBI-02/identity/", {"reason": "หาย", "kiosk_id": "CBI-02"}
    assert phone().post(page, reason).status_code == 404, "a technician looks only"
    assert phone(Role.PROVINCIAL_ADMIN, 40).post(page, reason).status_code == 404
    admin = phone(Role.PROVINCIAL_ADMIN, 20)
    assert admin.post(page, {**reason, "kiosk_id": "CBI-01"}).status_code == 200
    assert admin.post(page, {**reason, "reason": ""}).status_code == 200
    assert Certificate.objects.get().revoked_at is None
    assert admin.post(page, reason).status_code == 302
    assert Certificate.objects.get().revoked_at is not None
