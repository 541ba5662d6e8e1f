"""An auditor's pages: what does something is not offered, nor are its empty fields; what is shown stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from fleet.office.cases.models import Case
from fleet.office.channels.keeping import open_from_web
from fleet.office.channels.models import Channel
from fleet.office.models import Folder
from fleet.people.models import Membership, Role
from tests.support.signed_in import browser_of

TEMPLATES = Path("fleet/web/templates")
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_FIELD = re.compile(r"<(?:input(?![^>]*type=\"hidden\")|select|textarea)\b")
_DEEDS = {"decide", "odd", "own"}
"""What the style hides from an auditor (`.reads`), and what is the account's own."""

OTHERWISE = {
    "mfa/authenticate.html": "signed out",
    "web/invitation.html": "signed out",
    "web/sign_in.html": "signed out",
    "web/settings_layer.html": "its fields are what there is to read",
    "web/layered_policy.html": "as above",
    "web/fee_rule_form.html": "nothing leads an auditor there",
    "web/case_open.html": "as above",
    "web/rollout_new.html": "as above",
    "web/alert.html": "drawn only for who may take it",
    "web/round.html": "drawn only for who tends kiosks",
}
"""Templates with other forms that have fields, and why an auditor meets none of them empty."""


def test_every_form_that_does_something_is_one_that_is_hidden() -> None:
    others = set()
    for path in sorted(TEMPLATES.rglob("*.html")):
        for about, inside in _FORM.findall(path.read_text("utf-8")):
            classes = re.search(r'class="([^"]*)"', about)
            is_known = classes is not None and _DEEDS & set(classes[1].split())
            if 'method="post"' in about and _FIELD.search(inside) and not is_known:
                others.add(str(path.relative_to(TEMPLATES)))
    assert others == set(OTHERWISE)


@pytest.mark.parametrize("address", ["/cases/", "/factories/20200012325553/"])
def test_an_auditor_is_not_led_to_what_only_an_office_does(address: str) -> None:
    for role, dopa_code, is_led in ((Role.OFFICER, 20, True), (Role.AUDITOR, None, False)):
        user = User.objects.create(username=role)
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
        answer = browser_of(user).get(address)
        assert answer.status_code == 200
        assert ('href="/cases/new/' in answer.content.decode()) == is_led


def test_where_nothing_may_be_done_the_second_column_says_what_is_known() -> None:
    case = Case.objects.filter(office="CBI", closed_on=None)[0]
    folder = Folder.objects.filter(factory__office="CBI").order_by("pk")[0]
    ticket = open_from_web(Channel.objects.filter(office_id="CBI")[0], "มีกลิ่นแรงทุกเย็น", "th")
    for role, dopa_code, does in ((Role.OFFICER, 20, True), (Role.AUDITOR, None, False)):
        user = User.objects.create(username=role)
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
        browser = browser_of(user)
        for address in (f"/cases/{case.pk}/", f"/folders/{folder.pk}/", f"/tickets/{ticket.pk}/", "/register/"):
            main = browser.get(address).content.decode().split('<main id="main">')[1].split("</main>")[0]
            assert ('<form method="post"' in main) == does, address
        main = browser.get(f"/cases/{case.pk}/").content.decode().split('<section class="card needs-first">')[1]
        assert (case.factory_id in main) is not does
