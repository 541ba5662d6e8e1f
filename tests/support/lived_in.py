"""A running fleet in which everything has happened once, so that no page of it stands empty for those who look at it.

What is done here is done as it is in life: a kiosk says it on its wire, a program asks for it by REST, the bank's word
and the worst day's account come from the machine itself. What it is not: a rule of any of it; others try those.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from fleet.protocol import enrolment as words
from fleet.protocol.messages import DeviceState
from fleet.protocol.records import (
    CustomerRegistered,
    DeviceChanged,
    PaymentOpened,
    SlipPrinted,
    TicketOpened,
    VisitEnded,
)
from fleet.protocol.tickets import Kind, number_of
from fleet.trust.signing_request import key_sha256
from tests.support.identities import new_key, signing_request
from tests.support.running_fleet import ANSWER_TIMEOUT_S, RunningFleet, WireKiosk

BILLER_ID = "112345678901234"
AMOUNT_SATANG = 150_000
OFFICE_ID = "CBI"
RIGHTS = ("settings", "webhooks", "people", "kiosks", "payments", "alerts", "fees")
REGISTER_ROWS = 60

ROLES: dict[str, tuple[str, ...]] = {
    "national-admin": ("--full-name", "สมชาย ตัวอย่าง"),
    "provincial-admin": ("--province", "20", "--full-name", "สุดา ตัวอย่าง"),
    "officer": ("--province", "20", "--full-name", "มาลี ตัวอย่าง"),
    "technician": ("--province", "20", "--full-name", "วิชัย ตัวอย่าง"),
    "treasury-officer": ("--full-name", "อรุณ ตัวอย่าง"),
    "auditor": ("--full-name", "นิภา ตัวอย่าง"),
}
"""One account of every role, called as its role is; where its work is in a province, Chon Buri (20)."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Addresses that no link of the pages leads to: who gets there holds a slip, a letter or a phone before a QR.

    ``tracking``: a payment's that waits, one the bank has confirmed, a ticket's, a registration's.
    """

    tracking: tuple[str, ...]
    fleet: RunningFleet
    invitation: str

    @property
    def enrolment(self) -> str:
        """The page behind the QR of a kiosk that shows one now; it does so for some minutes only."""
        return _enrolment(self.fleet)

    @property
    def of_everybody(self) -> tuple[str, ...]:
        """Those that need no account."""
        return (*self.tracking, self.invitation)


def live_in(fleet: RunningFleet, kiosk: WireKiosk) -> Doors:
    """Accounts, a kiosk with a fault, visitors, payments, tickets, roll-outs, changes that wait; and where to knock.

    ``kiosk``: CBI-02, which has just been born.
    """
    for name, options in ROLES.items():
        fleet.command("user", name, "--role", name, *options)
    tracking = _visitors(fleet, kiosk)
    rest = Rest(fleet)
    _settings(rest)
    _office_work(fleet, rest)
    rest.ask("POST", "webhooks", {
        "name": "ระบบกลาง ตัวอย่าง", "address": "https://hooks.example/sala",
        "kinds": ["kiosk.offline", "payment.confirmed", "alert.opened"],
    })  # fmt: skip
    fleet.command("break-glass")
    return Doors(tracking, fleet, _invitation(rest))


@dataclass
class Rest:
    """What a program of the national admin's may ask for."""

    fleet: RunningFleet
    secret: str = ""

    def __post_init__(self) -> None:
        rights = [part for name in RIGHTS for part in ("--right", f"{name}:read", "--right", f"{name}:change")]
        said = self.fleet.command("token", "make", "sample-token", "--person", "national-admin", *rights)
        self.secret = json.loads(said)["token"]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer, which is no refusal."""
        answer = requests.request(
            method, f"{self.fleet.address}/api/v1/{path}", json=body, timeout=ANSWER_TIMEOUT_S,
            headers={"Authorization": f"Bearer {self.secret}", **headers},
        )  # fmt: skip
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return {**answer.json(), "etag": answer.headers.get("ETag", "")} if answer.content else None


def _visitors(fleet: RunningFleet, kiosk: WireKiosk) -> tuple[str, ...]:
    """A day at the kiosk, whose paper ends and whose printer has gone; the addresses on the slips."""
    now = datetime.now(UTC)
    kiosk.say_status(paper="low", printer=DeviceState.NO_DEVICE)
    codes = json.loads(fleet.command("sample-codes", OFFICE_ID))
    refs = [each["code"] for each in codes if each["kind"] == "notice"][1:3]
    payments = [_payment(number, ref1, now) for number, ref1 in enumerate(refs, 1)]
    ticket = TicketOpened(
        number=number_of(Kind.TICKET, "CBI02-690000101"), tracking_token=_token(), channel="water",
        text="น้ำทิ้งมีกลิ่น ตัวอย่าง", language="th", opened_at=now,
    )  # fmt: skip
    registration = CustomerRegistered(
        number=number_of(Kind.REGISTRATION, "CBI02-690000102"), id_masked="x-xxxx-xxxxx-01-3",
        phone_masked="xxx-xxx-0000", sealed=base64.b64encode(b"sealed").decode(), tracking_token=_token(),
        opened_at=now,
    )  # fmt: skip
    kiosk.ship(
        *(_visit(number, now) for number in range(4)),
        *payments,
        SlipPrinted(transaction_no=payments[0].transaction_no, confirmed=False, length_mm=140, printed_at=now),
        DeviceChanged(device="printer", state="no-device", detail="", changed_at=now),
        ticket,
        registration,
    )
    fleet.command("bank-confirm", "--ref1", payments[1].ref1, "--amount", f"{AMOUNT_SATANG / 100:.2f}")
    fleet.command("bank-confirm", "--ref1", "N2099999999X", "--amount", "209.00")  # nobody's: for a person to see to
    return tuple(f"/t/{each.tracking_token}" for each in (*payments, ticket, registration))


def _token() -> str:
    return f"sample-token-of-a-slip-{secrets.token_hex(6)}"


def _payment(number: int, ref1: str, now: datetime) -> PaymentOpened:
    return PaymentOpened(
        transaction_no=f"CBI02-{number:06d}", tracking_token=_token(), notice_no=f"CBI-{ref1[4:6]}-{ref1[6:11]}",
        biller_id=BILLER_ID, ref1=ref1, ref2=f"CBI02{number:06d}", amount_satang=AMOUNT_SATANG, opened_at=now,
    )  # fmt: skip


def _visit(number: int, now: datetime) -> VisitEnded:
    began = now - timedelta(hours=number, minutes=4)
    outcome = ("paid", "nothing-owed", "cancelled", "timed-out")[number]
    return VisitEnded(
        visit_id=f"sample-visit-{number}", service="pay-fee", language="th", started_at=began,
        ended_at=began + timedelta(minutes=3), outcome=outcome,
    )  # fmt: skip


def _settings(rest: Rest) -> None:
    """One change on its way in waves, one in force, and one that waits for its time."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    _help_point(rest, "province/20", {"th": "เคาน์เตอร์ 5", "en": "Counter 5"}, in_waves=True)
    _help_point(rest, "kiosk/CBI-02", {"th": "เคาน์เตอร์ 6", "en": "Counter 6"})
    place = {"th": "เคาน์เตอร์ประชาสัมพันธ์", "en": "the information counter"}
    _help_point(rest, f"office/{OFFICE_ID}", place, takes_effect_at=tomorrow)


