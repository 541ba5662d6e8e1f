"""Every attack on a TUF client (specification, 1.5.2), by somebody who owns fleet server, broker and database.

Real metadata, real HTTPS, our own client. Beside each attack stands what an honest fleet does in its place, so that a
client that believes nothing fails as surely as one that believes all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path

import msgspec
import pytest
from tuf.api.exceptions import DownloadError
from tuf.api.metadata import Metadata, Root

from fleet.protocol.messages import Desired, SettingsLayer, decode, encode
from fleet.protocol.trust import blocks_path, document_sha256, firmware_path, layer_path, payee_path
from fleet.trust import drafts
from kiosk import trusted
from kiosk.agent.trust_fetcher import TooSlowError
from tests.support.trust_rig import ACCOUNT, NOW, THIEF, FirstDay, TrustRig, account, tampered, target

OTHER = "223456789012345"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> FirstDay:
    return FirstDay(tmp_path_factory.mktemp("honest"))


@pytest.fixture
def rig(tmp_path: Path, honest: FirstDay) -> Iterator[TrustRig]:
    """A kiosk that has believed an honest fleet once."""
    with honest.again(tmp_path) as rig:
        assert rig.accounts() == [ACCOUNT]
        yield rig


def refused(rig: TrustRig, because: str) -> None:
    """What was believed is believed still, nothing else is, and the fleet's people are told why."""
    result = rig.refresh()
    assert [problem for problem in result.problems if because in problem], result.problems
    assert rig.accounts() == [ACCOUNT]


class TestArbitrarySoftware:
    def test_what_two_officers_sign_is_believed(self, rig: TrustRig) -> None:
        rig.say_account(OTHER)
        assert rig.refresh().problems == ()
        assert rig.accounts() == [ACCOUNT, OTHER]

    def test_an_account_signed_by_the_servers_own_keys_is_not(self, rig: TrustRig) -> None:
        rig.forge("payees", 2, [target(payee_path(THIEF), account(THIEF))], *rig.online.values())
        refused(rig, "payees: not signed by enough")

    def test_nor_one_that_is_changed_after_it_was_signed(self, rig: TrustRig) -> None:
        def steal(document: dict[str, object]) -> None:
            text = json.dumps(document["signed"]).replace(ACCOUNT, THIEF)
            document["signed"] = json.loads(text) | {"version": 2}

        rig.serve("payees", 2, tampered(rig.published("payees", 1), steal))
        rig.lead_to(payees=2)
        refused(rig, "payees: not signed by enough")

    def test_firmware_is_what_its_own_keys_sign(self, rig: TrustRig) -> None:
        bundle = rig.folder / "sala-1.2.raucb"
        bundle.write_bytes(b"a bundle")
        about = {"version": "1.2", "manifest_hash": "ab" * 32, "compatible": "sala-rpi4"}
        drafts.add_firmware(rig.repository, bundle, about, rig.now)
        rig.publish()
        rig.refresh()
        found = trusted.firmware(trusted.load(rig.data), firmware_path(bundle.name), rig.clock)
        assert (found.version, found.manifest_hash, found.compatible, found.length) == (
            "1.2",
            "ab" * 32,
            "sala-rpi4",
            8,
        )
        assert found.blocks is not None, "what of it need not be fetched is signed with it"
        index = rig.repository.target_file(blocks_path(found.path), found.blocks.sha256).read_bytes()
        assert hashlib.sha256(index).hexdigest() == found.blocks.sha256
        assert len(index) == found.blocks.length

    def test_and_not_what_the_treasury_does(self, rig: TrustRig) -> None:
        about = {"version": "6.6", "manifest_hash": "cd" * 32, "compatible": "sala-rpi4"}
        path = firmware_path("evil.raucb")
        rig.forge("payees", 2, [target(path, about)], rig.keys["malee"], rig.keys["mana"])
        assert rig.refresh().problems == ()
        with pytest.raises(trusted.NotTrustedError, match="is not signed"):
            trusted.firmware(trusted.load(rig.data), path, rig.clock)

    def test_nor_what_stands_under_another_accounts_name(self, rig: TrustRig) -> None:
        hidden = target(payee_path(ACCOUNT), account(THIEF))
        rig.forge("payees", 2, [hidden], rig.keys["malee"], rig.keys["mana"])
        rig.refresh()
        assert rig.accounts() == []


