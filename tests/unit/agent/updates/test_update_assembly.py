"""A bundle put together from slots and ranges: over the wire goes what is nowhere, and nothing wrong gets in."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from fleet.protocol import blocks
from kiosk.agent.updates import assembly
from kiosk.agent.updates.fetch import fetch
from kiosk.agent.updates.missing import joined, missing_runs
from kiosk.agent.updates.order import FetchOrder, SignedFile
from kiosk.agent.updates.states import FetchOutcome
from tests.support.bundle_server import BundleServer
from tests.unit.agent.updates.test_update_fetch import status

BLOCK = blocks.BLOCK_BYTES
RANDOM = random.Random(20261123)  # noqa: S311 - content, the same every time
OLD = RANDOM.randbytes(96 * BLOCK)
"""What stands in the slot."""

NEW = b"hsqs" + bytes(92) + OLD[: 40 * BLOCK] + RANDOM.randbytes(3 * BLOCK) + OLD[37 * BLOCK :] + RANDOM.randbytes(1234)
"""A squashfs with an image in which three blocks came in, so that all behind them has moved."""


def index_of(content: bytes, folder: Path) -> blocks.BlockIndex:
    (folder / "whole").write_bytes(content)
    with (folder / "whole").open("rb") as file:
        return blocks.index_of(file)


def signed(target: str, content: bytes) -> SignedFile:
    return SignedFile(target=target, length=len(content), sha256=hashlib.sha256(content).hexdigest())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BundleServer]:
    server = BundleServer(NEW, tmp_path)
    server.index = blocks.encoded(index_of(NEW, tmp_path))
    yield server
    server.close()


@pytest.fixture
def order(server: BundleServer, tmp_path: Path) -> FetchOrder:
    (tmp_path / "slot").write_bytes(OLD)
    assert server.index is not None
    return FetchOrder(
        link=server.link,
        bundle=signed("firmware/2.raucb", NEW),
        index=signed("firmware/2.raucb.blocks", server.index),
        seeds=(str(tmp_path / "no slot"), str(tmp_path / "slot")),
        file=str(tmp_path / "firmware" / "bundle.raucb"),
        allowance_bytes=len(NEW),
    )


def replaced(order: FetchOrder, **changes: object) -> FetchOrder:
    return msgspec.structs.replace(order, **changes)


def left(order: FetchOrder) -> list[str]:
    return sorted(path.name for path in Path(order.file).parent.iterdir())


# ---- what goes over the wire ----------------------------------------------------------------------------------------


def test_only_what_no_slot_holds_is_fetched(server: BundleServer, order: FetchOrder) -> None:
    result = fetch(order)
    assert result.outcome is FetchOutcome.WHOLE, result
    assert Path(order.file).read_bytes() == NEW
    assert left(order) == ["bundle.raucb"]
    assert server.index is not None
    begins = 96 + 40 * BLOCK
    assert server.asked == [
        f"bytes=0-{len(server.index) - 1}",
        "bytes=0-95",
        f"bytes={begins}-{begins + 3 * BLOCK - 1}",
        f"bytes={len(NEW) - 1234}-{len(NEW) - 1}",
    ]
    assert server.connections == 1
    assert server.sent_bytes == order.allowance_bytes - result.unused_bytes
    assert server.sent_bytes == len(server.index) + 96 + 3 * BLOCK + 1234


def test_it_goes_on_where_the_allowance_ended_and_scans_no_slot_twice(
    server: BundleServer, order: FetchOrder, capsys: pytest.CaptureFixture[str]
) -> None:
    small = replaced(order, allowance_bytes=BLOCK + 500)  # index, and a part of what is missing
    outcomes = [fetch(small).outcome]
    assert outcomes == [FetchOutcome.PAID]
    Path(order.seeds[1]).write_bytes(b"")  # whatever becomes of the slot
    for _ in range(8):
        if outcomes[-1] is FetchOutcome.PAID:
            outcomes.append(fetch(small).outcome)
    assert outcomes[-1] is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW
    assert server.index is not None
    assert capsys.readouterr().err.count("blocks are in no slot") == 1
    assert server.sent_bytes < len(server.index) + 96 + 3 * BLOCK + 1234 + len(outcomes) * BLOCK


@pytest.mark.parametrize(
    "change",
    [{"index": None}, {"seeds": ()}, {"seeds": ("/there is no such slot",)}],
    ids=["no index is signed", "no slots", "slots that cannot be read"],
)
def test_without_an_index_or_a_slot_the_whole_is_fetched(
    server: BundleServer, order: FetchOrder, change: dict[str, object]
) -> None:
    assert fetch(replaced(order, **change)).outcome is FetchOutcome.WHOLE
    assert server.asked == [f"bytes=0-{len(NEW) - 1}"]
    assert Path(order.file).read_bytes() == NEW


def test_a_fleet_that_does_not_have_the_index_has_the_bundle(server: BundleServer, order: FetchOrder) -> None:
    server.index = None
    assert fetch(order).outcome is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW


def test_a_server_without_ranges_sends_it_once(server: BundleServer, order: FetchOrder) -> None:
    server.answer = whole
    assert fetch(replaced(order, allowance_bytes=2 * len(NEW))).outcome is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW
    assert len(server.asked) == 2  # the index, and the bundle


def whole(handler: BaseHTTPRequestHandler, _first: int, _last: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(NEW)))
    handler.end_headers()
    handler.wfile.write(NEW)


# ---- and what must not get in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("signs_it", [False, True], ids=["not signed", "signed by mistake"])
@pytest.mark.parametrize(
    "lie",
    [b"", b"no index at all", b"salablk1" + bytes(2000)],
    ids=["nothing", "noise", "a head and nothing behind"],
)
def test_what_is_no_index_costs_its_bytes_and_no_update(
    server: BundleServer, order: FetchOrder, lie: bytes, signs_it: bool
) -> None:
    assert server.index is not None
    server.index = lie.ljust(len(server.index), b"\0")
    if signs_it:
        order = replaced(order, index=signed("firmware/2.raucb.blocks", server.index))
    assert fetch(replaced(order, allowance_bytes=2 * len(NEW))).outcome is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW
    assert left(order) == ["bundle.raucb"]


@pytest.mark.parametrize(
    ("content", "signs_it"),
    [(NEW[:96] + bytes(len(NEW) - 96), False), (NEW + bytes(BLOCK), True)],
    ids=["another index than was signed", "an index of another length"],
)
def test_an_index_that_cannot_be_this_bundles_is_not_gone_by(
    server: BundleServer, order: FetchOrder, tmp_path: Path, content: bytes, signs_it: bool
) -> None:
    server.index = blocks.encoded(index_of(content, tmp_path))
    if signs_it:
        order = replaced(order, index=signed("firmware/2.raucb.blocks", server.index))
    assert fetch(replaced(order, allowance_bytes=2 * len(NEW))).outcome is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW
    assert len(server.asked) == 2, "the index, and the whole"


@pytest.mark.parametrize("is_all_in_the_slot", [True, False])
def test_an_index_of_another_bundle_does_not_get_past_the_signed_hash(
    server: BundleServer, order: FetchOrder, tmp_path: Path, is_all_in_the_slot: bool
) -> None:
    other = (OLD + OLD)[: len(NEW) // BLOCK * BLOCK] + NEW[len(NEW) // BLOCK * BLOCK :]
    server.index = blocks.encoded(index_of(other, tmp_path))
    order = replaced(order, index=signed("firmware/2.raucb.blocks", server.index))
    if not is_all_in_the_slot:
        Path(order.seeds[1]).write_bytes(OLD[: 50 * BLOCK])
    assert fetch(replaced(order, allowance_bytes=3 * len(NEW))).outcome is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW
    assert f"bytes=0-{len(NEW) - 1}" in server.asked


def test_a_bundle_that_is_not_what_was_signed_is_refused(server: BundleServer, order: FetchOrder) -> None:
    server.content = NEW[:-100] + bytes(100)
    result = fetch(replaced(order, allowance_bytes=3 * len(NEW)))
    assert (result.outcome, result.detail) == (FetchOutcome.REFUSED, "what was fetched is not what was signed")
    assert left(order) == []


def test_a_slot_that_changed_on_the_disk_is_only_no_source(server: BundleServer, order: FetchOrder) -> None:
    spoiled = bytearray(OLD)
    spoiled[10 * BLOCK] ^= 1
    Path(order.seeds[1]).write_bytes(bytes(spoiled))
    assert fetch(order).outcome is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW
    assert f"bytes={96 + 10 * BLOCK}-{96 + 11 * BLOCK - 1}" in server.asked


def test_what_was_put_together_and_spoiled_on_the_disk_is_fetched_whole(
    server: BundleServer, order: FetchOrder
) -> None:
    assert fetch(replaced(order, allowance_bytes=BLOCK + 3000)).outcome is FetchOutcome.PAID
    with Path(order.file).open("r+b") as file:
        file.seek(96 + 5 * BLOCK)
        file.write(b"spoiled")
    assert fetch(replaced(order, allowance_bytes=2 * len(NEW))).outcome is FetchOutcome.WHOLE
    assert Path(order.file).read_bytes() == NEW


@pytest.mark.parametrize("code", [404, 503])
def test_the_line_fails_as_it_does_without_an_index(server: BundleServer, order: FetchOrder, code: int) -> None:
    server.answer = status(code)
    assert fetch(order).outcome is (FetchOutcome.NOT_FOUND if code == 404 else FetchOutcome.NETWORK)
    server.answer = server.ranged
    assert fetch(order).outcome is FetchOutcome.WHOLE


def test_an_index_that_is_cut_is_fetched_on(server: BundleServer, order: FetchOrder) -> None:
    def cut(handler: BaseHTTPRequestHandler, first: int, last: int) -> None:
        assert server.index is not None
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {first}-{last}/{len(server.index)}")
        handler.send_header("Content-Length", str(last + 1 - first))
        handler.end_headers()
        handler.wfile.write(server.index[first : first + 700])
        handler.close_connection = True

    server.index_answer = cut
    assert fetch(order).outcome is FetchOutcome.NETWORK
    server.index_answer = server.ranged
    assert fetch(order).outcome is FetchOutcome.WHOLE
    assert server.asked[1].startswith("bytes=700-")
    assert Path(order.file).read_bytes() == NEW


# ---- a plug is pulled -----------------------------------------------------------------------------------------------


def _begun(order: FetchOrder) -> tuple[FetchOrder, Path]:
    assert fetch(replaced(order, allowance_bytes=BLOCK + 3000)).outcome is FetchOutcome.PAID
    return replaced(order, allowance_bytes=3 * len(NEW)), Path(order.file)


def test_the_note_is_there_before_the_file(tmp_path: Path) -> None:
    """A file of the right length without a note would look whole; the plug is pulled where it cannot be opened."""
    bundle = tmp_path / "bundle.raucb"
    bundle.mkdir()
    with pytest.raises(IsADirectoryError):
        assembly.Assembly(bundle, index_of(NEW, tmp_path), "1")
    assert (tmp_path / "bundle.raucb.held").exists()


def test_no_index_is_left_alone_when_a_bundle_is_forgotten(tmp_path: Path) -> None:
    """It would pass for the next bundle's; the plug is pulled where the file cannot be deleted."""
    bundle = tmp_path / "bundle.raucb"
    bundle.mkdir()
    assembly.index_file(bundle).write_bytes(b"of this bundle")
    with pytest.raises(OSError, match=str(bundle)):
        assembly.forget(bundle)
    assert not assembly.index_file(bundle).exists()