def _office_work(fleet: RunningFleet, rest: Rest) -> None:
    """A messy register that was tried and not imported, and letters that were asked for."""
    register = fleet.directory / "ทะเบียน ตัวอย่าง.csv"
    fleet.command("register-sample", str(register), "--rows", str(REGISTER_ROWS), "--office", OFFICE_ID)
    fleet.command("import-register", str(register), "--office", OFFICE_ID, "--dry-run")
    due_on = date.fromisoformat(rest.ask("GET", f"notices?office={OFFICE_ID}&stand=due")["items"][0]["due_on"])
    rest.ask("POST", f"offices/{OFFICE_ID}/letters", {"year": due_on.year})


def _help_point(rest: Rest, layer: str, said: dict[str, str], **when: object) -> None:
    held = rest.ask("GET", f"settings/{layer}")
    body = {"document": {**held["document"], "help_point": said}, "reason": "ย้ายเคาน์เตอร์ ตัวอย่าง", **when}
    rest.ask("PUT", f"settings/{layer}", body, **{"If-Match": held["etag"]})


def _invitation(rest: Rest) -> str:
    """Somebody new, who has not chosen a password yet."""
    person = rest.ask("POST", "people", {
        "username": "newcomer", "full_name": "ใหม่ ตัวอย่าง", "role": "officer", "province": 20
    })  # fmt: skip
    return str(rest.ask("POST", f"people/{person['id']}/invitation/secret")["path"])


def _enrolment(fleet: RunningFleet) -> str:
    """A new kiosk knocks; the page behind its QR."""
    key, nonce = new_key(), secrets.token_hex(16)
    name = key_sha256(key.public_key())
    begun = _machine_says(fleet, "begin", {
        "csr": signing_request(key), "commitment": words.commitment(nonce, name), "serial": "", "version": "0.1.0",
    })  # fmt: skip
    ca = x509.load_pem_x509_certificate(begun["ca"].encode()).fingerprint(hashes.SHA256()).hex()
    transcript = words.Transcript(
        enrolment_id=begun["enrolment_id"], key_sha256=name, ca_sha256=ca, kiosk_nonce=nonce,
        fleet_nonce=begun["nonce"], serial="",
    )  # fmt: skip
    signature = key.sign(transcript.digest(words.REVEAL), ec.ECDSA(hashes.SHA256())).hex()
    _machine_says(fleet, "reveal", {"enrolment_id": begun["enrolment_id"], "nonce": nonce, "signature": signature})
    return words.page_path(begun["enrolment_id"], name)


def _machine_says(fleet: RunningFleet, step: str, body: dict[str, str]) -> dict[str, str]:
    answer = requests.post(f"{fleet.address}/enrol/v1/{step}", json=body, timeout=ANSWER_TIMEOUT_S)
    assert answer.status_code == 200, (step, answer.status_code)
    said: dict[str, str] = answer.json()
    return said
