"""A trust repository with people, served by a real HTTPS server, and an attacker who owns everything of the fleet's.

What it is: our own repository and our own client, and in between a server that may be told to answer anything. The
attacker has the online keys, the files and the line; of the people's keys only what a test hands over.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp

from fleet.protocol.trust import content_of, payee_path
from fleet.trust import drafts, publishing
from fleet.trust.authority import Authority
from fleet.trust.keys import PublicKey, make_key, online_key, open_key
from fleet.trust.repository import Repository
from kiosk import trusted
from kiosk.agent import trust
from kiosk.agent.trust_order import Order
from kiosk.config import Link
from kiosk.trusted import Trusted
from tests.support.office_server import OfficeServer, ok

NOW = trusted.BUILT_AT + timedelta(days=49, hours=9)
"""When the story begins; after this release was built."""

ACCOUNT, THIEF = "112345678901234", "999999999999999"
PASSPHRASE = "twelve characters or more"
HEAD = "/kiosk/v1/trust/metadata/"

NAMES = {
    "root": ("anong", "boon", "chai"),
    "firmware": ("kla", "korn"),
    "payees": ("malee", "mana"),
    "settings-20": ("chonburi",),
    "settings-21": ("rayong",),
}


class FirstDay:
    """A repository that an honest fleet has published and a kiosk believed; made once, copied for every test.

    Copied, because what it takes is mostly waiting for the disk: everything is synced.
    """

    def __init__(self, folder: Path, now: datetime = NOW) -> None:
        self._folder, self._certificates, self._now = folder, folder / "certificates", now
        authority = Authority(self._certificates)
        (self._certificates / "clients.pem").write_bytes(authority.root_for_servers_pem)
        authority.issue_server(("127.0.0.1",)).write(self._certificates, "server")
        authority.issue_client("CBI-02").write(self._certificates, "kiosk")
        with TrustRig(folder / "day", self._certificates, now) as rig:
            rig.begin()
            assert rig.refresh().problems == ()

    def again(self, folder: Path) -> TrustRig:
        """The same day, in another folder."""
        shutil.copytree(self._folder / "day", folder, symlinks=True, dirs_exist_ok=True)
        return TrustRig(folder, self._certificates, self._now)


class TrustRig:
    """A context manager. ``served`` overrides what a name answers; ``clock`` is the kiosk's."""

    def __init__(self, folder: Path, certificates: Path, now: datetime = NOW) -> None:
        self.folder, self.clock, self.now = folder, now, now
        self.repository = Repository(folder / "fleet" / "trust")
        self.keys = {file.stem: open_key(file, PASSPHRASE) for file in folder.glob("*.key")}
        self.served: dict[str, bytes | Callable[[], Iterable[bytes]]] = {}
        self.server = OfficeServer(
            certificates / "clients.pem", certificates / "server.pem", certificates / "server.key"
        )
        self.server.answer = self._answer
        self.link = Link(
            broker_host="127.0.0.1",
            broker_port=1,
            fleet_api=self.server.address,
            ca_file=str(certificates / "ca.pem"),
            certificate_file=str(certificates / "kiosk.pem"),
            key_file=str(certificates / "kiosk.key"),
        )

    def __enter__(self) -> TrustRig:
        self.server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.__exit__()

    def begin(self) -> None:
        """The ceremony."""
        self.folder.mkdir(parents=True)
        publics = {role: [self.person(name) for name in names] for role, names in NAMES.items()}
        custodians = publics.pop("root")
        drafts.begin(self.repository, drafts.People(custodians, publics), self.now)
        self.say_account(ACCOUNT)

    # ---- people

    def person(self, name: str) -> PublicKey:
        path = self.folder / f"{name}.key"
        public = make_key(name, PASSPHRASE, path, scrypt_n=2)
        self.keys[name] = open_key(path, PASSPHRASE)
        return public

    def sign(self, role: str, *names: str) -> None:
        for name in names:
            drafts.sign(drafts.draft_file(self.repository, role), self.keys[name])

    def publish(self, **signers: Sequence[str]) -> None:
        """Have every draft signed by its usual people, or by those given, and publish."""
        for role in drafts.waiting(self.repository):
            usual = NAMES["root"][:2] if role in ("root", "targets") else NAMES.get(role, ())
            self.sign(role, *signers.get(role, usual))
        publishing.publish(self.repository, self.now)

    def say_account(self, biller_id: str, **about: Any) -> None:
        custom = account(biller_id, **about)
        drafts.say(self.repository, "payees", payee_path(biller_id), custom, self.now)
        self.publish()

    # ---- the kiosk

    @property
    def data(self) -> Path:
        return self.folder / "kiosk"

    @property
    def first_root(self) -> str:
        """What the kiosk was given when it enrolled."""
        return self.published("root", 1).decode()

    def order(self, **changes: Any) -> Order:
        known: dict[str, Any] = {
            "data_dir": str(self.data),
            "link": self.link,
            "root": self.first_root,
            "dopa_code": 20,
        }
        return Order(**(known | changes))

    def refresh(self, *, deadline_s: float = 60.0, **changes: Any) -> Trusted:
        """The kiosk asks."""
        self.data.mkdir(exist_ok=True)
        return trust.refresh(self.order(**changes), lambda: self.clock, deadline_s=deadline_s)

    def accounts(self) -> list[str]:
        """What it would let money go to now."""
        known = trusted.load(self.data)
        return (
            [each.biller_id for each in known.payees if _is_payable(known, each.biller_id, self.clock)] if known else []
        )

    def pass_time(self, by: timedelta) -> None:
        self.clock += by
        self.now += by

    # ---- the attacker

    @property
    def online(self) -> dict[str, CryptoSigner]:
        """The keys that lie on the fleet's machine."""
        files = {role: self.repository.online_files(role)[-1] for role in ("snapshot", "timestamp")}
        return {role: online_key(file, role) for role, file in files.items()}

    def published(self, role: str, version: int) -> bytes:
        return (self.repository.metadata / f"{version}.{role}.json").read_bytes()

    def serve(self, role: str, version: int, content: bytes) -> None:
        self.served[f"{version}.{role}.json"] = content

    def forge(self, role: str, version: int, targets: Sequence[TargetFile], *signers: CryptoSigner) -> None:
        """Serve a role's metadata that says ``targets``, and lead to it by stolen online keys."""
        said = Targets(version, expires=self.now + timedelta(days=100), targets={each.path: each for each in targets})
        metadata = Metadata(said)
        for signer in signers:
            metadata.sign(signer, append=True)
        self.serve(role, version, metadata.to_bytes())
        self.lead_to(**{role: version})

    def lead_to(self, snapshot_version: int = 0, timestamp_version: int = 0, **versions: int) -> None:
        """A snapshot and a timestamp by stolen keys: everything as it is, but for ``versions``."""
        here = self.repository.read("snapshot", Snapshot).signed
        stamp = self.repository.read("timestamp", Timestamp).signed
        meta = {name: MetaFile(file.version) for name, file in here.meta.items()}
        meta |= {f"{name.replace('_', '-')}.json": MetaFile(version) for name, version in versions.items()}
        number = snapshot_version or here.version + 1
        snapshot = Metadata(Snapshot(number, expires=self.now + timedelta(days=7), meta=meta))
        snapshot.sign(self.online["snapshot"])
        self.serve("snapshot", number, snapshot.to_bytes())
        again = Timestamp(
            timestamp_version or stamp.version + 1,
            expires=self.now + timedelta(days=1),
            snapshot_meta=MetaFile(number),
        )
        timestamp = Metadata(again)
        timestamp.sign(self.online["timestamp"])
        self.served["timestamp.json"] = timestamp.to_bytes()

    def _answer(self, head: bytes) -> Iterable[bytes]:
        name = head.split(b" ")[1].decode("ascii").removeprefix(HEAD)
        special = self.served.get(name)
        if callable(special):
            return special()
        if special is not None:
            return [self._dated(special)]
        file = self.repository.metadata / name
        return [self._dated(file.read_bytes()) if file.exists() else ok(b"", "HTTP/1.1 404 Not Found")]

    def _dated(self, body: bytes) -> bytes:
        return ok(body, f"HTTP/1.1 200 OK\r\nDate: {format_datetime(self.now, usegmt=True)}")


def account(biller_id: str, **about: Any) -> dict[str, Any]:
    return {"biller_id": biller_id, "name": {"th": "ผู้รับเงินตัวอย่าง", "en": "Sample payee"}, **about}


def target(path: str, custom: dict[str, Any]) -> TargetFile:
    made = TargetFile.from_data(path, content_of(custom))
    made.unrecognized_fields = {"custom": custom}
    return made


def tampered(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Metadata with something changed in it after it was signed."""
    document = json.loads(content)
    change(document)
    return json.dumps(document).encode()


def _is_payable(known: Trusted, biller_id: str, clock: datetime) -> bool:
    try:
        trusted.payee(known, biller_id, clock)
    except trusted.NotTrustedError:
        return False
    return True
