"""Every route that leads to one thing, on a thing of another province, and of another under an own office or kiosk.

Made from the route table: a new route of a thing fails here until ``THINGS`` or ``OF_NO_PROVINCE`` knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.devices.models import KioskCommand
from fleet.office.cases.models import Case
from fleet.office.fees.models import LetterPart, LetterRun
from fleet.office.models import Factory, Folder
from fleet.payments.confirming import confirm
from fleet.people.models import Membership, Role
from tests.support.fleet_payments import owed, word
from tests.support.round_kiosks import alert
from tests.support.signed_in import browser_of
from tests.support.things_elsewhere import (
    THEIRS,
    person_there,
    planned_there,
    rollout_there,
    run_there,
    ticket_there,
    webhook_there,
)
from tests.unit.fleet.test_pages_closed import CLOSED, ONLY_A_DEED

OURS = 20
_PARAMETER = re.compile(r"<[a-z]+:(\w+)>")


THINGS: dict[str, Callable[[], object]] = {
    "settings/waiting/<int:plan>": lambda: planned_there().pk,
    "alerts/<int:number>": lambda: alert("KKN-01", dopa_code=THEIRS).pk,
    "alerts/rules/<int:dopa_code>": lambda: THEIRS,
    "payments/<str:number>": lambda: confirm(word(owed("KKN"))).pk,
    "factories/<str:factory_no>": lambda: Factory.objects.filter(office_id="KKN")[0].pk,
    "rollouts/<int:number>": lambda: rollout_there().pk,
    "register/<str:number>": lambda: run_there().pk,
    "folders/<str:folder_id>": lambda: Folder.objects.filter(factory__office_id="KKN")[0].pk,
    "people/<int:number>": lambda: person_there().pk,
    "cases/<str:case_no>": lambda: Case.objects.filter(office_id="KKN")[0].pk,
    "webhooks/<int:number>": lambda: webhook_there().pk,
    "tickets/<str:number>": lambda: ticket_there().pk,
}
"""What a route begins with, and something of Khon Kaen that it leads to."""

OF_NO_PROVINCE = {
    "settings/<str:layer>/": "the nation's layer",
    "settings-undo/<str:layer>/": "the nation's layer",
    "settings-back/<str:layer>/<int:revision>/": "the nation's layer",
    "settings-picture/<str:layer>/<str:digest>/<str:name>": "the nation's layer",
    "partners/<str:system>/": "systems of the whole nation",
    "fee-rules/<int:version>/": "the nation's rules",
    "enrol/<str:enrolment_id>": "a kiosk that is nobody's yet (test_enrolments.py)",
}
"""Routes of things that every province has, and why."""

OF_A_PLACE = ("<str:office_id>", "<str:kiosk_id>", "<str:layer>/<str:key>")
"""Routes of an office, a kiosk or a layer (``test_pages_closed.py``)."""

WITH_A_THING = [each for each in CLOSED if _PARAMETER.search(each) and not any(place in each for place in OF_A_PLACE)]


def _thing_of(route: str) -> str:
    return next((each for each in THINGS if route.startswith(each)), "")


def _client(role: Role, dopa_code: int | None) -> Client:
    user = User.objects.create(username=f"{role} {dopa_code}")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def _statuses(client: Client, address: str) -> set[int]:
    said: dict[str, Any] = {"reason": "test", "base": "0"}
    return {client.get(address).status_code, client.post(address, said).status_code}


@pytest.mark.parametrize("route", WITH_A_THING)
def test_a_thing_of_another_province_does_not_exist(route: str) -> None:
    assert (_thing_of(route) == "") == (route in OF_NO_PROVINCE), "a new route: of which things?"
    if route in OF_NO_PROVINCE:
        return
    begins = _thing_of(route)
    address = "/" + route.replace(begins, _PARAMETER.sub(str(THINGS[begins]()), begins))
    assert "<" not in address
    theirs = _client(Role.NATIONAL_ADMIN, None).get(address).status_code
    assert theirs == (405 if route in ONLY_A_DEED else 200), "it is there, for who sees it"
    for role in Role:
        if role is not Role.NATIONAL_ADMIN:
            assert _statuses(_client(role, OURS), address) <= {404, 405}, (role, address)


def test_every_line_of_the_tables_is_of_a_route() -> None:
    assert set(OF_NO_PROVINCE) <= set(WITH_A_THING)
    assert [each for each in THINGS if not any(route.startswith(each) for route in WITH_A_THING)] == []


def test_a_thing_of_another_province_is_not_found_under_an_own_place() -> None:
    now, notice = timezone.now(), owed("KKN")
    command = KioskCommand.objects.create(
        command_id="c", kiosk_id="KKN-01", kind="screenshot", asked_at=now, expires_at=now, done=True,
        media_type="image/png", attachment=b"png",
    )  # fmt: skip
    run = LetterRun.objects.create(office_id="KKN", asked_at=now, total=1)
    LetterPart.objects.create(run=run, number=1, notice_nos=[notice.pk], count=1, done_at=now)
    nation, own = _client(Role.NATIONAL_ADMIN, None), _client(Role.PROVINCIAL_ADMIN, OURS)
    assert nation.get(f"/kiosks/KKN-01/brought/{command.pk}").status_code == 200
    assert nation.get(f"/fees/KKN/letters/{run.pk}/").status_code == 200
    assert nation.get(f"/fees/KKN/notices/{notice.pk}/").status_code == 200
    for address in (
        f"/kiosks/CBI-02/brought/{command.pk}",
        f"/fees/CBI/letters/{run.pk}/",
        f"/fees/CBI/letters/{run.pk}/1.pdf",
        f"/fees/CBI/notices/{notice.pk}/",
        f"/fees/CBI/notices/{notice.pk}/letter.pdf",
        f"/fees/CBI/notices/{notice.pk}/letter.png",
    ):
        assert own.get(address).status_code == 404, address
    for address in ("contact", "withdraw"):
        assert own.post(f"/fees/CBI/notices/{notice.pk}/{address}/", {"reason": "test"}).status_code == 404, address
