"""Changes that wait: for another person where money is named, for their time, and for both; once, and never silently
over somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.acting import planning
from fleet.acting.planning import DecideError, Refusal, State
from fleet.acting.settings import PublishError, Wanted, go_back, names_money, publish, spot_of, spot_seen
from fleet.acting.settings import Refusal as Unfit
from fleet.audit.models import Entry
from fleet.conduct.office_work import OfficeWork
from fleet.devices.desired import change_settings, latest_document
from fleet.devices.models import Layer, Outgoing, PlannedSettings, SettingsRevision
from fleet.devices.planned import due
from fleet.office.models import Province
from fleet.people.models import Invitation, Membership, Role
from fleet.people.scope import EVERYWHERE, Scope, scope_of
from fleet.site.sample_other_fees import sample_fees

SOON = timedelta(hours=3)
CALM = {"patience": {"step_s": 90}}


def person(name: str, role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20) -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return user


def held(layer: str = "province", key: str = "20") -> dict[str, Any]:
    latest = latest_document(layer, key)
    return dict(latest.document) if latest else {}


def wish(document: dict[str, Any], author: User | None, at: datetime | None = None, **more: Any) -> PlannedSettings:
    """Wanted of Chon Buri's layer; it has to wait."""
    latest = latest_document("province", "20")
    wanted = Wanted(document=document, base=latest.revision if latest else 0, reason="ลองดู", takes_effect_at=at, **more)
    made = publish(spot_of(Province.objects.get(pk=20)), wanted, author)
    assert isinstance(made, PlannedSettings)
    return made


def never() -> bool:
    return False


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


# ---- what is money


@pytest.mark.parametrize(
    ("before", "after", "is_money"),
    [
        ({}, CALM, False),
        ({}, {"payee": {"biller_id": "1"}}, True),
        ({}, {"sample": False}, True),
        ({}, {"payees": {"a": {"biller_id": "1"}}}, True),
        ({}, {"fees": {"a": {"payee": "b"}}}, True),
        ({}, {"fees": {"a": {"amount": {"fixed_satang": 1}}}}, True),
        ({"fees": {"a": {"payee": "b"}}}, {}, True),
        ({}, {"fees": {"a": {"offered": False}}}, False),
        ({"fees": {"a": {"payee": "b", "icon": "house"}}}, {"fees": {"a": {"payee": "b", "position": 2}}}, False),
        ({"payee": {"biller_id": "1"}}, {"payee": {"biller_id": "1"}, **CALM}, False),
    ],
)
def test_what_names_an_account_or_an_amount_names_money(
    before: dict[str, Any], after: dict[str, Any], is_money: bool
) -> None:
    assert names_money(before, after) is is_money


# ---- in time


def test_a_change_waits_for_its_time_and_comes_once() -> None:
    admin, now = person("admin"), timezone.now()
    plan = wish(CALM, admin, now + SOON)
    assert (plan.state, held(), Outgoing.objects.count()) == (State.PLANNED, {}, Outgoing.objects.count())
    assert not due(now).exists()
    assert planning.work(at(now), never) == 0
    assert due(now + SOON).get() == plan
    assert planning.work(at(now + SOON), never) == 1
    assert planning.work(at(now + SOON), never) == 0
    assert planning.carry_out(plan.pk, now + SOON).state == State.DONE
    revision = SettingsRevision.objects.get(layer="province", key="20")
    assert (revision.document, revision.author, revision.reason) == (CALM, admin, "ลองดู")
    plan.refresh_from_db()
    assert (plan.state, plan.brought) == (State.DONE, revision.revision)
    line = Entry.objects.get(what="settings-in-time")
    assert (line.about, line.dopa_code, line.by_name) == ("province/20", 20, "admin")


def test_killed_on_any_line_it_is_as_if_it_had_not_begun() -> None:
    now = timezone.now()
    plan = wish(CALM, person("admin"), now + SOON)
    told = Outgoing.objects.count()

    class Killed(BaseException):
        """The process ends before the transaction does."""

    def killed_before_the_end() -> None:
        with transaction.atomic():
            assert planning.carry_out(plan.pk, now + SOON).state == State.DONE
            raise Killed

    with pytest.raises(Killed):
        killed_before_the_end()
    plan.refresh_from_db()
    assert (plan.state, held(), Outgoing.objects.count()) == (State.PLANNED, {}, told)
    assert planning.work(at(now + SOON), never) == 1
    assert held() == CALM


