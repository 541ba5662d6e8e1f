"""The QR that tells a kiosk its network: what phones draw, what ours says more, and that nothing of it is repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.network_code import Address, Network, NetworkCodeError, Wifi, network_code, read_network_code

PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


@pytest.mark.parametrize(
    ("text", "name", "password"),
    [
        ("WIFI:T:WPA;S:OFFICE;P:correct horse;;", "OFFICE", "correct horse"),
        ("WIFI:S:OFFICE;T:WPA2;P:12345678;H:true;;", "OFFICE", "12345678"),
        (r"wifi:T:SAE;S:a\;b\\c;P:\"x\:y\,z12;;", r"a;b\c", '"x:y,z12'),
        ('WIFI:T:WPA;S:"ABCD";P:abcdefgh;;', "ABCD", "abcdefgh"),
        ("WIFI:T:WPA;S:OFFICE;P:12345678", "OFFICE", "12345678"),
        ("SALANET:X:e0b8aae0b8ade0b888;P:12345678;;", "สอจ", "12345678"),
    ],
)
def test_a_wifi_is_read_as_it_is_drawn(text: str, name: str, password: str) -> None:
    assert read_network_code(text) == Network(Wifi(name, password))


def test_ours_says_an_address_and_the_time_too() -> None:
    text = "SALANET:A:192.0.2.20/24;G:192.0.2.1;D:192.0.2.1,192.0.2.2;T:192.0.2.1,time.example;;"
    address = Address("192.0.2.20/24", "192.0.2.1", ("192.0.2.1", "192.0.2.2"))
    assert read_network_code(text) == Network(address=address, time_servers=("192.0.2.1", "time.example"))
    assert read_network_code("SALANET:A:DHCP;;") == Network(address=Address())
    assert read_network_code("SALANET:FORGET;;") == Network(forget=True)


def test_what_is_no_network_is_somebody_elses() -> None:
    for text in ("", "CBI-69-00001", "https://kiosks.example/WIFI:T:WPA;S:x;P:12345678;;"):
        assert read_network_code(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "WIFI:T:nopass;S:OFFICE;;", "WIFI:T:WPA2-EAP;S:OFFICE;P:12345678;;", "WIFI:T:WEP;S:OFFICE;P:12345678;;",
        "WIFI:T:WPA;P:secret-word;;", "WIFI:T:WPA;S:OFFICE;P:secret;;", "WIFI:",
        "WIFI:T:WPA;S:OFFICE;S:TWO;P:12345678;;",
        f"WIFI:T:WPA;S:{'x' * 33};P:12345678;;", "SALANET:;;", "SALANET:Q:1;;", "SALANET:G:192.0.2.1;;",
        "SALANET:A:192.0.2.20;;", "SALANET:A:192.0.2.20/24;G:198.51.100.1;;", "SALANET:A:nine/24;;",
        "SALANET:X:zz;P:12345678;;",
        "SALANET:T:two words;;", "SALANET:S:OFFICE;P:รหัสผ่านยาว;;", "SALANET:A:192.0.2.20/24;D:one;;",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(NetworkCodeError) as refused:
        read_network_code(text)
    for secret in ("secret", "12345678", "OFFICE", "รหัสผ่านยาว", "192.0.2"):
        assert secret not in str(refused.value)


def test_no_repr_holds_a_password() -> None:
    assert "12345678" not in repr(read_network_code("WIFI:T:WPA;S:OFFICE;P:12345678;;"))


NAMES = st.text(PRINTABLE, min_size=1, max_size=32) | st.just("สอจ.ชลบุรี")
WIFIS = st.builds(Wifi, NAMES, st.text(PRINTABLE, min_size=8, max_size=63))
ADDRESSES = st.sampled_from(
    [Address(), Address("192.0.2.20/24"), Address("192.0.2.20/24", "192.0.2.1", ("192.0.2.1", "2001:db8::1"))]
)


@given(WIFIS, ADDRESSES | st.none(), st.sampled_from([(), ("192.0.2.1", "2001:db8::1")]))
def test_what_is_written_is_read(wifi: Wifi, address: Address | None, servers: tuple[str, ...]) -> None:
    said = Network(wifi, address, servers)
    assert read_network_code(network_code(said)) == said


@given(st.text(max_size=80))
def test_whatever_is_scanned_is_read_or_refused(text: str) -> None:
    for head in ("WIFI:", "SALANET:"):
        try:
            read_network_code(head + text)
        except NetworkCodeError:
            continue
