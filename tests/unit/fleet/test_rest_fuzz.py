"""Every operation of the REST interface, with whatever its description allows and whatever it does not.

No server error, no status the description does not name, no answer of another shape. A few examples an operation here;
``SALA_FUZZ=500`` tries so many, by hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from fleet.people.models import Role
from tests.support.token_holder import Holder, holder, person

EXAMPLES = int(os.environ.get("SALA_FUZZ", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

interface = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture(autouse=True)
def _on_one_connection() -> Iterator[None]:
    """The end of a request closes no connection, as in Django's own test client: the test's transaction is on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def admin(_rolled_back: None) -> Holder:
    """Who may do most."""
    return holder(person(Role.NATIONAL_ADMIN, None))


@interface.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES < 50,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_every_operation_answers_as_it_is_described(case: Case, admin: Holder) -> None:
    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Bearer {admin.secret}"}, checks=CHECKS)
        transaction.set_rollback(True)