def test_what_came_into_the_layer_meanwhile_stays() -> None:
    now = timezone.now()
    change_settings(Layer.PROVINCE, "20", {"patience": {"step_s": 70, "taking_s": 40}}, None, "ก่อน")
    plan = wish({"patience": {"step_s": 90}}, person("admin"), now + SOON)  # step_s another, taking_s out
    words = {"greeting": {"th": "ก", "en": "a"}}
    change_settings(Layer.PROVINCE, "20", {"patience": {"step_s": 70, "taking_s": 40}, **words}, None, "ระหว่างนั้น")
    assert planning.carry_out(plan.pk, now + SOON).state == State.DONE
    assert held() == {"patience": {"step_s": 90}, **words}


def test_where_both_say_something_of_one_value_nothing_is_done_and_it_says_so() -> None:
    now = timezone.now()
    plan = wish(CALM, person("admin"), now + SOON)
    change_settings(Layer.PROVINCE, "20", {"patience": {"step_s": 70}}, None, "ระหว่างนั้น")
    ended = planning.carry_out(plan.pk, now + SOON)
    assert (ended.state, ended.problem) == (State.FAILED, "conflict\npatience.step_s")
    assert held() == {"patience": {"step_s": 70}}
    assert not due(now + SOON).exists()


def test_what_no_kiosk_can_live_with_by_then_fails_and_says_so() -> None:
    now = timezone.now()
    fee = {"name": {"th": "ก", "en": "a"}, "payee": "town", "reference": {"shape": "SB####"}}
    change_settings(Layer.NATIONAL, "", {**held("national", ""), "payees": {}, "fees": {}}, None, "ไม่มีผู้รับ")
    with pytest.raises(PublishError) as caught:
        wish({"fees": {"sample-1": fee}}, person("admin"))
    assert caught.value.refusal is Unfit.DOES_NOT_FIT
    plan = wish(CALM, person("other"), now + SOON)
    Membership.objects.all().delete()
    ended = planning.carry_out(plan.pk, now + SOON)
    assert (ended.state, ended.problem) == (State.FAILED, "not-yours"), "who may not any more does not either"


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=-1), timedelta(days=400)])
def test_it_is_planned_for_the_year_that_comes(late: timedelta) -> None:
    with pytest.raises(PublishError) as caught:
        wish(CALM, person("admin"), timezone.now() + late)
    assert caught.value.refusal is Unfit.NO_SUCH_TIME


def test_a_planned_change_is_withdrawn() -> None:
    now, admin = timezone.now(), person("admin")
    plan = wish(CALM, admin, now + SOON)
    with pytest.raises(DecideError) as caught:
        planning.withdraw(plan, person("elsewhere", dopa_code=40), now)
    assert caught.value.refusal is Refusal.NOT_YOURS
    planning.withdraw(plan, admin, now)
    assert planning.work(at(now + SOON), never) == 0
    with pytest.raises(DecideError):
        planning.withdraw(plan, admin, now)
    assert held() == {}


def test_the_leader_starts_somebody_when_it_is_time() -> None:
    begun: list[str] = []
    plan = wish(CALM, person("admin"), timezone.now() + SOON)
    OfficeWork(start=begun.append).turn()  # type: ignore[arg-type,return-value]
    assert "settings" not in begun
    PlannedSettings.objects.filter(pk=plan.pk).update(takes_effect_at=timezone.now())
    OfficeWork(start=begun.append).turn()  # type: ignore[arg-type,return-value]
    assert begun.count("settings") == 1


# ---- four eyes


SIGNBOARD = {"fees": {next(iter(sample_fees())): {"amount": {"most_satang": 900_000}}}}


def test_an_amount_is_agreed_to_by_another_admin_and_by_nobody_else() -> None:
    one, now = person("one"), timezone.now()
    plan = wish(SIGNBOARD, one)
    assert (plan.state, held()) == (State.ASKED, {})
    treasury = person("treasury", Role.TREASURY)
    for who, why in (
        (one, Refusal.OWN),
        (person("elsewhere", dopa_code=40), Refusal.NOT_YOURS),
        (person("officer", Role.OFFICER), Refusal.NOT_YOURS),
        (treasury, Refusal.NOT_YOURS),
    ):
        with pytest.raises(DecideError) as caught:
            planning.agree(plan, who, now)
        assert caught.value.refusal is why
    fresh = person("fresh")
    Invitation.objects.create(user=fresh, made_by=one, sha256="0", made_at=now, expires_at=now)
    with pytest.raises(DecideError) as caught:
        planning.agree(plan, fresh, now)
    assert caught.value.refusal is Refusal.FRESH
    two = person("two")
    assert planning.agree(plan, two, now).state == State.DONE
    assert held() == SIGNBOARD
    with pytest.raises(DecideError) as caught:
        planning.agree(plan, two, now)
    assert caught.value.refusal is Refusal.NOT_WAITING
    assert SettingsRevision.objects.filter(layer="province", key="20").count() == 1


