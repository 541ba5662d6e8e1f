"""Whose account a letter carries: the one that people signed, under the name they signed, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import override_settings

from fleet.devices.desired import change_settings
from fleet.devices.models import Layer
from fleet.office.fees import runs
from fleet.office.models import Notice, Office
from fleet.payments.billing import payee_of, settings_of
from fleet.protocol.settings import Words
from fleet.protocol.trust import PAYEES, SignedPayee, payee_path
from fleet.site.sample_trust import make_sample_trust, sign_and_publish
from fleet.trust import drafts
from fleet.trust.accounts import NotSignedError, signed_payee
from fleet.trust.repository import Repository

THIEF = "999999999999999"
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose repository has one account, made once."""
    data = tmp_path_factory.mktemp("fleet")
    named = {"biller_id": "112345678901234", "name": {"th": "บัญชีตัวอย่างที่ลงนาม", "en": "Sample account, signed"}}
    make_sample_trust(data, {"payee": named, "customer_key": "00" * 32})
    return data


@pytest.fixture
def data(signed: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(signed / "trust", tmp_path / "trust")
    with override_settings(DATA_DIR=tmp_path):
        yield tmp_path


def office() -> Office:
    return Office.objects.get(pk="CBI")


def say(**payee: Any) -> None:
    change_settings(Layer.OFFICE, "CBI", {"payee": payee}, None, "ทดลอง")


def letters() -> list[runs.Letter]:
    first = Notice.objects.filter(factory__office="CBI", paid_at=None).first()
    assert first is not None
    return runs.letters_of(office(), [first.pk], payee_of, TODAY)


def test_without_a_repository_the_settings_are_all_there_is(tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path):
        found, said = payee_of(office()), settings_of(office())
    assert found is not None
    assert said is not None
    assert (found.name_th, found.biller_id) == (said.payee.name.th, said.payee.biller_id)


def test_an_account_carries_the_name_it_was_signed_under(data: Path) -> None:
    say(biller_id="112345678901234", name={"th": "ใครก็ได้", "en": "Anybody"})
    (letter,) = letters()
    assert letter.payee_th == "บัญชีตัวอย่างที่ลงนาม"
    assert letter.bill.biller_id == "112345678901234"
    assert letter.sample


def test_an_account_that_nobody_signed_is_printed_on_no_letter(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    say(biller_id=THIEF, name={"th": "บัญชีตัวอย่างที่ลงนาม", "en": "Sample account, signed"})
    with pytest.raises(runs.NoPayeeError):
        letters()
    assert f"{THIEF} is not signed" in caplog.text


def test_what_was_signed_is_over_one_day(data: Path) -> None:
    now = datetime.now(UTC)
    assert signed_payee(data / "trust", "112345678901234", 20, now) is not None
    with pytest.raises(NotSignedError, match="over since"):
        signed_payee(data / "trust", "112345678901234", 20, now + timedelta(days=4000))


def test_an_account_is_for_the_provinces_it_was_signed_for(data: Path) -> None:
    repository, now = Repository(data / "trust"), datetime.now(UTC)
    account = SignedPayee(biller_id=THIEF, name=Words(th="ตัวอย่าง", en="Sample"), provinces=(40,))
    drafts.say(repository, PAYEES, payee_path(THIEF), msgspec.to_builtins(account), now)
    sign_and_publish(repository, now)
    assert signed_payee(data / "trust", THIEF, 40, now) == account
    with pytest.raises(NotSignedError, match="other provinces"):
        signed_payee(data / "trust", THIEF, 20, now)


def test_metadata_that_was_touched_names_no_account(data: Path) -> None:
    newest = max((data / "trust" / "metadata").glob(f"*.{PAYEES}.json"))
    newest.write_bytes(newest.read_bytes().replace(b"112345678901234", THIEF.encode()))
    with pytest.raises(NotSignedError, match="signatures"):
        signed_payee(data / "trust", THIEF, 20, datetime.now(UTC))
