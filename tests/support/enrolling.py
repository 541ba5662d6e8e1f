"""A kiosk that wants in, as its wire: begun, revealed, collected; for tests of the fleet's side."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from fleet.protocol import enrolment as words
from fleet.trust.signing_request import key_sha256
from tests.support.identities import new_key, signing_request


@pytest.fixture(autouse=True)
def know_addresses() -> None:
    """What a grant says of where the fleet is; import it where kiosks are let in."""
    (settings.DATA_DIR / "ports.json").write_text('{"http": 1, "kiosk": 2, "broker": 3}')


@dataclass
class Machine:
    """A kiosk that wants in, as its wire."""

    serial: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))
    browser: Client = field(default_factory=lambda: Client(SERVER_NAME="localhost"))
    begun: words.Begun | None = None

    @property
    def name(self) -> str:
        return key_sha256(self.key.public_key())

    def post(self, step: str, body: dict[str, object] | bytes) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.browser.post(f"/enrol/v1/{step}", data, content_type="application/json")
        assert isinstance(answer, HttpResponse)
        return answer

    def begin(self) -> words.Begun:
        answer = self.post("begin", self.begin_words())
        assert answer.status_code == 200, answer.status_code
        self.begun = words.read(answer.content, words.Begun)
        return self.begun

    def begin_words(self) -> dict[str, object]:
        bound = words.commitment(self.nonce, self.name)
        return {"csr": signing_request(self.key), "commitment": bound, "serial": self.serial, "version": "0.1.0"}

    @property
    def transcript(self) -> words.Transcript:
        assert self.begun is not None
        ca = x509.load_pem_x509_certificate(self.begun.ca.encode()).fingerprint(hashes.SHA256()).hex()
        return words.Transcript(
            enrolment_id=self.begun.enrolment_id, key_sha256=self.name, ca_sha256=ca, kiosk_nonce=self.nonce,
            fleet_nonce=self.begun.nonce, serial=self.serial,
        )  # fmt: skip

    def signed(self, purpose: str, key: ec.EllipticCurvePrivateKey | None = None) -> str:
        return (key or self.key).sign(self.transcript.digest(purpose), ec.ECDSA(hashes.SHA256())).hex()

    def reveal(self, **changes: object) -> HttpResponse:
        said: dict[str, object] = {
            "enrolment_id": self.transcript.enrolment_id, "nonce": self.nonce, "signature": self.signed(words.REVEAL),
        }  # fmt: skip
        return self.post("reveal", said | changes)

    def collect(self, **changes: object) -> HttpResponse:
        said: dict[str, object] = {
            "enrolment_id": self.transcript.enrolment_id, "signature": self.signed(words.COLLECT)
        }  # fmt: skip
        return self.post("collect", said | changes)

    @property
    def page(self) -> str:
        return words.page_path(self.transcript.enrolment_id, self.name)


def opened(**how: str) -> Machine:
    machine = Machine(**how)  # type: ignore[arg-type]  # only serial is given
    machine.begin()
    assert machine.reveal().status_code == 200
    return machine


def stand(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(json.loads(answer.content)["stand"])
