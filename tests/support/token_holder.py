"""A program with a person's token, and the client it asks with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from fleet.people.models import Membership, Role
from fleet.people.tokens.keeping import Wanted, make
from fleet.people.tokens.models import Token
from fleet.people.tokens.rights import RIGHTS


def person(role: Role, dopa_code: int | None = 20, name: str = "") -> User:
    """An account with one role."""
    user = User.objects.create(username=name or f"{role}-{dopa_code}")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return user


@dataclass(frozen=True, slots=True)
class Holder:
    """Asks under ``/api/v1/`` and shows its token."""

    token: Token
    secret: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One request; ``headers`` as in ``Idempotency_Key``."""
        said: dict[str, Any] = {} if body is None else {"data": body, "content_type": "application/json"}
        sent = {"Authorization": f"Bearer {self.secret}"} | {name.replace("_", "-"): to for name, to in headers.items()}
        client = Client(SERVER_NAME="localhost", raise_request_exception=True)
        answered: HttpResponse = getattr(client, method)(f"/api/v1/{path}", headers=sent, **said)
        return answered

    def get(self, path: str) -> Any:
        """What a GET brings, when it is there."""
        answered = self.ask("get", path)
        assert answered.status_code == 200, answered.content
        return answered.json()  # type: ignore[attr-defined]  # the test client's answers have it

    def every(self, path: str, limit: int) -> list[Any]:
        """All rows of a list, ``limit`` a page; ``path`` has its ``?``."""
        rows, after = [], ""
        while True:
            page = self.get(f"{path}&limit={limit}&after={after}")
            rows += page["items"]
            if page["next"] is None:
                return rows
            after = page["next"]


def holder(
    user: User, rights: Collection[str] = RIGHTS, provinces: Collection[int] | None = None, days: int = 30
) -> Holder:
    """A token of ``user``."""
    made = make(user, Wanted(name="ทดสอบ", rights=rights, life=timedelta(days=days), provinces=provinces))
    return Holder(made.token, made.secret)