def test_a_note_is_believed_of_its_own_file_and_index_alone(tmp_path: Path) -> None:
    bundle, index = tmp_path / "bundle.raucb", index_of(NEW, tmp_path)
    (tmp_path / "slot").write_bytes(OLD)

    def missing(index_sha256: str) -> int:
        put = assembly.Assembly(bundle, index, index_sha256)
        try:
            return put.missing_count
        finally:
            put.close()

    put = assembly.Assembly(bundle, index, "1")
    put.seed([str(tmp_path / "slot")])
    put.close()
    assert missing("1") == 5
    bundle.unlink()
    assert missing("1") == index.count
    put = assembly.Assembly(bundle, index, "1")
    put.seed([str(tmp_path / "slot")])
    put.close()
    assert missing("2") == index.count


def test_a_block_that_is_not_what_was_signed_is_not_taken(tmp_path: Path) -> None:
    put = assembly.Assembly(tmp_path / "bundle.raucb", index_of(NEW, tmp_path), "1")
    try:
        put.take(0, NEW[: 96 + BLOCK])
        with pytest.raises(assembly.WrongBlockError, match="block 2"):
            put.take(96 + BLOCK, bytes(BLOCK))
        assert put.missing_count == put.index.count - 2
    finally:
        put.close()


@pytest.mark.parametrize("lost", ["bundle.raucb", "bundle.raucb.held", "bundle.raucb.index"])
def test_whichever_file_is_lost_it_ends_with_what_was_signed(order: FetchOrder, lost: str) -> None:
    order, file = _begun(order)
    (file.parent / lost).unlink()
    outcomes = {fetch(order).outcome, fetch(order).outcome}
    assert FetchOutcome.WHOLE in outcomes
    assert file.read_bytes() == NEW


