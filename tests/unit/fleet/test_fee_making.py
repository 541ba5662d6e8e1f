"""Notices from rules: told, made once, grown while owed, and never touched when paid; rules signed by two."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from fleet.devices.models import Outgoing
from fleet.office.fees import making, rulebook
from fleet.office.fees.making import Asked
from fleet.office.fees.models import FeeRule, NoticeRevision, SignedRuleError, YearlyFee
from fleet.office.fees.reckoning import Refusal
from fleet.office.models import Factory, Notice, Office
from fleet.office.records import mark_paid
from fleet.payments.billing import grow_notices, make_notices, payee_of
from fleet.payments.confirming import confirm, withdraw
from fleet.payments.matching import Match
from fleet.protocol.codes import NoticeCode, classify
from tests.support.fleet_payments import word
from tests.support.sample_fees import document

YEAR = 2030
TODAY = date(2030, 1, 2)


def signed_rule() -> FeeRule:
    author, signer = User.objects.create(username="author"), User.objects.create(username="signer")
    return rulebook.sign(rulebook.draft(document(sample=False), author, "จากประกาศ").version, signer)


def cbi() -> Office:
    return Office.objects.get(pk="CBI")


def made(month: int | None = None, as_of: date = TODAY) -> list[str]:
    return make_notices(Asked(cbi(), YEAR, month), rulebook.versions(), as_of, None)


def test_without_a_signed_rule_nothing_is_made_and_it_says_why() -> None:
    told = making.plan(Asked(cbi(), YEAR), rulebook.versions(), TODAY)
    assert not told.fees
    assert told.refusals()[Refusal.NO_RULE] >= 5


def test_a_draft_makes_samples_only() -> None:
    told = making.plan(Asked(cbi(), YEAR), rulebook.versions(drafts_too=True), TODAY)
    assert told.sample_count == len(told.fees) > 0


def test_what_is_told_is_made_once_and_the_kiosks_hear() -> None:
    signed_rule()
    told = making.plan(Asked(cbi(), YEAR), rulebook.versions(), TODAY)
    before, revision = Outgoing.objects.count(), cbi().revision
    numbers = made()
    assert len(numbers) == len(told.fees) > 0
    notices = Notice.objects.filter(pk__in=numbers)
    assert sum(each.amount_satang for each in notices) == told.total_satang
    assert not any(each.sample for each in notices)
    assert all(isinstance(classify(each.reference), NoticeCode) for each in notices)
    assert all(sum(line["amount_satang"] for line in each.lines) == each.amount_satang for each in notices)
    assert cbi().revision > revision
    assert Outgoing.objects.count() > before
    assert made() == []
    assert YearlyFee.objects.filter(fee_year=YEAR).count() == len(numbers)


def test_a_month_makes_what_falls_due_in_it_and_the_rest_later() -> None:
    signed_rule()
    january = made(month=1)
    assert {YearlyFee.objects.get(notice=each).due_on.month for each in january} == {1}
    assert set(january).isdisjoint(made())


def test_a_withdrawn_notice_is_replaced_only_when_asked() -> None:
    signed_rule()
    first = made()[0]
    withdraw(first, "แรงม้าผิด", timezone.now())
    assert made() == []
    again = make_notices(Asked(cbi(), YEAR, again=True), rulebook.versions(), TODAY, None)
    assert len(again) == 1
    factory = Notice.objects.get(pk=first).factory
    assert YearlyFee.objects.get(factory=factory, fee_year=YEAR).notice_id == again[0]
    assert NoticeRevision.objects.filter(notice=first).exists()


def test_an_owed_notice_grows_and_an_older_qr_goes_to_a_person() -> None:
    signed_rule()
    number = made(month=1)[0]
    before = Notice.objects.get(pk=number)
    held = YearlyFee.objects.get(notice=number).holds_until
    assert held is not None
    assert grow_notices(held) == 0
    Outgoing.objects.all().delete()
    assert grow_notices(date(YEAR, 4, 1)) >= 1
    assert Outgoing.objects.filter(topic__contains="/CBI-").exists(), "its kiosks are told"
    after = Notice.objects.get(pk=number)
    assert after.amount_satang == before.amount_satang + 3 * before.amount_satang // 20
    assert [each.why for each in NoticeRevision.objects.filter(notice=number)] == ["surcharge", "made"]
    assert confirm(word(after, amount_satang=before.amount_satang)).match == Match.UNDER
    assert confirm(word(after, "T2")).match == Match.EXACT


def test_a_paid_notice_never_grows_even_if_the_bank_was_faster_by_a_moment() -> None:
    signed_rule()
    number = made(month=1)[0]
    keys = making.outgrown(date(YEAR, 6, 1))
    notice = Notice.objects.select_related("factory").get(pk=number)
    mark_paid(notice, timezone.now())
    making.grow(keys, date(YEAR, 6, 1))
    assert Notice.objects.get(pk=number).amount_satang == notice.amount_satang
    assert YearlyFee.objects.get(notice=number).revision == 1


def test_growing_does_not_decide_the_fee_anew() -> None:
    signed_rule()
    number = made(month=1)[0]
    before = Notice.objects.get(pk=number)
    Factory.objects.filter(pk=before.factory_id).update(horsepower=9999)
    grow_notices(date(YEAR, 2, 20))
    after = Notice.objects.get(pk=number)
    assert after.lines[0] == before.lines[0]
    assert len(after.lines) == 2


def test_a_letter_of_an_office_without_kiosks_is_payable() -> None:
    signed_rule()
    number = made(month=1)[0]
    cbi().kiosks.all().delete()
    payee = payee_of(cbi())
    assert payee is not None
    assert payee.biller_id == "112345678901234"
    assert confirm(word(Notice.objects.get(pk=number))).match == Match.EXACT


def test_who_wrote_a_rule_does_not_sign_it_and_a_signed_one_stays() -> None:
    author, signer = User.objects.create(username="a"), User.objects.create(username="b")
    rule = rulebook.draft(document(), author, "ทดลอง")
    with pytest.raises(rulebook.SignError) as own:
        rulebook.sign(rule.version, author)
    assert own.value.own
    assert rulebook.draft(document(source="แก้"), author, "แก้", rule.version).version == rule.version
    signed = rulebook.sign(rule.version, signer)
    with pytest.raises(rulebook.SignError):
        rulebook.sign(rule.version, signer)
    for change in (
        lambda: rulebook.draft(document(), author, "แก้", rule.version),
        signed.save,
        signed.delete,
        lambda: FeeRule.objects.filter(pk=rule.version).update(reason="x"),
        lambda: FeeRule.objects.all().delete(),
    ):
        with pytest.raises(SignedRuleError):
            change()


def test_the_database_refuses_a_rule_signed_by_its_author() -> None:
    author = User.objects.create(username="a")
    rule = rulebook.draft(document(), author, "ทดลอง")
    rule.signed_by, rule.signed_at = author, timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()
