"""The real way to the pins, on a pretend lgpio: which chip, what is refused, and a chip pulled a thousand times.

Each program runs in a process of its own: lgpio is a module's name, and the real one starts a thread.

| defect of those before us | test |
| --- | --- |
| Raspberry Pi 5's chip moved from number 4 to 0 (gpiozero 1166); guesses about it broke (1229) | ``test_the_headers_chip_is_found_by_its_label`` |
| another pin factory is used in silence | ``test_another_factory_in_the_environment_is_refused``, ``test_without_lgpio_there_is_no_panel`` |
| a chip that went keeps its descriptor, and its dead pins go to the next factory | ``test_a_chip_pulled_a_thousand_times_leaves_nothing_behind`` |
| pins stay reserved after close (1087) | ``test_gpio.py``: ``test_pins_of_a_closed_panel_are_free_again`` |
| software bounce time drops edges (1039, 550, 697, 1090) | ``test_gpio.py``: ``test_a_case_that_bounces_ends_up_as_it_is`` |
| a cut cable reads as well | ``test_gpio.py``: ``test_a_cut_tamper_cable_is_an_alarm_from_the_start`` |
"""  # noqa: E501 - a table

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
STAND_IN = ROOT / "tests" / "support" / "pretend_chip"

OPENING = """
import os, sys, threading
from pathlib import Path
import gpiozero.pins.local
gpiozero.pins.local.get_pi_revision = lambda: 0xD04170  # this machine is no Raspberry Pi; that one is a 5
from drivers.errors import DeviceAbsentError
from drivers.panel.gpio import open_lgpio_panel
from drivers.panel.pins import PanelPins
from drivers.panel.port import Light, Pattern, Sound, TamperChanged

CHIPS = Path(os.environ["PRETEND_CHIPS"])
PINS = PanelPins(status=17, card=27, paper=22, call=23, tamper=24, buzzer=25, fan=18)

def opened():
    return open_lgpio_panel(PINS, devices=CHIPS)
"""


def run(folder: Path, program: str, *path: Path, **environment: str) -> str:
    """What the program prints. It must print something, and nothing to stderr."""
    ran = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", OPENING + textwrap.dedent(program)],
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if name != "GPIOZERO_PIN_FACTORY"},
            "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT))),
            "PRETEND_CHIPS": str(folder),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.strip()


REFUSAL = """
    try:
        opened()
    except DeviceAbsentError as err:
        print(err)
"""


@pytest.mark.parametrize(
    ("chips", "number"),
    [
        ({0: "pinctrl-rp1", 10: "gpio-brcmstb@107d508500"}, 0),
        ({0: "gpio-brcmstb@107d508500", 4: "pinctrl-rp1"}, 4),
        ({0: "pinctrl-bcm2711", 1: "raspberrypi-exp-gpio"}, 0),
        ({0: "pinctrl-bcm2835"}, 0),
    ],
)
def test_the_headers_chip_is_found_by_its_label(tmp_path: Path, chips: dict[int, str], number: int) -> None:
    for each, label in chips.items():
        (tmp_path / f"gpiochip{each}").write_text(label)
    said = run(
        tmp_path, "panel = opened(); about = panel.about(); panel.close(); print(about.port, about.model)", STAND_IN
    )
    assert said == f"/dev/gpiochip{number} {chips[number]}, 54 lines, by lgpio"


def test_a_chip_of_something_else_is_no_panel(tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").write_text("a USB adapter")
    said = run(tmp_path, REFUSAL, STAND_IN)
    assert said == "panel: no GPIO here: no header of a Raspberry Pi among gpiochip0 (a USB adapter)"


def test_without_a_chip_there_is_no_panel(tmp_path: Path) -> None:
    assert run(tmp_path, REFUSAL, STAND_IN).endswith("among no gpiochip at all")


@pytest.mark.parametrize("factory", ["mock", "rpigpio", "pigpio", "native", ""])
def test_another_factory_in_the_environment_is_refused(tmp_path: Path, factory: str) -> None:
    (tmp_path / "gpiochip0").write_text("pinctrl-rp1")
    said = run(tmp_path, REFUSAL, STAND_IN, GPIOZERO_PIN_FACTORY=factory)
    assert said == f"panel: no GPIO here: GPIOZERO_PIN_FACTORY is {factory!r}, and only lgpio is used"


def test_our_own_factory_in_the_environment_is_not(tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").write_text("pinctrl-rp1")
    assert (
        run(
            tmp_path,
            "panel = opened(); print(panel.about().port); panel.close()",
            STAND_IN,
            GPIOZERO_PIN_FACTORY="lgpio",
        )
        == "/dev/gpiochip0"
    )


def test_without_lgpio_there_is_no_panel(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    missing.mkdir()
    (missing / "lgpio.py").write_text("raise ImportError('No module named lgpio')\n")
    assert run(tmp_path, REFUSAL, missing) == "panel: no GPIO here: lgpio does not load (No module named lgpio)"


def test_nothing_of_gpiozeros_own_choice_is_used(tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").write_text("pinctrl-rp1")
    said = run(
        tmp_path, "import gpiozero; panel = opened(); print(gpiozero.Device.pin_factory); panel.close()", STAND_IN
    )
    assert said == "None"


def test_a_chip_pulled_a_thousand_times_leaves_nothing_behind(tmp_path: Path) -> None:
    """Pulled while lights blink, the buzzer sounds and the fan runs; opened again as the worker does."""
    program = """
        chip = CHIPS / "gpiochip0"

        def held():
            return len(os.listdir("/proc/self/fd")), threading.active_count()

        def lost(ask):
            try:
                ask()
            except DeviceAbsentError:
                return True
            return False

        noticed = refused = 0
        for round in range(1001):
            chip.write_text("pinctrl-rp1")
            panel = opened()
            panel.show(Light.STATUS, Pattern.FAST)
            panel.play(Sound.ERROR)
            panel.turn_fan(on=True)
            panel.wait(0)
            chip.unlink()
            noticed += lost(lambda: panel.show(Light.CARD, Pattern.ON)) and lost(lambda: panel.wait(0.06))
            refused += lost(opened)
            panel.close()
            panel.close()
            if round == 0:
                before = held()
        print(noticed, refused, held() == before)
    """
    assert run(tmp_path, program, STAND_IN) == "1001 1001 True"
