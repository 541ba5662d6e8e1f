"""What of the settings a kiosk offers, by what is signed: nothing unsigned, and always with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fleet.protocol.settings import Words
from fleet.protocol.trust import SignedPayee
from kiosk import trusted
from kiosk.trusted import NOBODY, RoleStanding, Trusted
from tests.support.sample_visit import settings

NOW = trusted.BUILT_AT + timedelta(days=49)
END = NOW + timedelta(days=1)
SIGNED = SignedPayee(biller_id="112345678901234", name=Words(th="คลังจังหวัดตัวอย่าง", en="Sample treasury"))
KEY = "ab" * 32


def known(**changes: object) -> Trusted:
    held = Trusted(
        root="r",
        verified_at=NOW,
        floor=trusted.BUILT_AT,
        dopa_code=20,
        roles={"payees": RoleStanding(version=1, until=NOW + timedelta(days=1))},
        payees=(SIGNED,),
        customer_keys=(KEY,),
    )
    return msgspec.structs.replace(held, **changes)


def test_an_account_that_is_signed_is_offered_under_the_name_it_was_signed_under() -> None:
    found, why = trusted.within(settings(services=["pay-fee", "tell-us"]), known(), NOW)
    assert why == ()
    assert found.services == ("pay-fee", "tell-us")
    assert found.payee.name == SIGNED.name


def test_of_several_names_the_settings_choose() -> None:
    other = settings().payee.name
    signed = msgspec.structs.replace(SIGNED, other_names=(other,))
    assert trusted.within(settings(), known(payees=(signed,)), NOW)[0].payee.name == other


@pytest.mark.parametrize(
    ("what", "at", "why"),
    [
        (None, NOW, "nothing verified yet"),
        (known(roles={}), NOW, "nothing verified yet"),
        (known(payees=()), NOW, "112345678901234 is not signed"),
        (known(payees=(msgspec.structs.replace(SIGNED, provinces=(21,)),)), NOW, "for other provinces"),
        (known(), NOW + timedelta(days=1), f"over since {END:%Y-%m-%d}"),
        (known(floor=NOW + timedelta(days=1)), datetime(1970, 1, 1, tzinfo=UTC), f"over since {END:%Y-%m-%d}"),
    ],
)
def test_any_other_is_not_and_nothing_else_is_missing(what: Trusted | None, at: datetime, why: str) -> None:
    found, problems = trusted.within(settings(services=["pay-fee", "tell-us"]), what, at)
    assert found.services == ("tell-us",)
    assert found.payee.biller_id == NOBODY, "who is about to pay gets no QR of it either"
    assert len(problems) == 1
    assert problems[0].startswith("no payments: payees: ")
    assert problems[0].endswith(why)


def test_an_account_of_this_province_is_offered() -> None:
    here = msgspec.structs.replace(SIGNED, provinces=(20, 21))
    assert trusted.within(settings(), known(payees=(here,)), NOW)[1] == ()


def test_what_was_signed_as_a_sample_says_so_whatever_the_settings_say() -> None:
    sample = msgspec.structs.replace(SIGNED, sample=True)
    assert trusted.within(settings(sample=False), known(payees=(sample,)), NOW)[0].sample
    assert not trusted.within(settings(sample=False), known(), NOW)[0].sample


def test_fees_of_other_offices_go_to_signed_accounts_only() -> None:
    other = {"th": "เทศบาลตัวอย่าง", "en": "Sample municipality"}
    document = {
        "services": ["pay-fee", "other-fee"],
        "payees": {
            "town": {"name": other, "biller_id": SIGNED.biller_id},
            "thief": {"name": other, "biller_id": "999999999999999"},
        },
        "fees": {
            "sign": {"name": other, "payee": "town", "reference": {"shape": "SB########"}},
            "waste": {"name": other, "payee": "thief", "reference": {"shape": "WF######"}},
        },
    }
    found, why = trusted.within(settings(**document), known(), NOW)
    assert (list(found.fees), list(found.payees)) == (["sign"], ["town"])
    assert found.payees["town"].name == SIGNED.name, "a name that nobody signed is not shown"
    assert found.services == ("pay-fee", "other-fee")
    assert why == ("no payments: payees: 999999999999999 is not signed",)
    found, why = trusted.within(settings(**document), None, NOW)
    assert (found.services, dict(found.fees), dict(found.payees)) == ((), {}, {})


def test_nobody_is_registered_under_a_key_that_is_not_signed() -> None:
    wanted = {"services": ["register", "tell-us"]}
    found, why = trusted.within(settings(customer_key=KEY, **wanted), known(), NOW)
    assert (found.customer_key, found.services, why) == (KEY, ("register", "tell-us"), ())
    found, why = trusted.within(settings(customer_key="cd" * 32, **wanted), known(), NOW)
    assert (found.customer_key, found.services) == ("", ("tell-us",))
    assert why == ("no registrations: the key is not signed",)


@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 100, b'{"root": 1}', b"\xff\xfe"])
def test_a_file_that_is_broken_is_nothing_believed(tmp_path: Path, content: bytes) -> None:
    trusted.store(tmp_path, known())
    assert trusted.load(tmp_path) == known()
    (tmp_path / trusted.FILE_NAME).write_bytes(content)
    assert trusted.load(tmp_path) is None


def test_no_clock_is_before_the_release_was_built(tmp_path: Path) -> None:
    assert trusted.built_at(tmp_path / "none") == trusted.BUILT_AT
    later = trusted.BUILT_AT + timedelta(days=400)
    for said, believed in (
        (f"{later.timestamp():.0f}\n", later), ("0\n", trusted.BUILT_AT), ("soon\n", trusted.BUILT_AT),
        ("9" * 40, trusted.BUILT_AT),
    ):  # fmt: skip
        file = tmp_path / f"said-{said.strip()[:9]}"
        file.write_text(said, "ascii")
        assert trusted.built_at(file) == believed
