"""Whose a bank's word is: of its notice, or of the kiosk that showed its QR, or nobody's; and who is shown it then."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from fleet.acting.owners import province_of
from fleet.acting.seen import confirmations_seen
from fleet.audit.written_once import guard, unguard
from fleet.payments.confirming import confirm
from fleet.payments.days import received, together
from fleet.payments.models import Confirmation
from fleet.payments.standing import only_open
from fleet.people.models import Membership, Role
from fleet.people.scope import EVERYWHERE, Scope, scope_of
from fleet.web.payments_asked import Asked
from tests.support.fleet_payments import owed, shown, word
from tests.unit.fleet.test_other_fees import fee_shown, fee_word

CHON_BURI, KHON_KAEN, AYUTTHAYA = 20, 40, 14
NOBODYS = "N2099999999X"


def said() -> dict[str, Confirmation]:
    """A word of every kind, by whose it is; the notice of Khon Kaen was shown at a kiosk of Chon Buri."""
    theirs = owed("KKN")
    shown(theirs, kiosk_id="CBI-02")
    fee_shown()
    over = owed("CBI")
    return {
        "KKN": confirm(word(theirs, "T1", ref2="CBI02000001")),
        "CBI": confirm(word(over, "T2", amount_satang=over.amount_satang + 1)),
        "CBI, a fee": confirm(fee_word()),
        "nobody": confirm(word(theirs, "T3", ref1=NOBODYS)),
    }


def scope(role: Role, dopa_code: int | None) -> Scope:
    user = User.objects.create(username=f"{role}-{dopa_code}")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return scope_of(user)


def test_a_word_is_its_notices_offices_wherever_it_was_shown_and_without_one_its_kiosks() -> None:
    found = {whose: each.office_id for whose, each in said().items()}
    assert found == {"KKN": "KKN", "CBI": "CBI", "CBI, a fee": "CBI", "nobody": None}


@pytest.mark.parametrize(
    ("role", "dopa_code", "seen"),
    [
        (Role.NATIONAL_ADMIN, None, {"KKN", "CBI", "CBI, a fee", "nobody"}),
        (Role.TREASURY, None, {"KKN", "CBI", "CBI, a fee", "nobody"}),
        (Role.OFFICER, CHON_BURI, {"CBI", "CBI, a fee"}),
        (Role.TREASURY, KHON_KAEN, {"KKN"}),
        (Role.OFFICER, AYUTTHAYA, set()),
        (Role.TECHNICIAN, CHON_BURI, set()),
    ],
)
def test_it_is_shown_to_whose_money_it_is_and_what_is_nobodys_to_the_nation(
    role: Role, dopa_code: int | None, seen: set[str]
) -> None:
    words = said()
    who = scope(role, dopa_code)
    assert {whose for whose, each in words.items() if each in confirmations_seen(who)} == seen
    waiting = {whose for whose, each in words.items() if each in only_open(confirmations_seen(who))}
    assert waiting == seen & {"CBI", "nobody"}


@pytest.mark.parametrize(
    ("dopa_code", "asked", "seen"),
    [
        (None, CHON_BURI, {"CBI", "CBI, a fee"}),
        (None, KHON_KAEN, {"KKN"}),
        (None, AYUTTHAYA, set()),
        (None, 0, set()),
        (CHON_BURI, CHON_BURI, {"CBI", "CBI, a fee"}),
        (CHON_BURI, KHON_KAEN, set()),
    ],
)
def test_who_asks_for_a_province_is_shown_it_within_what_is_theirs_and_the_same_is_added_up(
    dopa_code: int | None, asked: int, seen: set[str]
) -> None:
    words = said()
    who = scope(Role.PROVINCIAL_ADMIN if dopa_code else Role.NATIONAL_ADMIN, dopa_code)
    page = Asked.of(RequestFactory().get("/payments/", {"province": str(asked)}))
    assert {whose for whose, each in words.items() if each in page.confirmations(who)} == seen
    day = words["KKN"].business_day
    count, satang, waiting, _ = together(received(page.counted(who), day, day))
    assert (count, waiting) == (len(seen), len(seen & {"CBI"}))
    assert satang == sum(words[whose].amount_satang for whose in seen)


def test_the_trail_names_the_province_of_a_word() -> None:
    found = {whose: province_of({"number": each.pk}, "payment", EVERYWHERE) for whose, each in said().items()}
    assert found == {"KKN": KHON_KAEN, "CBI": CHON_BURI, "CBI, a fee": CHON_BURI, "nobody": None}


def test_words_that_were_there_before_get_their_office_and_stay_guarded() -> None:
    migration = import_module("fleet.payments.migrations.0008_words_offices")
    whose = {each.pk: each.office_id for each in said().values()}
    assert set(whose.values()) == {"KKN", "CBI", None}
    editor = connection.schema_editor()
    unguard(migration.TABLES, editor)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_confirmation SET office_id = NULL")
    guard(migration.TABLES, editor)
    migration.fill(apps, editor)
    assert dict(Confirmation.objects.values_list("pk", "office_id")) == whose
    for change in ("UPDATE payments_confirmation SET office_id = NULL", "DELETE FROM payments_confirmation"):
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