class TestRollback:
    def test_an_account_withdrawn_stays_withdrawn(self, rig: TrustRig) -> None:
        rig.say_account(OTHER)
        drafts.withdraw(rig.repository, "payees", payee_path(OTHER), rig.now)
        rig.publish()
        rig.refresh()
        assert rig.accounts() == [ACCOUNT]
        rig.lead_to(payees=2)  # the two officers did sign that, once
        refused(rig, "root: rolled back")

    def test_the_files_of_yesterday(self, rig: TrustRig) -> None:
        yesterday = (rig.repository.metadata / "timestamp.json").read_bytes()
        rig.say_account(OTHER)
        rig.refresh()
        assert rig.accounts() == [ACCOUNT, OTHER]
        rig.served["timestamp.json"] = yesterday
        assert "rolled back" in rig.refresh().problems[0]
        assert rig.accounts() == [ACCOUNT, OTHER]


class TestIndefiniteFreeze:
    def test_a_timestamp_that_is_signed_anew_goes_on(self, rig: TrustRig) -> None:
        rig.pass_time(timedelta(days=2))
        assert rig.repository.freshen(rig.now)
        assert rig.refresh().problems == ()

    def test_one_that_is_not_is_over_and_said_to_be(self, rig: TrustRig) -> None:
        rig.pass_time(timedelta(days=2))
        refused(rig, "root: over")

    def test_a_thief_of_online_keys_can_freeze_until_the_officers_word_is_over(self, rig: TrustRig) -> None:
        rig.pass_time(timedelta(days=179))
        rig.lead_to()
        assert rig.refresh().problems == ()
        assert rig.accounts() == [ACCOUNT]
        rig.pass_time(timedelta(days=2))
        rig.lead_to(timestamp_version=9)
        assert "payees: over" in rig.refresh().problems[0]
        assert rig.accounts() == []

    def test_without_any_fleet_the_officers_word_holds_as_long(self, rig: TrustRig) -> None:
        rig.server.__exit__()
        rig.pass_time(timedelta(days=179))
        with pytest.raises(DownloadError):
            rig.refresh(deadline_s=5)
        assert rig.accounts() == [ACCOUNT]
        rig.pass_time(timedelta(days=2))
        assert rig.accounts() == []


class TestMixAndMatch:
    def test_a_snapshot_that_the_timestamp_does_not_name(self, rig: TrustRig) -> None:
        rig.say_account(OTHER)
        rig.serve("snapshot", 2, rig.published("snapshot", 1))
        refused(rig, "root: rolled back")
        rig.served.clear()
        assert rig.refresh().problems == ()
        assert rig.accounts() == [ACCOUNT, OTHER]

    def test_a_role_that_the_snapshot_does_not_name(self, rig: TrustRig) -> None:
        rig.say_account(OTHER)
        rig.serve("payees", 2, rig.published("payees", 1))
        refused(rig, "payees: rolled back")


class TestWrongThreshold:
    def test_one_officer_of_two(self, rig: TrustRig) -> None:
        rig.forge("payees", 2, [target(payee_path(THIEF), account(THIEF))], rig.keys["malee"])
        refused(rig, "payees: not signed by enough")

    def test_one_officer_twice(self, rig: TrustRig) -> None:
        rig.forge("payees", 2, [target(payee_path(THIEF), account(THIEF))], rig.keys["malee"])
        content = rig.served["2.payees.json"]
        assert isinstance(content, bytes)

        def twice(document: dict[str, list[dict[str, str]]]) -> None:
            again = dict(document["signatures"][0]) | {"keyid": rig.keys["mana"].public_key.keyid}
            document["signatures"].append(again)

        rig.serve("payees", 2, tampered(content, twice))
        refused(rig, "payees: not signed by enough")

    def test_an_officer_and_somebody_of_another_role(self, rig: TrustRig) -> None:
        rig.forge("payees", 2, [target(payee_path(THIEF), account(THIEF))], rig.keys["malee"], rig.keys["kla"])
        refused(rig, "payees: not signed by enough")

    def test_both_officers(self, rig: TrustRig) -> None:
        rig.forge("payees", 2, [target(payee_path(OTHER), account(OTHER))], rig.keys["malee"], rig.keys["mana"])
        assert rig.refresh().problems == ()
        assert rig.accounts() == [OTHER]


