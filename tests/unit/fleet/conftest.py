"""Django in memory: sample data once a run, and every test in a transaction that never ends."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator

import django
import pytest

from tests.support.fleet_today import TODAY
from tests.support.mail_server import MailServer, mail_server

# Before any test module is read: models cannot be imported otherwise.
_folder = tempfile.mkdtemp(prefix="sala-fleet-")
os.environ["SALA_FLEET_DIR"] = _folder
os.environ["DJANGO_SETTINGS_MODULE"] = "fleet.site.settings"
django.setup()
furnish = importlib.import_module("fleet.site.sign_on").furnish  # cannot be imported before Django is set up
furnish()

# A password that takes a second to check protects people, and costs a test nothing but the second.
django.conf.settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def _sample_database() -> Iterator[None]:
    from django.db import connection

    from fleet.site.sample import make_sample_data

    connection.creation.create_test_db(verbosity=0, serialize=False)
    make_sample_data("https://sala.example", today=TODAY)
    yield
    connection.close()
    shutil.rmtree(_folder)


@pytest.fixture(autouse=True)
def _rolled_back(_sample_database: None) -> Iterator[None]:
    """What a test does to the database, the next does not see."""
    from django.db import transaction

    from fleet.office.fees import figures

    figures.forget()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """Where letters arrive."""
    with mail_server() as server:
        yield server