def test_a_note_that_is_torn_costs_the_slots_another_look(server: BundleServer, order: FetchOrder) -> None:
    order, file = _begun(order)
    note = file.with_name("bundle.raucb.held")
    note.write_bytes(note.read_bytes()[:50])
    assert fetch(order).outcome is FetchOutcome.WHOLE
    assert file.read_bytes() == NEW


def test_another_bundle_is_begun_over_the_one_before(server: BundleServer, order: FetchOrder, tmp_path: Path) -> None:
    order, file = _begun(order)
    server.content = OLD[5 * BLOCK :] + RANDOM.randbytes(700)
    server.index = blocks.encoded(index_of(server.content, tmp_path))
    order = replaced(
        order,
        bundle=signed("firmware/3.raucb", server.content),
        index=signed("firmware/3.raucb.blocks", server.index),
    )
    for _ in range(2):
        outcome = fetch(order).outcome
    assert outcome is FetchOutcome.WHOLE
    assert file.read_bytes() == server.content


def test_forgotten_is_everything(order: FetchOrder) -> None:
    _, file = _begun(order)
    assert len(left(order)) == 3
    assembly.forget(file)
    assert left(order) == []


# ---- the pure parts -------------------------------------------------------------------------------------------------


@given(some.binary(min_size=0, max_size=3 * BLOCK), some.booleans())
def test_an_index_says_the_same_after_the_wire(content: bytes, is_squashfs: bool) -> None:
    content = (b"hsqs" + bytes(24)[:20] if is_squashfs else b"") + content
    index = blocks.index_of(io.BytesIO(content))
    assert blocks.decoded(blocks.encoded(index)) == index
    assert index.length == len(content)
    spans = [(index.first_byte(number), index.first_byte(number + 1)) for number in range(index.count)]
    assert b"".join(content[first:end] for first, end in spans) == content
    assert [index.block_from(first) for first, _ in spans] == list(range(index.count))
    assert all(blocks.word_of(content[first:end]) == index.word(at) for at, (first, end) in enumerate(spans))