class TestWrongProvince:
    def test_an_account_of_another_province_is_not_for_this_kiosk(self, rig: TrustRig) -> None:
        rig.say_account(OTHER, provinces=[21])
        rig.refresh()
        assert rig.accounts() == [ACCOUNT]
        rig.refresh(dopa_code=21)
        assert rig.accounts() == [ACCOUNT, OTHER]

    @pytest.mark.parametrize(("role", "is_believed"), [("settings-20", True), ("settings-21", False)])
    def test_a_province_speaks_of_its_own_settings(self, rig: TrustRig, role: str, is_believed: bool) -> None:
        path = "settings-20/province/all"
        said = target(path, {"revision": 7, "sha256": "ab" * 32})
        rig.forge(role, 2, [said], rig.keys["chonburi" if is_believed else "rayong"])
        assert (path in rig.refresh().layers) is is_believed


class TestTooMuch:
    def test_endless_data_ends(self, rig: TrustRig) -> None:
        sent = 0

        def endless() -> Iterable[bytes]:
            nonlocal sent
            yield b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
            for piece in repeat(b" " * 4096):
                sent += len(piece)
                yield piece

        rig.served["timestamp.json"] = endless
        refused(rig, "larger than it may be")
        assert sent < 4 * 1024 * 1024

    @pytest.mark.parametrize("name", ["2.root.json", "timestamp.json", "2.snapshot.json", "2.payees.json"])
    def test_a_file_that_is_too_large(self, rig: TrustRig, name: str) -> None:
        rig.say_account(OTHER)
        rig.served[name] = b"{" + b" " * 2 * 1024 * 1024
        refused(rig, "larger than it may be")

    def test_what_drips_ends_with_the_deadline(self, rig: TrustRig) -> None:
        over = threading.Event()

        def drip() -> Iterable[bytes]:
            yield b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
            while not over.wait(0.02):
                yield b" "

        rig.served["timestamp.json"] = drip
        with pytest.raises(TooSlowError):
            rig.refresh(deadline_s=0.5)
        over.set()
        assert rig.accounts() == [ACCOUNT]

    def test_a_line_that_breaks_in_the_middle(self, rig: TrustRig) -> None:
        rig.served["timestamp.json"] = lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"]
        with pytest.raises(DownloadError):
            rig.refresh()
        assert rig.accounts() == [ACCOUNT]

    @pytest.mark.parametrize("status", ["403 Forbidden", "302 Found", "500 Internal Server Error"])
    def test_an_answer_that_is_none(self, rig: TrustRig, status: str) -> None:
        rig.served["timestamp.json"] = lambda: [f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()]
        with pytest.raises(DownloadError):
            rig.refresh()
        assert rig.accounts() == [ACCOUNT]


