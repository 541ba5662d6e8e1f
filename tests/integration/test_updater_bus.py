"""Who may have a bundle installed: a real bus with RAUC's own policy and ours after it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.require import lack, require

OURS = Path(__file__).parents[2] / "images/root/etc/dbus-1/system.d/sala-updates.conf"
GROUP = "sala-updates"
STAND_IN = "games"
"""A group of Debian's that every machine has, in the place of ours."""

STAND_IN_ID, NOBODY = 60, 65534

HEAD = (
    '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"'
    ' "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">\n'
)
RAUCS = f"""{HEAD}<busconfig>
  <policy user="root"><allow own="de.pengutronix.rauc"/></policy>
  <policy context="default"><allow send_destination="de.pengutronix.rauc"/></policy>
</busconfig>
"""
"""What RAUC ships says as much."""

SYSTEM = """{head}<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{folder}</servicedir>
  <policy context="default">
    <allow user="*"/><deny own="*"/><deny send_type="method_call"/>
    <allow send_type="signal"/><allow send_type="error"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow receive_type="method_call"/><allow receive_type="method_return"/>
    <allow receive_type="signal"/><allow receive_type="error"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>{folder}/raucs.conf</include>
  <include>{folder}/ours.conf</include>
</busconfig>
"""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """Its address. A service stands for RAUC that ends at once: who gets as far as starting it was let through."""
    require("dbus")
    if os.geteuid() != 0:
        lack("dbus", "only root can ask as somebody else")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    service = "[D-BUS Service]\nName=de.pengutronix.rauc\nExec=/bin/false\n"
    (tmp_path / "de.pengutronix.rauc.service").write_text(service)
    (tmp_path / "raucs.conf").write_text(RAUCS)
    (tmp_path / "ours.conf").write_text(OURS.read_text("utf-8").replace(GROUP, STAND_IN))
    (tmp_path / "system.conf").write_text(SYSTEM.format(head=HEAD, folder=tmp_path))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={tmp_path}/system.conf", "--nofork", "--print-address"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert daemon.stdout is not None
    try:
        assert daemon.stdout.readline().startswith("unix:path=")
        yield f"unix:path={tmp_path}/bus"
    finally:
        daemon.terminate()
        daemon.wait(20)
        daemon.stdout.close()


@pytest.mark.parametrize(
    ("uid", "groups", "is_heard"),
    [(0, "", True), (NOBODY, "", False), (NOBODY, str(STAND_IN_ID), True), (NOBODY, "44", False)],
    ids=["root", "anybody", "the agent", "another group"],
)
def test_rauc_hears_root_and_the_agent_alone(bus: str, uid: int, groups: str, *, is_heard: bool) -> None:
    asked = subprocess.run(
        ["setpriv", f"--reuid={uid}", f"--regid={uid}", f"--groups={groups}" if groups else "--clear-groups",
         "dbus-send", f"--bus={bus}", "--print-reply", "--dest=de.pengutronix.rauc", "/",
         "de.pengutronix.rauc.Installer.InstallBundle"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ("Spawn.ChildExited" in asked.stderr) == is_heard, asked.stderr
    assert ("AccessDenied" in asked.stderr) != is_heard, asked.stderr


def test_the_agent_is_in_that_group_and_the_front_desk_is_not() -> None:
    units = Path(__file__).parents[2] / "systemd"
    assert f"SupplementaryGroups={GROUP}\n" in (units / "sala-agent.service").read_text("utf-8")
    assert GROUP not in (units / "sala-frontdesk.service").read_text("utf-8")
    assert f"g {GROUP} -\n" in (units / "sala.sysusers.conf").read_text("utf-8")