@given(some.binary(max_size=200))
def test_bytes_that_are_no_index_are_said_to_be_none(content: bytes) -> None:
    for said in (content, b"salablk1" + content):
        try:
            index = blocks.decoded(said)
        except blocks.BlockIndexError:
            continue
        assert blocks.encoded(index) == said


@given(some.binary(max_size=300), some.integers(0, 5), some.integers(1, 9))
def test_ranges_cover_what_is_missing_and_are_few(pattern: bytes, gap: int, most: int) -> None:
    held = bytes(value & 1 for value in pattern)
    runs = missing_runs(held)
    assert [number for first, end in runs for number in range(first, end)] == [
        number for number, is_held in enumerate(held) if not is_held
    ]
    ranges = joined(runs, gap, most)
    assert len(ranges) <= most
    asked = {number for first, end in ranges for number in range(first, end)}
    assert asked >= {number for number, is_held in enumerate(held) if not is_held}
    assert all(not held[first] and not held[end - 1] for first, end in ranges)
    assert all(later[0] - before[1] > gap for before, later in pairwise(ranges))


def test_a_squashfs_with_options_begins_behind_them() -> None:
    head = bytearray(b"hsqs".ljust(96, b"\0"))
    head[24] = 0
    head[25] = 0x04
    content = bytes(head) + (8).to_bytes(2, "little") + bytes(8) + OLD
    assert blocks.index_of(io.BytesIO(content)).begins == 106