class TestKeysLost:
    def test_fast_forward_ends_when_the_online_keys_are_changed(self, rig: TrustRig) -> None:
        rig.lead_to(snapshot_version=2**31, timestamp_version=2**31)
        rig.refresh()
        rig.served.clear()
        rig.say_account(OTHER)
        refused(rig, "rolled back")  # the thief has seen to it that nothing newer is believed
        for role in ("snapshot", "timestamp"):
            drafts.rotate(rig.repository, role, drafts.Change(), rig.now)
        rig.publish()
        assert rig.refresh().problems == ()
        assert rig.accounts() == [ACCOUNT, OTHER]

    def test_the_stolen_online_keys_are_worth_nothing_then(self, rig: TrustRig) -> None:
        stolen = rig.online
        for role in stolen:
            drafts.rotate(rig.repository, role, drafts.Change(), rig.now)
        rig.publish()
        rig.refresh()
        stamp = json.loads((rig.repository.metadata / "timestamp.json").read_bytes())["signed"]
        forged = Metadata.from_dict({"signatures": [], "signed": stamp | {"version": stamp["version"] + 1}})
        forged.sign(stolen["timestamp"])
        rig.served["timestamp.json"] = forged.to_bytes()
        refused(rig, "root: not signed by enough")

    def test_an_officers_key_is_replaced(self, rig: TrustRig) -> None:
        change = drafts.Change(add=[rig.person("niran")], remove=["mana"])
        drafts.rotate(rig.repository, "payees", change, rig.now)
        rig.publish(payees=("malee", "niran"))
        assert rig.refresh().problems == ()
        rig.forge("payees", 3, [target(payee_path(THIEF), account(THIEF))], rig.keys["malee"], rig.keys["mana"])
        refused(rig, "payees: not signed by enough")

    def test_a_root_by_custodians_who_have_left(self, rig: TrustRig) -> None:
        drafts.rotate(rig.repository, "root", drafts.Change(add=[rig.person("decha")], remove=["anong"]), rig.now)
        rig.publish(root=("anong", "boon", "decha"), targets=("boon", "decha"))
        assert rig.refresh().problems == ()
        root = Metadata[Root].from_bytes(rig.published("root", 2))
        root.signed.version = 3
        root.signatures.clear()
        for name in ("anong", "boon"):
            root.sign(rig.keys[name], append=True)
        rig.serve("root", 3, root.to_bytes())
        refused(rig, "root: not signed by enough")

    def test_an_old_root_again(self, rig: TrustRig) -> None:
        rig.serve("root", 2, rig.published("root", 1))
        refused(rig, "root: rolled back")


class TestClock:
    def test_what_was_over_stays_over_in_1970(self, rig: TrustRig) -> None:
        rig.pass_time(timedelta(days=181))
        rig.repository.freshen(rig.now)
        rig.refresh()  # clock and fleet agree: from now on it is at least that late
        assert rig.accounts() == []
        rig.clock = datetime(1970, 1, 1, tzinfo=UTC)
        rig.now = NOW  # and so does the thief say
        assert [problem for problem in rig.refresh().problems if "payees: over" in problem]
        assert rig.accounts() == []

    @pytest.mark.parametrize("off", [timedelta(days=400), timedelta(days=-400), timedelta(minutes=6)])
    def test_a_clock_the_fleet_does_not_agree_with_is_not_kept(self, rig: TrustRig, off: timedelta) -> None:
        rig.clock += timedelta(hours=7)
        rig.now = rig.clock + off
        rig.refresh()
        assert trusted.latest(trusted.load(rig.data), trusted.BUILT_AT) == NOW

    def test_a_clock_that_ran_ahead_harms_until_it_is_right_again(self, rig: TrustRig) -> None:
        rig.clock = datetime(2050, 1, 1, tzinfo=UTC)
        assert "over" in rig.refresh().problems[0]
        assert rig.accounts() == []
        rig.clock = NOW
        assert rig.refresh().problems == ()
        assert rig.accounts() == [ACCOUNT]

    def test_in_1970_a_kiosk_goes_on_and_says_so(self, rig: TrustRig) -> None:
        rig.say_account(OTHER)
        rig.clock = datetime(1970, 1, 1, tzinfo=UTC)
        result = rig.refresh()
        assert rig.accounts() == [ACCOUNT, OTHER]
        assert [problem for problem in result.problems if "the clock says 1970-01-01" in problem]

    def test_what_was_over_before_this_release_is_over_in_1970(self, rig: TrustRig) -> None:
        shutil.rmtree(rig.data)
        rig.now = trusted.BUILT_AT - timedelta(days=30)
        rig.lead_to()
        rig.clock = datetime(1970, 1, 1, tzinfo=UTC)
        assert [problem for problem in rig.refresh().problems if "root: over" in problem]
        assert rig.accounts() == []


