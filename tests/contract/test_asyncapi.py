"""The AsyncAPI document: it is today's contract, and its schemas say no where the contract does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import ValidationError

from fleet.protocol import asyncapi, messages, records
from fleet.protocol.topics import FROM_KIOSK, RETAINED, Channel
from tests.support.asyncapi_schemas import Schemas

GOLDEN = sorted((Path(__file__).parent / "wire").glob("*/*.json"))
ON_MQTT = [path for path in GOLDEN if path.stem != "OfficePage"]
"""The office's records travel over HTTPS."""


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Schemas(asyncapi.document())


def test_what_is_checked_in_is_what_the_contract_makes() -> None:
    written = Path(asyncapi.__file__).with_name("asyncapi.json").read_text("utf-8")
    assert written == asyncapi.text(), "make it anew: python -m fleet.protocol.asyncapi > fleet/protocol/asyncapi.json"


def test_every_topic_stands_in_it_with_its_writer_and_its_retention() -> None:
    document = asyncapi.document()
    operations = {each["channel"]["$ref"].rpartition("/")[2]: each for each in document["operations"].values()}
    assert operations.keys() == {*(channel.value for channel in Channel), "fleet-session"}
    for channel in Channel:
        said = operations[channel.value]
        assert said["action"] == ("send" if channel in FROM_KIOSK else "receive")
        assert said["bindings"]["mqtt"]["retain"] is (channel in RETAINED)
        assert document["channels"][channel.value]["address"] == f"sala/v1/kiosk/{{kioskId}}/{channel.value}"


def test_every_message_and_record_has_a_schema_and_every_reference_leads_somewhere(schemas: Schemas) -> None:
    kinds = [*asyncapi.MESSAGES.values(), messages.FleetSession, *get_args(records.KnownRecord)]
    assert {kind.__name__ for kind in kinds} <= schemas.names
    for reference in _references(schemas.document):
        here: Any = schemas.document
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for each in value.values() for found in _references(each)]


@pytest.mark.parametrize("path", ON_MQTT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden_messages_fit_their_schema_and_broken_ones_do_not(path: Path, schemas: Schemas) -> None:
    golden = json.loads(path.read_bytes())
    schemas.check(path.stem, golden)
    schemas.check(path.stem, {**golden, "of_a_later_release": [1]})
    kind = getattr(messages, path.stem, None) or getattr(records, path.stem)
    required = [field.name for field in _required(kind)]
    assert required
    for name in required:
        without = {key: value for key, value in golden.items() if key != name}
        with pytest.raises(ValidationError):
            schemas.check(path.stem, without)
    for name, value in golden.items():
        if isinstance(value, str | int | list):
            with pytest.raises(ValidationError):
                schemas.check(path.stem, {**golden, name: {"another": "type"}})


def _required(kind: Any) -> list[Any]:
    return [field for field in msgspec.structs.fields(kind) if field.required]


def test_a_time_that_is_none_and_a_record_that_is_half_one_are_refused(schemas: Schemas) -> None:
    session = {"session_no": 1, "boot_id": "b", "alive": True, "at": "2026-11-24T03:47:00Z"}
    schemas.check("Session", session)
    for broken in ("yesterday", "2026-11-24", "2026-11-24T03:47:00"):
        with pytest.raises(ValidationError):
            schemas.check("Session", {**session, "at": broken})
    strange = {"spool_id": "s", "records": [{"no": 1, "record": {"kind": "door-opened", "by": "nobody"}}]}
    schemas.check("RecordBatch", strange)
    for half in ({"kind": "slip-failed"}, {"by": "nobody"}, "text"):
        with pytest.raises(ValidationError):
            schemas.check("RecordBatch", {"spool_id": "s", "records": [{"no": 1, "record": half}]})
