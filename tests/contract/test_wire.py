"""The wire's promise: what any release has written can be read by this one, and this one reads what it does not know.

``wire/`` holds a file for every message of every release. A file is never changed to make a test pass.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from fleet.protocol import messages, office, records, updates
from fleet.protocol.messages import Command, CommandKind, Desired, DeviceState, Message, RecordBatch, Reply, Status
from fleet.protocol.records import UnknownRecord, decode_record, encode_record
from fleet.protocol.settings import read_settings

WIRE = Path(__file__).parent / "wire"
THIS_RELEASE = version("sala-kiosk")

PARTS = {messages.DeviceStatus, messages.Health, messages.NumberedRecord, messages.SettingsLayer}
"""Messages that travel only inside others."""

KINDS: dict[str, type[msgspec.Struct]] = {
    kind.__name__: kind
    for kind in (*(set(Message.__subclasses__()) - PARTS), *get_args(records.KnownRecord), office.OfficePage)
}
GOLDEN = sorted(WIRE.glob("*/*.json"))
OF_THIS_RELEASE = [path for path in GOLDEN if path.parent.name == THIS_RELEASE]


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def read(payload: bytes, kind: type[msgspec.Struct]) -> Any:
    """As the two sides read it."""
    if issubclass(kind, Message):
        return messages.decode(payload, kind)
    return decode_record(payload) if issubclass(kind, records.Record) else office.decode_page(payload)


def written(said: Any) -> Any:
    """What ``said`` is on the wire, as plain JSON values."""
    return json.loads(encode_record(said) if isinstance(said, records.Record) else msgspec.json.encode(said))


def still_says(now: Any, then: Any) -> bool:
    """Whether everything in ``then`` stands in ``now`` unchanged; objects may have gained fields."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(key in now and still_says(now[key], then[key]) for key in then)
    if isinstance(then, list):
        return isinstance(now, list) and len(now) == len(then) and all(map(still_says, now, then))
    return bool(now == then)


def with_strange_fields(value: Any, *, open_map: bool = False) -> Any:
    """``value`` with a field of a later release in every object whose fields we name."""
    if isinstance(value, list):
        return [with_strange_fields(each) for each in value]
    if not isinstance(value, dict):
        return value
    inside = {
        key: each if key in ("document", "record", "item") else with_strange_fields(each, open_map=key == "devices")
        for key, each in value.items()
    }
    return inside if open_map else inside | {"of_a_later_release": {"any": ["thing"]}}


def test_every_message_of_this_release_has_a_golden_file() -> None:
    assert {path.stem for path in OF_THIS_RELEASE} == set(KINDS)


@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_what_a_release_said_is_still_understood(path: Path) -> None:
    said = read(path.read_bytes(), KINDS[path.stem])
    assert type(said) is KINDS[path.stem]
    assert still_says(written(said), json.loads(path.read_bytes()))


@pytest.mark.parametrize("path", OF_THIS_RELEASE, ids=_name)
def test_a_golden_file_of_this_release_holds_every_field(path: Path) -> None:
    """Also the ones with a default: a file that leaves one out would not notice that it went."""
    golden = json.loads(path.read_bytes())
    assert written(read(path.read_bytes(), KINDS[path.stem])) == golden
    assert set(KINDS[path.stem].__struct_encode_fields__) <= set(golden)


@pytest.mark.parametrize("kind", office.KINDS.values(), ids=office.KINDS)
def test_the_golden_page_holds_every_kind_with_every_field(kind: type[office.Item]) -> None:
    golden = json.loads((WIRE / THIS_RELEASE / "OfficePage.json").read_bytes())
    said = next(each for each in golden["changes"] if each["kind"] == kind.KIND and each["item"])
    item = msgspec.convert(said["item"], kind, strict=False)
    assert (item.key, json.loads(msgspec.json.encode(item))) == (said["key"], said["item"])
    assert set(kind.__struct_encode_fields__) == set(said["item"])


@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_fields_of_a_later_release_are_ignored(path: Path) -> None:
    golden = json.loads(path.read_bytes())
    later = json.dumps(with_strange_fields(golden)).encode()
    said = written(read(later, KINDS[path.stem]))
    assert said == written(read(path.read_bytes(), KINDS[path.stem]))
    assert "of_a_later_release" not in json.dumps(said)


def test_the_records_of_a_batch_are_the_golden_records() -> None:
    for folder in sorted(WIRE.iterdir()):
        if folder.is_dir():
            batch = messages.decode((folder / "RecordBatch.json").read_bytes(), RecordBatch)
            kinds = [type(decode_record(each.record)).__name__ for each in batch.records]
            assert kinds
            assert all((folder / f"{kind}.json").is_file() for kind in kinds)


