"""From one address to Django's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet.site.database import DatabaseAddressError, databases


def test_without_an_address_it_is_sqlite_in_the_data_folder() -> None:
    made = databases("", Path("/d"))["default"]
    assert (made["ENGINE"], made["NAME"]) == ("django.db.backends.sqlite3", Path("/d/fleet.sqlite"))
    assert "synchronous=FULL" in made["OPTIONS"]["init_command"]


def test_an_address_is_taken_apart() -> None:
    made = databases("postgresql://sala:p%40ss@db.example:6432/fleet?sslmode=verify-full", Path("/d"))["default"]
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "sala", "p@ss", "db.example", "6432", "fleet",
    )  # fmt: skip
    assert made["OPTIONS"]["sslmode"] == "verify-full"


def test_a_socket_is_a_host() -> None:
    assert databases("postgresql:///fleet?host=/run/postgresql", Path("/d"))["default"]["HOST"] == "/run/postgresql"


@pytest.mark.parametrize(
    "address",
    ["mysql://sala:secret@db/fleet", "postgresql://sala:secret@db", "postgresql://sala:secret@db:x/fleet", "x"],
)
def test_another_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(DatabaseAddressError) as caught:
        databases(address, Path("/d"))
    assert "secret" not in str(caught.value)
    assert "SALA_DATABASE" in str(caught.value)