def test_whose_account_it_is_two_of_the_treasury_say() -> None:
    payees = {"payees": {"another": {"name": {"th": "ผู้รับตัวอย่าง", "en": "Sample"}, "biller_id": "112345678901234"}}}
    with pytest.raises(PublishError) as caught:
        wish(payees, person("admin"))
    assert caught.value.refusal is Unfit.NOT_YOURS
    one, two = person("one", Role.TREASURY), person("two", Role.TREASURY)
    plan = wish(payees, one, as_admin=False, as_treasury=True)
    with pytest.raises(DecideError):
        planning.agree(plan, person("other-admin"), timezone.now())
    assert planning.agree(plan, two, timezone.now()).state == State.DONE
    assert held() == payees
    with pytest.raises(PublishError) as caught:
        wish({**payees, **CALM}, one, as_admin=False, as_treasury=True)
    assert caught.value.refusal is Unfit.NOT_AN_ADMINS


def test_a_no_has_a_reason_and_ends_it() -> None:
    plan, two, now = wish(SIGNBOARD, person("one")), person("two"), timezone.now()
    with pytest.raises(DecideError) as caught:
        planning.refuse(plan, two, "ไม่", now)
    assert caught.value.refusal is Refusal.NO_REASON
    planning.refuse(plan, two, "ยอดสูงเกินหนังสือ", now)
    plan.refresh_from_db()
    assert (plan.state, plan.decided_because, held()) == (State.REFUSED, "ยอดสูงเกินหนังสือ", {})


def test_nobody_agrees_for_a_fortnight_and_it_is_over() -> None:
    plan, two = wish(SIGNBOARD, person("one")), person("two")
    later = timezone.now() + timedelta(days=15)
    with pytest.raises(DecideError) as caught:
        planning.agree(plan, two, later)
    assert caught.value.refusal is Refusal.NOT_WAITING
    assert planning.work(at(later), never) == 1
    plan.refresh_from_db()
    assert plan.state == State.EXPIRED


def test_what_is_agreed_to_waits_for_its_time_and_not_beyond_it() -> None:
    one, two, now = person("one"), person("two"), timezone.now()
    plan = wish(SIGNBOARD, one, now + SOON)
    assert plan.expires_at == now + SOON == plan.takes_effect_at
    assert planning.agree(plan, two, now).state == State.PLANNED
    assert held() == {}
    assert planning.work(at(now + SOON), never) == 1
    assert held() == SIGNBOARD


def test_going_back_to_other_amounts_is_agreed_to_as_well() -> None:
    change_settings(Layer.PROVINCE, "20", SIGNBOARD, None, "ก่อน")
    change_settings(Layer.PROVINCE, "20", {**SIGNBOARD, **CALM}, None, "ช้าลง")
    spot, one = spot_of(Province.objects.get(pk=20)), person("one")
    asked = Wanted(document={}, base=0, reason="ย้อน")
    made = go_back(spot, None, asked, one)
    assert isinstance(made, SettingsRevision)
    assert (made.document, made.restores) == (SIGNBOARD, 1)
    plan = go_back(spot, None, asked, one)
    assert isinstance(plan, PlannedSettings)
    assert held() == SIGNBOARD
    assert planning.agree(plan, person("two"), timezone.now()).state == State.DONE
    latest = latest_document("province", "20")
    assert latest is not None
    assert (latest.document, latest.restores) == ({}, 0)
    with pytest.raises(LookupError):
        go_back(spot, None, asked, one)


def test_an_account_finds_what_is_planned_where_it_sees_layers() -> None:
    plan = wish(CALM, person("admin"), timezone.now() + SOON)
    national = Wanted(
        document={**held("national", ""), **CALM}, base=1, reason="ทั้งประเทศ", takes_effect_at=timezone.now() + SOON
    )
    spot = spot_seen(Scope(sees=EVERYWHERE), "national", "")
    assert spot is not None
    nations = publish(spot, national, person("nation", Role.NATIONAL_ADMIN, None))
    assert set(planning.planned_seen(scope_of(plan.asked_by))) == {plan, nations}  # type: ignore[arg-type]
    assert set(planning.planned_seen(scope_of(person("elsewhere", dopa_code=40)))) == {nations}
    assert set(planning.planned_seen(scope_of(User.objects.create_user("nobody")))) == set()
