"""What kiosks get of an office's records: after any changes and any interruptions, what the fleet has.

Fleet and replica are the real ones, with pages of three items; only the line between them is played.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.office.changes.models import OfficeItem, OfficeLog
from fleet.office.changes.pages import page_after
from fleet.office.changes.providers import PROVIDERS
from fleet.office.changes.publishing import KEYS_MAX, forget_gone, publish, publish_all
from fleet.office.models import Factory, Folder, Notice, Office
from fleet.office.records import mark_paid, mark_unpaid, mark_withdrawn
from fleet.protocol import office as wire
from kiosk.office.replica import Replica
from kiosk.store import StoreError

AT = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)
ITEMS = 3
Pages = Callable[[str, str, int], wire.OfficePage]


class World:
    """An office's records, a kiosk, and what may happen to either; ``pages`` is the fleet's answer."""

    def __init__(self, folder: Path, pages: Pages = page_after, office_id: str = "CBI") -> None:
        self._path, self._pages, self._office_id = folder / "office.sqlite", pages, office_id
        self.replica = Replica(self._path)
        self._made = 0

    # ---- at the fleet

    def rename(self, which: random.Random) -> None:
        factory = which.choice(Factory.objects.filter(office_id=self._office_id).order_by("pk"))
        Factory.objects.filter(pk=factory.pk).update(name_en=f"Sample {which.random()}")
        publish(self._office_id, {wire.Factory: [factory.pk]})

    def make(self, which: random.Random) -> None:
        self._made += 1
        factory = which.choice(Factory.objects.filter(office_id=self._office_id).order_by("pk"))
        notice = Notice.objects.create(
            notice_no=f"ตัวอย่าง-{self._made}", reference=f"SAMPLE{self._made}", factory=factory, item_th="ตัวอย่าง",
            item_en="Sample", lines=[], amount_satang=0, due_on=AT.date(),
        )  # fmt: skip
        publish(self._office_id, {wire.Notice: [notice.pk]})

    def withdraw(self, which: random.Random) -> None:
        mark_withdrawn(self._a_notice(which), AT, "ตัวอย่าง")

    def pay(self, which: random.Random) -> None:
        mark_paid(self._a_notice(which), AT)

    def take_back(self, which: random.Random) -> None:
        mark_unpaid(self._a_notice(which))

    def move(self, which: random.Random) -> None:
        folder = which.choice(Folder.objects.filter(factory__office_id=self._office_id).order_by("pk"))
        Folder.objects.filter(pk=folder.pk).update(shelf=str(which.randint(1, 3)))
        publish(self._office_id, {wire.Folder: [folder.pk], wire.Factory: [folder.factory_id]})

    def lose(self, which: random.Random) -> None:
        folders = Folder.objects.filter(factory__office_id=self._office_id).order_by("pk")
        if folders.count() > 1:
            folder = which.choice(folders)
            key = folder.pk
            folder.delete()
            publish(self._office_id, {wire.Folder: [key]})

    def import_all(self, which: random.Random) -> None:
        Factory.objects.filter(office_id=self._office_id).update(name_th=f"ตัวอย่าง {which.random()}")
        publish_all(self._office_id)

    def forget(self, _which: random.Random) -> None:
        for log in OfficeLog.objects.filter(pk=self._office_id):
            forget_gone(log, most=0)

    def _a_notice(self, which: random.Random) -> Notice:
        return which.choice(Notice.objects.filter(factory__office_id=self._office_id).order_by("pk"))

    # ---- at the kiosk

    def fetch(self, _which: random.Random) -> None:
        """One page; the next one is another step."""
        self.replica.take(self._pages(self._office_id, self.replica.cursor, ITEMS))

    def fetch_in_vain(self, _which: random.Random) -> None:
        """The plug is pulled before the page is taken."""
        self._pages(self._office_id, self.replica.cursor, ITEMS)
        self.restart(_which)

    def restart(self, _which: random.Random) -> None:
        self.replica.close()
        self.replica = Replica(self._path)

    # ---- in the end

    def settle(self) -> None:
        """Fetch until there is no more; changes have stopped."""
        for _ in range(100):
            page = self._pages(self._office_id, self.replica.cursor, ITEMS)
            self.replica.take(page)
            if not page.more:
                return
        raise AssertionError("a fetch without end")

    def disagreement(self) -> set[str]:
        """What the kiosk has and the fleet has not, or the other way round."""
        there = {(kind.KIND, msgspec.json.encode(item)) for kind, item in self._at_the_fleet()}
        here = {(kind.KIND, msgspec.json.encode(item)) for kind in PROVIDERS for item in self.replica.all_of(kind)}
        return {f"{kind} {body.decode()}" for kind, body in there ^ here}

    def _at_the_fleet(self) -> Iterator[tuple[type[wire.Item], wire.Item]]:
        for kind, provider in PROVIDERS.items():
            for item in provider(self._office_id, None):
                yield kind, item


STEPS: list[Callable[[World, random.Random], None]] = [
    World.rename, World.make, World.withdraw, World.pay, World.take_back, World.move, World.lose, World.import_all,
    World.forget, World.fetch, World.fetch, World.fetch, World.fetch_in_vain, World.restart,
]  # fmt: skip


def after(steps: list[int], seed: int, pages: Pages = page_after) -> set[str]:
    """What disagrees when all this has happened, and the kiosk has then fetched to the end."""
    which = random.Random(seed)  # noqa: S311 - to be repeated
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        world = World(Path(folder), pages)
        for step in steps:
            STEPS[step](world, which)
        world.settle()
        assert world.replica.revision == Office.objects.get(pk="CBI").revision
        wrong = world.disagreement()
        world.replica.close()
        transaction.set_rollback(True)
    return wrong


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(0, len(STEPS) - 1), max_size=40), seed=st.integers(0, 1000))
def test_any_changes_and_any_interruptions_end_with_what_the_fleet_has(steps: list[int], seed: int) -> None:
    assert after(steps, seed) == set()


# ---- saboteurs: each would pass if the test above could not tell


def steps_over(office_id: str, cursor: str, items_max: int) -> wire.OfficePage:
    """Promises more than it gave: the cursor of a page with more to come is the end."""
    page = page_after(office_id, cursor, items_max)
    generation, seq, began = page.cursor.split(".")
    return msgspec.structs.replace(page, cursor=f"{generation}.{max(int(seq), page.revision)}.{began}")


def hides_what_is_gone(office_id: str, cursor: str, items_max: int) -> wire.OfficePage:
    page = page_after(office_id, cursor, items_max)
    return msgspec.structs.replace(page, changes=tuple(each for each in page.changes if not each.is_gone))


def forgets_when_it_began(office_id: str, cursor: str, items_max: int) -> wire.OfficePage:
    """What went while a kiosk fetched anew is not told to it."""
    generation, _, seq = cursor.rpartition(".")[0].partition(".")
    revision = Office.objects.get(pk=office_id).revision
    return page_after(office_id, f"{generation}.{seq}.{revision}" if seq else cursor, items_max)


def never_begins_anew(office_id: str, cursor: str, items_max: int) -> wire.OfficePage:
    """Goes on from a cursor before what is forgotten."""
    OfficeLog.objects.filter(pk=office_id).update(pruned_through=0)
    return page_after(office_id, cursor, items_max)


@pytest.mark.parametrize(
    "pages", [steps_over, hides_what_is_gone, forgets_when_it_began, never_begins_anew], ids=lambda each: each.__name__
)
def test_a_saboteur_is_caught(pages: Pages) -> None:
    for seed in range(60):
        which = random.Random(seed)  # noqa: S311 - to be repeated
        try:
            if after([which.randrange(len(STEPS)) for _ in range(40)], seed, pages):
                return
        except (StoreError, AssertionError):
            return
    raise AssertionError("nobody noticed")


# ---- one by one


def fetched(folder: Path, items: int = 1000) -> Replica:
    replica = Replica(folder / "office.sqlite")
    while True:
        page = page_after("CBI", replica.cursor, items)
        replica.take(page)
        if not page.more:
            return replica


def test_a_change_of_one_record_sends_that_record() -> None:
    cursor = page_after("CBI", "").cursor
    notice = Notice.objects.filter(factory__office_id="CBI", paid_at__isnull=True)[0]
    before = Office.objects.get(pk="CBI").revision
    mark_paid(notice, AT)
    page = page_after("CBI", cursor)
    assert [(each.kind, each.key) for each in page.changes] == [("notice", notice.pk)]
    assert page.revision == before + 1


def test_naming_what_has_not_changed_tells_nobody_anything() -> None:
    cursor = page_after("CBI", "").cursor
    before = Office.objects.get(pk="CBI").revision
    publish("CBI", {wire.Factory: Factory.objects.values_list("pk", flat=True)})
    assert Office.objects.get(pk="CBI").revision == before
    assert page_after("CBI", cursor).changes == ()


def test_nothing_of_another_office_travels() -> None:
    theirs = Factory.objects.filter(office_id="KKN").values_list("pk", flat=True)
    page_after("CBI", "")
    publish("CBI", {wire.Factory: list(theirs)})
    assert not OfficeItem.objects.filter(office_id="CBI", key__in=theirs).exists()


def test_an_import_costs_nothing_until_a_kiosk_asks() -> None:
    cursor = page_after("CBI", "").cursor
    before = OfficeItem.objects.filter(office_id="CBI").count()
    factory = Factory.objects.filter(office_id="CBI")[0]
    Factory.objects.filter(pk=factory.pk).update(name_th="ตัวอย่างใหม่")
    publish("CBI", {wire.Factory: [f"{number:014d}" for number in range(KEYS_MAX + 1)]})
    assert OfficeLog.objects.get(pk="CBI").is_stale
    page = page_after("CBI", cursor)
    assert [each.key for each in page.changes] == [factory.pk]
    assert OfficeItem.objects.filter(office_id="CBI").count() == before


def test_a_cursor_of_another_office_begins_anew() -> None:
    page = page_after("KKN", page_after("CBI", "").cursor)
    assert (page.anew, page.office_id) == (True, "KKN")


@pytest.mark.parametrize("cursor", ["", "x", "0.0.0", "9" * 80, "../../etc", "a.b.c", "1.2", "-1.0.0"])
def test_what_is_no_cursor_begins_anew(cursor: str) -> None:
    assert page_after("CBI", cursor).anew


def test_a_large_item_travels_alone() -> None:
    Factory.objects.filter(office_id="CBI").update(name_th="ก" * 120)
    sizes = []
    page = page_after("CBI", "", 1)
    while page.more:
        sizes.append(len(page.changes))
        page = page_after("CBI", page.cursor, 1)
    assert set(sizes) == {1}


def test_a_visitor_sees_the_old_records_until_the_new_ones_are_whole(tmp_path: Path) -> None:
    replica = fetched(tmp_path)
    notices = Notice.objects.filter(factory__office_id="CBI").count()
    OfficeLog.objects.all().delete()
    Notice.objects.filter(factory__office_id="CBI").update(withdrawn_at=AT)
    page = page_after("CBI", replica.cursor, 4)
    assert page.anew
    assert page.more
    while page.more:
        replica.take(page)
        assert len(replica.all_of(wire.Notice)) == notices
        assert replica.revision == 0, "it is not what the fleet has"
        page = page_after("CBI", replica.cursor, 4)
    replica.take(page)
    assert replica.all_of(wire.Notice) == ()


def test_a_page_that_does_not_follow_is_refused(tmp_path: Path) -> None:
    replica = fetched(tmp_path)
    old = page_after("CBI", replica.cursor)
    mark_paid(Notice.objects.filter(factory__office_id="CBI", paid_at__isnull=True)[0], AT)
    replica.take(page_after("CBI", replica.cursor))
    with pytest.raises(StoreError, match="does not follow"):
        replica.take(old)


def test_an_item_of_a_later_release_is_kept_and_disturbs_nobody(tmp_path: Path) -> None:
    replica = fetched(tmp_path)
    later: dict[str, Any] = {"kind": "robot", "key": "R2", "item": msgspec.Raw(b'{"colour": "blue"}')}
    page = page_after("CBI", replica.cursor)
    mixed = msgspec.structs.replace(page, changes=(wire.Change(**later),), cursor=f"{page.cursor}0")
    replica.take(mixed)
    assert replica.cursor == mixed.cursor
    assert replica.all_of(wire.Folder)
