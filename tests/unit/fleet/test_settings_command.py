"""`fleet settings`: a change laid over a layer from the server's command line. Two at once: ``test_office_changes``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleet.__main__ import parser
from fleet.audit.models import Entry
from fleet.commands.command import CommandError
from fleet.devices.desired import latest_document
from fleet.devices.models import SettingsRevision

HELP = {"help_point": {"th": "เคาน์เตอร์ 7", "en": "Counter 7"}}


def said(layer: str, key: str, patch: object) -> Any:
    words = ["settings", layer, *filter(None, [key]), "--patch", json.dumps(patch), "--reason", "ทดลอง"]
    arguments = parser().parse_args(words)
    return arguments.carry_out.args[0](arguments)


def test_it_is_laid_over_what_is_there_and_stands_in_the_trail() -> None:
    before = latest_document("office", "CBI")
    assert before is not None
    assert said("office", "CBI", HELP) == {"revision": before.revision + 1}
    after = latest_document("office", "CBI")
    assert after is not None
    assert after.document == {**before.document, **HELP}
    line = Entry.objects.get()
    assert (line.by_name, line.what, line.about, line.dopa_code) == (
        "fleet settings",
        "fleet settings",
        "office/CBI",
        20,
    )
    assert json.loads(line.said) == {"reason": "ทดลอง", "revision": after.revision}


@pytest.mark.parametrize(
    ("layer", "key", "patch"),
    [
        ("province", "1", HELP),
        ("province", "chonburi", HELP),
        ("office", "XXX", HELP),
        ("kiosk", "CBI-99", HELP),
        ("national", "20", HELP),
        ("office", "CBI", []),
        ("office", "CBI", {"patience": {"step_s": 1}}),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(layer: str, key: str, patch: object) -> None:
    before = SettingsRevision.objects.count()
    with pytest.raises(CommandError):
        said(layer, key, patch)
    assert SettingsRevision.objects.count() == before
    assert not Entry.objects.exists()
