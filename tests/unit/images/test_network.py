"""A person's five lines, and what three programs read of them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from images.on_device import network


def test_an_empty_file_is_dhcp_on_every_wire() -> None:
    plan = network.understood("")
    assert plan.problems == []
    (only,) = network.files(plan).items()
    assert only[0] == network.WIRE_FILE
    assert "DHCP=yes" in only[1][0]


def test_the_sample_on_the_boot_partition_says_nothing_until_somebody_edits_it() -> None:
    sample = (Path(__file__).parents[3] / "images/boot/network.toml").read_text("utf-8")
    assert network.understood(sample) == network.Plan()
    edited = "\n".join(
        line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in sample.splitlines()
    )
    plan = network.understood(edited.replace('"..."', '"correct horse"'))
    assert plan.problems == []
    assert plan.wifi == ("OFFICE", "correct horse", "TH")
    assert (plan.own, plan.gateway, plan.dns) == ("192.0.2.20/24", "192.0.2.1", ("192.0.2.1",))
    assert plan.servers == ("192.0.2.1",)


def test_an_address_of_its_own_belongs_to_the_wifi_where_there_is_one() -> None:
    text = '[wifi]\nname="ก"\npassword="12345678"\ncountry="TH"\n[address]\nown="192.0.2.20/24"\ngateway="192.0.2.1"'
    written = network.files(network.understood(text))
    assert "Address=192.0.2.20/24" in written[network.WIFI_FILE][0]
    assert "Gateway=192.0.2.1" in written[network.WIFI_FILE][0]
    assert "DHCP=yes" in written[network.WIRE_FILE][0]
    assert "ssid=e0b881" in written[network.SUPPLICANT][0]


@pytest.mark.parametrize("password", ['"}\nnetwork={', 'a"b\\cdefgh'])
def test_no_name_and_no_password_breaks_out_of_its_line(password: str) -> None:
    plan = network.Plan(wifi=('x"\n}', password.replace("\n", ""), "TH"))
    content = network.files(plan)[network.SUPPLICANT][0]
    assert content.count("\nnetwork={") == 1
    secret = next(line for line in content.splitlines() if line.lstrip().startswith("psk="))
    assert secret.endswith('"')
    assert secret.count('"') - secret.count('\\"') == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[wifi", "Expected"),
        ('[wlan]\nname="x"', "[wlan]"),
        ("wifi = 5", "section"),
        ('[wifi]\nname="x"\npassword="short"\ncountry="TH"', "wifi.password"),
        ('[wifi]\nname=""\npassword="12345678"\ncountry="TH"', "wifi.name"),
        ('[wifi]\nname="x"\npassword="12345678"\ncountry="th"', "wifi.country"),
        ('[address]\nown="192.0.2.300/24"', "[address]"),
        ('[address]\nown="192.0.2.20/24"\ngateway="198.51.100.1"', "gateway"),
        ('[time]\nservers=["a b"]', "time.servers"),
        ('[time]\nservers="a"', "time.servers"),
    ],
)
def test_what_is_not_understood_is_said_and_the_wire_keeps_dhcp(text: str, part: str) -> None:
    plan = network.understood(text)
    assert any(part in problem for problem in plan.problems)
    assert "DHCP=yes" in network.files(plan)[network.WIRE_FILE][0]


def test_a_password_is_written_where_root_alone_reads(tmp_path: Path) -> None:
    (tmp_path / "network.toml").write_text('[wifi]\nname="x"\npassword="12345678"\ncountry="TH"', "utf-8")
    assert network.main([str(tmp_path / "network.toml"), "--into", str(tmp_path / "run")]) == 0
    assert stat.S_IMODE((tmp_path / "run" / network.SUPPLICANT).stat().st_mode) == 0o600


def test_no_file_and_a_broken_file_are_no_reason_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert network.main([str(tmp_path / "none.toml"), "--into", str(tmp_path / "run")]) == 0
    assert capsys.readouterr().err == ""
    (tmp_path / "network.toml").write_bytes(b"\xff\xfe")
    assert network.main([str(tmp_path / "network.toml"), "--into", str(tmp_path / "run")]) == 0
    assert "cannot be read" in capsys.readouterr().err
    assert (tmp_path / "run" / network.WIRE_FILE).exists()


WIFI_SCANNED = {"name": "OFFICE", "password": "correct horse", "country": "TH"}


def test_what_was_scanned_stands_beside_the_file_and_the_file_goes_before_it() -> None:
    scanned = json.dumps({"wifi": WIFI_SCANNED, "address": {"own": "192.0.2.20/24"}})
    plan = network.understood("", scanned)
    assert (plan.wifi, plan.own, plan.problems) == (("OFFICE", "correct horse", "TH"), "192.0.2.20/24", [])
    plan = network.understood('[address]\nown = "192.0.2.30/24"', scanned)
    assert (plan.wifi, plan.own) == (("OFFICE", "correct horse", "TH"), "192.0.2.30/24")
    assert plan.problems == ["[address] was scanned, too; what stands here goes before it"]
    assert network.understood("[wifi", scanned).wifi == ("OFFICE", "correct horse", "TH")


@pytest.mark.parametrize(
    "scanned",
    ["{", "5", '"correct horse"', '{"wifi": {"name": "x", "password": "correct horse\\n}"}}',
     '{"wifi": "correct horse"}', '{"address": {"own": ["nine"]}}', '{"more": "correct horse"}',
     '{"time": {"servers": "correct horse"}}'],
)  # fmt: skip
def test_what_was_scanned_is_believed_as_little_as_what_was_typed(scanned: str) -> None:
    plan = network.understood("", scanned)
    assert list(network.files(plan)) == [network.WIRE_FILE]
    assert "DHCP=yes" in network.files(plan)[network.WIRE_FILE][0]
    assert not any("correct horse" in problem for problem in plan.problems)


def test_what_is_not_meant_any_more_is_taken_away(tmp_path: Path) -> None:
    boot, scanned = tmp_path / "network.toml", tmp_path / "network.json"
    scanned.write_text(json.dumps({"wifi": WIFI_SCANNED, "time": {"servers": ["192.0.2.1"]}}))
    words = [str(boot), "--scanned", str(scanned), "--into", str(tmp_path / "run")]
    assert network.main(words) == 0
    made = [tmp_path / "run" / name for name in (network.WIFI_FILE, network.SUPPLICANT, network.TIME_FILE)]
    assert all(file.exists() for file in made)
    assert stat.S_IMODE(made[1].stat().st_mode) == 0o600
    scanned.write_text("{}")
    network.main(words)
    assert not any(file.exists() for file in made)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, also: str = "") -> Path:
    """A stand-in for systemctl on the PATH, which does ``also``; where it writes what it was told."""
    said = folder / "said"
    (folder / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {said}\n{also}\n')
    (folder / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return said


def test_what_was_scanned_is_read_by_the_three_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = stand_in(tmp_path, monkeypatch)
    network.restart(tmp_path / "no-radio")
    network.restart(tmp_path)
    anew = "reset-failed systemd-networkd.service wpa_supplicant@wlan0.service chrony.service"
    radio = "--no-block restart wpa_supplicant@wlan0.service"
    without = [anew, "restart systemd-networkd.service", "--no-block try-restart chrony.service"]
    assert said.read_text().splitlines() == [*without, *without[:2], radio, without[2]]


def test_what_is_scanned_while_the_network_restarts_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned, second = tmp_path / "network.json", tmp_path / "second.json"
    scanned.write_text(json.dumps({"time": {"servers": ["192.0.2.1"]}}))
    second.write_text(json.dumps({"time": {"servers": ["192.0.2.2"]}}))
    said = stand_in(tmp_path, monkeypatch, also=f"[ ! -e {second} ] || mv {second} {scanned}")
    words = [str(tmp_path / "none.toml"), "--scanned", str(scanned), "--into", str(tmp_path / "run"), "--restart"]
    assert network.main(words) == 0
    assert "192.0.2.2" in (tmp_path / "run" / network.TIME_FILE).read_text()
    assert said.read_text().count("\nrestart systemd-networkd.service\n") == 2
