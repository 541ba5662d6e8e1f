"""Sample officers with a card each, and a folder that one of them has taken; every name says ตัวอย่าง."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from fleet.office.folders.keeping import Source, move, tell
from fleet.office.folders.models import Deed, Officer
from fleet.office.folders.officers import add
from fleet.office.models import Folder, Office
from fleet.protocol.thai import IdNumber

NAMES = (("ตัวอย่าง เจ้าหน้าที่หนึ่ง", "Sample Officer One"), ("ตัวอย่าง เจ้าหน้าที่สอง", "Sample Officer Two"))


def make_officers(office: Office, cards: tuple[IdNumber, ...]) -> None:
    """The officers of an office, who hold these sample cards, and the last of its folders out with the second of them.

    Made twice, they are there once.
    """
    if Officer.objects.filter(office=office).exists():
        return
    for number, (names, card) in enumerate(zip(NAMES, cards, strict=True), 1):
        add(office, f"{office.pk}-{number}", names, card.reveal())
    folder = Folder.objects.filter(factory__office=office).order_by("pk").last()
    if folder is not None:
        since = timezone.now() - timedelta(days=5)
        tell(office.pk, move(Source(office.pk, since), folder.pk, Deed.OUT, f"{office.pk}-{len(NAMES)}"))