def test_the_settings_a_release_was_sent_are_still_settings() -> None:
    for path in sorted(WIRE.glob("*/Desired.json")):
        desired = messages.decode(path.read_bytes(), Desired)
        _, problems = read_settings(layer.document for layer in desired.layers)
        assert problems == ()


@pytest.mark.parametrize("path", sorted(WIRE.glob("*/*.zlib")), ids=_name)
def test_a_packed_message_says_the_same(path: Path) -> None:
    kind = KINDS[path.stem]
    assert read(path.read_bytes(), kind) == read(path.with_suffix(".json").read_bytes(), kind)


def test_a_record_of_a_later_release_is_kept_as_it_came() -> None:
    later = {"kind": "door-opened", "by": "nobody"}
    assert decode_record(json.dumps(later).encode()) == UnknownRecord(original=later)


# ---- words of enumerations


def _structs() -> Iterator[type[msgspec.Struct]]:
    for module in (messages, records, office, updates):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, msgspec.Struct):
                yield each


ENUMERATIONS = sorted(
    {
        hint
        for struct in _structs()
        for hint in get_type_hints(struct).values()
        if isinstance(hint, type) and issubclass(hint, enum.Enum)
    },
    key=lambda each: each.__name__,
)


def test_these_are_all_enumerations_of_the_wire() -> None:
    assert set(ENUMERATIONS) == {CommandKind, DeviceState, updates.UpdateState, updates.UpdateReason}


@pytest.mark.parametrize("words", ENUMERATIONS, ids=lambda each: each.__name__)
def test_a_word_of_a_later_release_reads_as_unknown(words: type[enum.Enum]) -> None:
    assert msgspec.json.decode(b'"of-a-later-release"', type=words).value == "unknown"
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b"3", type=words)


def test_one_strange_word_does_not_hide_the_rest_of_a_status() -> None:
    at = '"2026-11-24T03:47:00Z"'
    status = f'{{"session_no": 1, "at": {at}, "devices": {{"card": {{"state": "melted"}}}}, "paper": "full"}}'
    read_status = messages.decode(status.encode(), Status)
    assert (read_status.devices["card"].state, read_status.paper) == (DeviceState.UNKNOWN, "full")
    command = messages.decode(f'{{"command_id": "c", "kind": "dance", "expires_at": {at}}}'.encode(), Command)
    assert (command.command_id, command.kind) == ("c", CommandKind.UNKNOWN)


DIGITS = "1999900000013"
BROKEN = {
    "a text is no UTF-8": DIGITS.encode() + b"\xff",
    "too deep": b'", "strange": ' + b"[" * 20_000 + b"]" * 20_000 + b', "stranger": "',
    "half a character": rb"\ud800",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_refused_by_one_error_that_quotes_nothing(text: bytes) -> None:
    """A kiosk that sends such a thing must not end whoever reads it, nor find its way into a log."""
    refused = []
    with pytest.raises(messages.MessageError) as caught:
        messages.decode(b'{"command_id": "%s", "done": true}' % text, Reply)
    refused.append(caught.value)
    for raw in (b'{"kind": "restarted", "process": "%s"}', b'{"kind": "of-a-later-release", "word": "%s"}'):
        with pytest.raises(msgspec.DecodeError) as record_caught:
            decode_record(raw % text)
        refused.append(record_caught.value)
    with pytest.raises(msgspec.DecodeError) as office_caught:
        office.decode_page(b'{"office_id": "%s"}' % text)
    refused.append(office_caught.value)
    assert not [error for error in refused if DIGITS in f"{error} {error.__cause__!r}"]


@pytest.mark.parametrize("number", [-1, 2**63, 10**30])
@pytest.mark.parametrize("name", ["Ack", "Session", "Desired", "OfficePage", "PaymentOpened", "RecordBatch"])
def test_a_number_no_database_holds_is_no_count(name: str, number: int) -> None:
    golden = (WIRE / THIS_RELEASE / f"{name}.json").read_bytes()
    counts = rb'"(no|session_no|committed_through|settings_revision|revision|amount_satang)": \d+'
    broken, found = re.subn(counts, rb'"\1": %d' % number, golden, count=1)
    assert found
    with pytest.raises((messages.MessageError, msgspec.DecodeError)):
        read(broken, KINDS[name])


def test_what_cannot_be_read_is_named_without_its_content() -> None:
    with pytest.raises(messages.MessageError) as caught:
        messages.decode(f'{{"command_id": "c", "kind": "identify", "expires_at": "{DIGITS}"}}'.encode(), Command)
    assert DIGITS not in str(caught.value)
    assert "expires_at" in str(caught.value)