class TestSettings:
    """A province that signs its settings, and a fleet that would have others."""

    @pytest.fixture
    def signed(self, rig: TrustRig) -> Desired:
        """What the fleet says, and the province has signed."""
        layers = (
            SettingsLayer(layer="national", revision=3, document={"services": ["pay-fee"]}),
            SettingsLayer(layer="province", revision=2, document={"greeting": {"th": "สวัสดี", "en": "Hello"}}),
            SettingsLayer(layer="kiosk", revision=1, document={"sample": True}),
        )
        desired = Desired(settings_revision=8, layers=layers, office_id="CBI")
        said = {
            layer_path("settings-20", each.layer, "CBI-02" if each.layer == "kiosk" else ""): {
                "revision": each.revision,
                "sha256": document_sha256(each.document),
            }
            for each in layers[1:]
        }
        drafts.say_only(rig.repository, "settings-20", said, rig.now)
        rig.publish()
        assert rig.refresh().problems == ()
        return decode(encode(desired), Desired)

    def judged(self, rig: TrustRig, desired: Desired) -> tuple[str, ...]:
        known = trusted.load(rig.data)
        assert known is not None
        return trusted.unsigned_layers(known, desired, "CBI-02", rig.clock)

    def test_what_is_signed_is_taken_and_so_is_what_nobody_signs(self, rig: TrustRig, signed: Desired) -> None:
        assert self.judged(rig, signed) == ()
        other = msgspec.structs.replace(signed.layers[0], document={"services": []})
        assert self.judged(rig, msgspec.structs.replace(signed, layers=(other, *signed.layers[1:]))) == ()

    def test_another_document_under_any_number_is_not(self, rig: TrustRig, signed: Desired) -> None:
        for revision in (2, 3, 2**40):
            evil = SettingsLayer(layer="province", revision=revision, document={"services": ["register"]})
            layers = (signed.layers[0], evil, signed.layers[2])
            forged = msgspec.structs.replace(signed, settings_revision=2**40, layers=layers)
            assert self.judged(rig, forged) == ("settings-20 has not signed province",)

    def test_nor_an_old_revision_that_was_signed_once(self, rig: TrustRig, signed: Desired) -> None:
        newer = {"greeting": {"th": "เชิญ", "en": "Come in"}}
        said = {layer_path("settings-20", "province"): {"revision": 3, "sha256": document_sha256(newer)}}
        drafts.say_only(rig.repository, "settings-20", said, rig.now)
        rig.publish()
        rig.refresh()
        again = msgspec.structs.replace(signed, settings_revision=99, layers=signed.layers[:2])
        assert self.judged(rig, again) == ("settings-20 has not signed province",)

    def test_nor_a_layer_left_out_or_added_or_put_last(self, rig: TrustRig, signed: Desired) -> None:
        national, province, kiosk = signed.layers
        office = SettingsLayer(layer="office", revision=1, document={"services": []})
        for layers in ((national, province), (national, province, office, kiosk), (province, kiosk, national)):
            assert self.judged(rig, msgspec.structs.replace(signed, layers=layers)) != ()
        extra = SettingsLayer(layer="more", revision=1, document={"services": []})
        assert self.judged(rig, msgspec.structs.replace(signed, layers=(*signed.layers, extra))) != ()

    def test_another_provinces_kiosk_does_not_ask_this_province(self, rig: TrustRig, signed: Desired) -> None:
        rig.refresh(dopa_code=40)
        assert self.judged(rig, msgspec.structs.replace(signed, layers=signed.layers[:1])) == ()

    def test_nothing_new_is_taken_once_the_provinces_word_is_over(self, rig: TrustRig, signed: Desired) -> None:
        rig.clock += timedelta(days=366)
        assert self.judged(rig, signed)[0].startswith("settings-20: over")
