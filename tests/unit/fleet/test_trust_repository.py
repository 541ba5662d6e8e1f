"""The trust repository: nothing goes out that kiosks would not believe, and it stays fresh by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Snapshot, Timestamp

from fleet.protocol.trust import payee_path
from fleet.trust import drafts, publishing
from fleet.trust.keys import KeyFileError, make_key, open_key, read_public
from fleet.trust.repository import NoTrustError, Repository, TrustError
from fleet.trust.standing import in_words, standings
from tests.support.trust_rig import ACCOUNT, NOW, PASSPHRASE, FirstDay, TrustRig, account

OTHER = "223456789012345"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> FirstDay:
    return FirstDay(tmp_path_factory.mktemp("honest"))


@pytest.fixture
def rig(tmp_path: Path, honest: FirstDay) -> Iterator[TrustRig]:
    with honest.again(tmp_path) as rig:
        yield rig


def draft_account(rig: TrustRig) -> None:
    drafts.say(rig.repository, "payees", payee_path(OTHER), account(OTHER), rig.now)


class TestPublishing:
    def test_with_too_few_signatures_nothing_goes_out_and_the_missing_are_named(self, rig: TrustRig) -> None:
        draft_account(rig)
        rig.sign("payees", "malee")
        with pytest.raises(TrustError, match=r"payees version 2 needs 2 signatures and has 1 \(malee\).*still: mana"):
            publishing.publish(rig.repository, rig.now)
        assert rig.repository.delegated()["payees"].signed.version == 1
        assert drafts.waiting(rig.repository) == ["payees"]

    def test_all_drafts_or_none(self, rig: TrustRig) -> None:
        draft_account(rig)
        rig.sign("payees", "malee", "mana")
        drafts.renew(rig.repository, "firmware", rig.now)
        with pytest.raises(TrustError, match="firmware version 2 needs 2 signatures and has 0"):
            publishing.publish(rig.repository, rig.now)
        assert rig.repository.delegated()["payees"].signed.version == 1

    def test_a_draft_that_is_changed_loses_its_signatures(self, rig: TrustRig) -> None:
        draft_account(rig)
        rig.sign("payees", "malee", "mana")
        draft_account(rig)
        with pytest.raises(TrustError, match="has 0"):
            publishing.publish(rig.repository, rig.now)

    def test_whose_key_goes_signs_no_more_and_says_so_in_time(self, rig: TrustRig) -> None:
        drafts.rotate(rig.repository, "payees", drafts.Change(add=[rig.person("niran")], remove=["mana"]), rig.now)
        with pytest.raises(TrustError, match=r"payees version 2 needs 2 .* has 1 \(malee\)"):
            rig.publish(payees=("malee", "mana"))

    def test_two_who_draft_at_once_do_not_overwrite_each_other(self, rig: TrustRig) -> None:
        draft_account(rig)
        late = drafts.draft_file(rig.repository, "payees").read_bytes()
        rig.publish()
        drafts.draft_file(rig.repository, "payees").write_bytes(late)
        with pytest.raises(TrustError, match="is version 2, and 3 is next; draft it anew"):
            rig.publish()

    def test_nothing_is_nothing(self, rig: TrustRig) -> None:
        with pytest.raises(NoTrustError, match="nothing to publish"):
            publishing.publish(rig.repository, rig.now)

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (drafts.Change(remove=["mana"]), "would have 1 keys, and needs 2"),
            (drafts.Change(remove=["nobody"]), "no keys of 'nobody'"),
            (drafts.Change(threshold=3), "would have 2 keys, and needs 3"),
        ],
    )
    def test_a_role_keeps_enough_keys(self, rig: TrustRig, change: drafts.Change, why: str) -> None:
        with pytest.raises(TrustError, match=why):
            drafts.rotate(rig.repository, "payees", change, rig.now)

    def test_a_role_speaks_of_its_own(self, rig: TrustRig) -> None:
        with pytest.raises(TrustError, match="firmware may not speak of payees/"):
            drafts.say(rig.repository, "firmware", payee_path(OTHER), account(OTHER), rig.now)
        with pytest.raises(TrustError, match="there is no role settings-40"):
            drafts.say(rig.repository, "settings-40", "settings-40/province/all", {}, rig.now)

    def test_a_new_province_begins_to_sign(self, rig: TrustRig) -> None:
        drafts.rotate(rig.repository, "settings-40", drafts.Change(add=[rig.person("khonkaen")]), rig.now)
        rig.publish(**{"settings-40": ["khonkaen"]})
        assert "settings-40" in rig.repository.delegated()

    def test_a_second_beginning_is_refused(self, rig: TrustRig) -> None:
        with pytest.raises(TrustError, match="nothing was changed"):
            drafts.begin(rig.repository, drafts.People([], {}), rig.now)

    def test_three_custodians_are_needed_and_one_may_be_lost(self, rig: TrustRig, tmp_path: Path) -> None:
        two = [rig.person("nid"), rig.person("noi")]
        with pytest.raises(TrustError, match="root needs 3 different keys and is given 2"):
            drafts.begin(Repository(tmp_path / "new"), drafts.People([*two, two[0]], {}), rig.now)


class TestFreshness:
    def test_young_metadata_is_left_alone(self, rig: TrustRig) -> None:
        assert not rig.repository.freshen(NOW + timedelta(hours=11))

    def test_at_half_its_life_the_timestamp_is_signed_anew(self, rig: TrustRig) -> None:
        assert rig.repository.freshen(NOW + timedelta(hours=13))
        assert rig.repository.read("timestamp", Timestamp).signed.version == 2
        assert rig.repository.read("snapshot", Snapshot).signed.version == 1

    def test_and_the_snapshot_at_half_of_its_own(self, rig: TrustRig) -> None:
        assert rig.repository.freshen(NOW + timedelta(days=4))
        assert rig.repository.read("snapshot", Snapshot).signed.version == 2

    def test_publishing_that_was_cut_off_is_brought_to_its_end(self, rig: TrustRig) -> None:
        snapshot, stamp = (rig.repository.metadata / name for name in ("1.snapshot.json", "timestamp.json"))
        old = snapshot.read_bytes(), stamp.read_bytes()
        rig.say_account(OTHER)
        (rig.repository.metadata / "2.snapshot.json").unlink()  # the plug was pulled before these
        stamp.write_bytes(old[1])
        assert rig.repository.freshen(rig.now)
        assert rig.refresh().problems == ()
        assert rig.accounts() == [ACCOUNT, OTHER]


class TestStanding:
    def test_all_is_well_and_soon_over(self, rig: TrustRig) -> None:
        found = {each.role: each for each in standings(rig.repository, NOW)}
        assert not any(each.problem or each.is_soon for each in found.values())
        assert (found["payees"].threshold, found["payees"].keys) == (2, ("malee", "mana"))
        later = {each.role: each for each in standings(rig.repository, NOW + timedelta(days=170))}
        assert later["payees"].is_soon
        assert not later["targets"].is_soon
        assert later["timestamp"].problem.startswith("over since")

    def test_a_file_somebody_changed_is_named(self, rig: TrustRig) -> None:
        file = rig.repository.metadata / "1.payees.json"
        file.write_bytes(file.read_bytes().replace(ACCOUNT.encode(), b"999999999999999"))
        problems = {each.role: each.problem for each in standings(rig.repository, NOW) if each.problem}
        assert list(problems) == ["payees"]
        assert "needs 2 signatures and has 0" in problems["payees"]

    def test_a_draft_shows_all_it_says(self, rig: TrustRig) -> None:
        draft_account(rig)
        said = in_words(drafts.read_draft(drafts.draft_file(rig.repository, "payees")), "payees")
        for part in ("payees, version 2", ACCOUNT, OTHER, "ผู้รับเงินตัวอย่าง"):
            assert part in said


class TestKeyFiles:
    def test_a_key_opens_with_its_passphrase_only(self, tmp_path: Path) -> None:
        public = make_key("somchai", PASSPHRASE, tmp_path / "somchai.key", scrypt_n=2)
        assert open_key(tmp_path / "somchai.key", PASSPHRASE).public_key.keyid == public.tuf.keyid
        assert read_public(tmp_path / "somchai.pub") == public
        assert (tmp_path / "somchai.key").stat().st_mode & 0o777 == 0o600
        with pytest.raises(KeyFileError, match="this is not the passphrase"):
            open_key(tmp_path / "somchai.key", PASSPHRASE + " ")

    def test_a_public_half_that_was_changed_does_not_open(self, tmp_path: Path) -> None:
        mine, other = (make_key(name, PASSPHRASE, tmp_path / f"{name}.key", scrypt_n=2) for name in ("a", "b"))
        file = tmp_path / "a.key"
        file.write_text(file.read_text("utf-8").replace(mine.public, other.public), "utf-8")
        with pytest.raises(KeyFileError, match="this is not the passphrase"):
            open_key(file, PASSPHRASE)

    @pytest.mark.parametrize(
        ("name", "passphrase", "why"),
        [("somchai", "short", "at least 12"), ("Som Chai", PASSPHRASE, "no name for a key")],
    )
    def test_what_cannot_be_a_key(self, tmp_path: Path, name: str, passphrase: str, why: str) -> None:
        with pytest.raises(KeyFileError, match=why):
            make_key(name, passphrase, tmp_path / "k.key", scrypt_n=2)
        assert not (tmp_path / "k.key").exists()

    def test_a_key_is_never_written_over_another(self, tmp_path: Path) -> None:
        make_key("a", PASSPHRASE, tmp_path / "k.key", scrypt_n=2)
        before = (tmp_path / "k.key").read_bytes()
        with pytest.raises(KeyFileError, match="never written over"):
            make_key("b", PASSPHRASE, tmp_path / "k.key", scrypt_n=2)
        assert (tmp_path / "k.key").read_bytes() == before

    @pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"name": "a", "public": "zz"}'])
    def test_what_is_no_key(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "k.key").write_bytes(content)
        with pytest.raises(KeyFileError, match="is no private key of ours"):
            open_key(tmp_path / "k.key", PASSPHRASE)
        with pytest.raises(KeyFileError, match="No such file"):
            read_public(tmp_path / "nowhere.pub")
