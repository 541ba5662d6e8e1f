"""Several who write at once: an office's records, while a kiosk reads along; then one document, two of them.

A process for one database:

    python -m tests.support.office_writers

Prints as JSON what the kiosk has that the fleet has not, or the other way round, ``[]`` when they agree; and as
``decided`` what two were answered who put a document into force at once, and as ``left`` what still listens for a token
that was taken back (``tests.support.two_deciders``). Writers take their time between publishing and the commit, and the
kiosk asks all the while: a number that is given before others are committed would be stepped over.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

WRITERS, DEEDS = 4, 25
HELD_S = 0.01
"""Between the number of a change and its commit: long enough for the kiosk to ask in between."""

LOCK_S = 120
"""How long SQLite waits for another writer: on a machine that is busy with something else, the fleet's 10 s may pass
while the one that holds the lock gets no time to work, and that is not what is asked here."""


def main() -> int:
    """Make the database, let them all loose, and compare."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "fleet.site.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from fleet.office.changes.providers import PROVIDERS
    from fleet.site.sample import make_sample_data
    from fleet.site.sign_on import furnish
    from kiosk.office.replica import Replica

    if (database := settings.DATABASES["default"])["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"]["timeout"] = LOCK_S
    furnish()
    call_command("migrate", verbosity=0)
    make_sample_data("https://sala.example")
    with tempfile.TemporaryDirectory() as folder:
        replica = Replica(Path(folder) / "office.sqlite")
        read(replica)
        broken: list[str] = []
        writers = [threading.Thread(target=write, args=(number, broken)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        asked = 0
        while any(writer.is_alive() for writer in writers):
            asked += read(replica)
        read(replica)
        here = {(kind.KIND, each) for kind in PROVIDERS for each in replica.all_of(kind)}
    there = {(kind.KIND, each) for kind, provider in PROVIDERS.items() for each in provider("CBI", None)}
    differ = sorted(f"{kind} {each.key}" for kind, each in here ^ there)
    # Its models cannot be imported before Django is set up.
    from tests.support.two_deciders import both_at_once, left_listening

    told = {"differ": differ, "broken": broken, "pages": asked, "decided": both_at_once(), "left": left_listening()}
    print(json.dumps(told))
    return 0


def read(replica: object) -> int:
    """What the kiosk does: pages until there are no more; how many brought something."""
    from fleet.office.changes.pages import page_after
    from kiosk.office.replica import Replica

    assert isinstance(replica, Replica)
    pages = 0
    while True:
        page = page_after("CBI", replica.cursor, 3)
        replica.take(page)
        pages += bool(page.changes)
        if not page.more:
            return pages


def write(number: int, broken: list[str]) -> None:
    """One writer: renames factories, moves folders, pays and takes back, each deed a transaction."""
    from django.db import DatabaseError, connection, transaction

    from fleet.office.changes.publishing import publish
    from fleet.office.models import Factory, Folder, Notice
    from fleet.office.records import mark_paid, mark_unpaid
    from fleet.protocol import office as wire

    which = random.Random(number)  # noqa: S311 - to be repeated
    factories = list(Factory.objects.filter(office_id="CBI").order_by("pk"))
    notices = list(Notice.objects.filter(factory__office_id="CBI").select_related("factory").order_by("pk"))
    try:
        for deed in range(DEEDS):
            with transaction.atomic():
                factory, notice = which.choice(factories), which.choice(notices)
                if deed % 3 == 0:
                    Factory.objects.filter(pk=factory.pk).update(name_en=f"Sample {number} {deed}")
                    publish("CBI", {wire.Factory: [factory.pk]})
                elif deed % 3 == 1:
                    Folder.objects.filter(factory=factory).update(slot=f"{number}.{deed}")
                    publish("CBI", {wire.Folder: [each.pk for each in Folder.objects.filter(factory=factory)]})
                elif which.random() < 0.5:
                    mark_paid(notice, datetime.now(UTC))
                else:
                    mark_unpaid(notice)
                time.sleep(HELD_S)  # the transaction takes its time; nothing is waited for
    except DatabaseError as err:
        broken.append(f"{type(err).__name__}: {err}")
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
