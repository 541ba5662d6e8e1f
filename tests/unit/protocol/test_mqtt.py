"""MQTT 5 packets: written as the standard says, and read however the line cuts them into pieces.

The bytes expected here are worked out by hand from the standard's tables.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol import mqtt
from fleet.protocol.mqtt import Kind, MqttError, Reader

PUBLISHED = [
    mqtt.publish("sala/v1/kiosk/CBI-01/status", b'{"a":1}', 1),
    mqtt.publish("t", b"", 65_535, retain=True),
    mqtt.publish("long", b"x" * 20_000, 300),
    bytes.fromhex("3206000161000700"),  # QoS 1, topic "a", packet id 7, no properties, no payload
    bytes.fromhex("30050001620070"),  # QoS 0: no packet id
]
READ = [
    (b"sala/v1/kiosk/CBI-01/status", 1, b'{"a":1}'),
    (b"t", 65_535, b""),
    (b"long", 300, b"x" * 20_000),
    (b"a", 7, b""),
    (b"b", 0, b"p"),
]
PUBACK = bytes.fromhex("40020007")
PINGRESP = bytes.fromhex("d000")


def test_what_is_written_is_read() -> None:
    reader = Reader()
    stream = PUBLISHED[0] + PUBACK + PUBLISHED[1] + PINGRESP + PUBLISHED[2] + PUBLISHED[3] + PUBLISHED[4]
    assert reader.feed(stream) == [(Kind.PUBACK, b"\x00\x07"), (Kind.PINGRESP, b"")]
    assert reader.published == READ


@given(st.lists(st.integers(1, 9), min_size=1))
def test_it_does_not_matter_where_the_line_cuts(lengths: list[int]) -> None:
    stream, reader = PUBLISHED[0] + PUBACK + PUBLISHED[3] + PINGRESP + PUBLISHED[4], Reader()
    others, at, turn = [], 0, 0
    while at < len(stream):
        length = lengths[turn % len(lengths)]
        others += reader.feed(stream[at : at + length])
        at, turn = at + length, turn + 1
    assert others == [(Kind.PUBACK, b"\x00\x07"), (Kind.PINGRESP, b"")]
    assert reader.published == [READ[0], READ[3], READ[4]]


def test_every_cut_of_a_long_packet() -> None:
    for cut in (1, 2, 3, 4, 5, 10, 128, 20_000):
        reader = Reader()
        assert reader.feed(PUBLISHED[2][:cut]) == []
        assert reader.published == []
        reader.feed(PUBLISHED[2][cut:])
        assert reader.published == [READ[2]]


def test_properties_are_stepped_over() -> None:
    reader = Reader()
    packet = bytes.fromhex("320c0001630009050200000e10") + b"hi"
    reader.feed(packet[:1] + bytes([len(packet) - 2]) + packet[2:])
    assert reader.published == [(b"c", 9, b"hi")]


@pytest.mark.parametrize(
    "packet",
    [
        "30ffffffff7f",
        "3080808001" + "00" * 4,
        "3000",
        "3203000161",
        "320400016100",
        "32060001610007" + "ff",
        "3006000161057000",
    ],
)
def test_what_is_no_mqtt_is_said_to_be_none(packet: str) -> None:
    with pytest.raises(MqttError):
        Reader().feed(bytes.fromhex(packet) + b"\xff" * 4)


def test_acknowledgements_in_one_piece() -> None:
    assert mqtt.pubacks([1, 258, 65_535]) == bytes.fromhex("40020001400201024002ffff")


def test_a_welcome_and_a_refusal() -> None:
    # session present, success; receive maximum 1,000, a text that is stepped over, server keep alive 30 s
    welcome = mqtt.read_connack(bytes.fromhex("01000b" + "2103e8" + "120002616213001e"))
    assert (welcome.session_present, welcome.receive_maximum, welcome.keepalive_s) == (True, 1000, 30)
    with pytest.raises(MqttError, match="0x87"):
        mqtt.read_connack(bytes.fromhex("008700"))


def test_a_refused_subscription() -> None:
    mqtt.read_suback(bytes.fromhex("0001" + "00" + "0101"))
    with pytest.raises(MqttError):
        mqtt.read_suback(bytes.fromhex("0001" + "00" + "0187"))


def test_a_connect_as_the_standard_lays_it_out() -> None:
    packet = mqtt.Connect(client_id="ab", keepalive_s=20, clean_start=False, will=mqtt.Will("w", b"x")).encode()
    head = "1020" + "00044d515454" + "05" + "2c" + "0014" + "0a" + "1100000000" + "2700100000"
    assert packet == bytes.fromhex(head + "00026162" + "00" + "000177" + "000178")


def test_a_subscription_that_wants_only_what_is_new() -> None:
    packet = mqtt.subscribe(5, [mqtt.Subscription("a"), mqtt.Subscription("b", only_new=False)])
    assert packet == bytes.fromhex("820b" + "0005" + "00" + "00016111" + "00016201")


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        Reader().feed(data)
    except MqttError:
        return
