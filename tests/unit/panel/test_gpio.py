"""The GPIO panel, beyond the contract: bounce, fail-safe, refused fallbacks, what the page may say."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import GPIOZeroError
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceAbsentError, DeviceProtocolError
from drivers.panel.debounce import SAMPLES, Debouncer
from drivers.panel.gpio import IDLE_SAMPLE_S, SETTLING_SAMPLE_S, GpioPanel
from drivers.panel.lights import RHYTHMS, is_lit, next_change_s
from drivers.panel.pins import PanelPins
from drivers.panel.port import Light, Pattern, Sound, TamperChanged
from drivers.panel.sounds import LENGTH_MAX_S, SOUNDS
from drivers.panel.virtual import (
    FanTurned,
    LightSwitched,
    PanelChange,
    SoundHeard,
    VirtualPanel,
    decode_change,
    encode_change,
)
from tests.contract.panel_rigs import PINS, PanelBench
from tests.contract.patience import SOON_S

SHORTEST_PRESS_S = 0.08
"""Of a finger in a hurry."""


@pytest.fixture
def bench() -> Iterator[PanelBench]:
    bench = PanelBench()
    yield bench
    bench.clear_away()


def test_a_cut_tamper_cable_is_an_alarm_from_the_start() -> None:
    panel = GpioPanel(PINS, MockFactory())  # nothing pulls the pin down
    assert panel.wait(SOON_S) == TamperChanged(open=True)
    panel.close()


def test_a_bounce_is_no_press(bench: PanelBench) -> None:
    bench.call.drive_low()
    assert bench.panel.wait(0) is None
    bench.call.drive_high()
    assert bench.panel.wait(0.2) is None


def test_a_case_that_bounces_ends_up_as_it_is(bench: PanelBench) -> None:
    """gpiozero's own debouncing can lose the last edge and stay wrong for good (1039, 550, 697)."""
    heard: list[object] = []
    for bounce in range(7):
        bench.turn_tamper(bounce % 2 == 0)
        heard.append(bench.panel.wait(0.012))
    heard += [bench.panel.wait(0.1), bench.panel.wait(0.1)]
    assert [event for event in heard if event is not None] == [TamperChanged(open=True)]
    bench.turn_tamper(False)
    assert bench.panel.wait(SOON_S) == TamperChanged(open=False)


def test_pins_of_a_closed_panel_are_free_again() -> None:
    """gpiozero keeps mock pins reserved after close, until ``reset`` (1087); ours give them back themselves."""
    factory = MockFactory()
    for _ in range(3):
        GpioPanel(PINS, factory).close()
    factory.reset()


def test_a_panel_without_buzzer_and_fan_stays_silent_and_still() -> None:
    pins = PanelPins(status=17, card=27, paper=22, call=23, tamper=24)
    panel = GpioPanel(pins, MockFactory())
    for sound in Sound:
        panel.play(sound)
    panel.turn_fan(on=True)
    assert panel.wait(SOON_S) == TamperChanged(open=True)  # and nothing broke
    panel.close()


@pytest.mark.parametrize("sound", Sound)
def test_no_sound_is_long_and_none_repeats(sound: Sound) -> None:
    assert 0 < SOUNDS[sound].length_s <= LENGTH_MAX_S
    assert not SOUNDS[sound].repeats
    assert SOUNDS[sound].next_change_s(LENGTH_MAX_S) is None


def test_sounds_and_patterns_are_told_apart_by_rhythm_alone() -> None:
    assert len({*SOUNDS.values()}) == len(Sound)
    assert len({*RHYTHMS.values()}) == len(Pattern)


def test_a_lasting_press_is_one_press(bench: PanelBench) -> None:
    bench.call.drive_low()
    assert bench.panel.wait(SOON_S) is not None
    assert bench.panel.wait(0.5) is None


@given(st.lists(st.booleans(), max_size=60))
def test_the_debounced_level_changes_only_after_enough_samples_and_never_twice_alike(samples: list[bool]) -> None:
    debouncer = Debouncer()
    changes = [(i, level) for i, sample in enumerate(samples) if (level := debouncer.sample(sample)) is not None]
    levels = [level for _, level in changes]
    assert levels == [i % 2 == 0 for i in range(len(levels))]
    for i, level in changes:
        window = samples[max(0, i - SAMPLES + 1) : i + 1]
        assert window[-1] is level


@pytest.mark.parametrize("level", [True, False])
def test_a_steady_level_is_believed_after_so_many_samples(level: bool) -> None:
    debouncer = Debouncer()
    if not level:
        for _ in range(SAMPLES):
            debouncer.sample(True)
    heard = [debouncer.sample(level) for _ in range(SAMPLES)]
    assert heard == [None] * (SAMPLES - 1) + [level]
    assert not debouncer.is_settling


@pytest.mark.parametrize("pattern", Pattern)
def test_no_light_flashes_more_than_three_times_a_second(pattern: Pattern) -> None:
    lit = [is_lit(pattern, tenth / 100) for tenth in range(100)]
    assert sum(not before and after for before, after in itertools.pairwise(lit)) <= 3


BLINKING = [pattern for pattern in Pattern if RHYTHMS[pattern].repeats]


@given(st.sampled_from(BLINKING), st.floats(0, 1000))
def test_the_next_change_is_a_change_and_the_next(pattern: Pattern, age_s: float) -> None:
    change_s = next_change_s(pattern, age_s)
    assert change_s is not None
    assert age_s < change_s <= age_s + max(RHYTHMS[pattern].steps_s) * 1.001
    assert is_lit(pattern, change_s + 1e-6) is not is_lit(pattern, change_s - 1e-6)


def test_telling_a_light_what_it_does_does_not_disturb_its_rhythm(bench: PanelBench) -> None:
    bench.panel.show(Light.CARD, Pattern.FAST)
    until_s = time.monotonic() + SOON_S
    while len(bench.pins[Light.CARD].states) < 4:
        assert time.monotonic() < until_s
        bench.panel.wait(0.02)
        bench.panel.show(Light.CARD, Pattern.FAST)


def test_without_a_pin_factory_there_is_no_panel() -> None:
    with pytest.raises(TypeError, match="name the pin factory"):
        GpioPanel(PINS, None)


def test_two_parts_on_one_pin_are_refused() -> None:
    with pytest.raises(ValueError, match="on one pin"):
        PanelPins(status=17, card=17, paper=22, call=23, tamper=24)


def test_a_pin_in_use_is_absence_and_releases_the_others() -> None:
    factory = MockFactory()
    first = GpioPanel(PINS, factory)
    overlapping = PanelPins(status=5, card=6, paper=PINS.paper, call=12, tamper=13)
    with pytest.raises(DeviceAbsentError) as caught:
        GpioPanel(overlapping, factory)
    assert isinstance(caught.value.__cause__, GPIOZeroError)
    GpioPanel(PanelPins(status=5, card=6, paper=19, call=12, tamper=13), factory).close()
    first.close()


def test_a_closed_panel_is_absent(bench: PanelBench) -> None:
    bench.panel.close()
    with pytest.raises(DeviceAbsentError, match="closed"):
        bench.panel.wait(0)


def test_the_shortest_press_is_long_enough_to_be_seen() -> None:
    assert IDLE_SAMPLE_S + (SAMPLES - 1) * SETTLING_SAMPLE_S < SHORTEST_PRESS_S


def test_an_idle_panel_looks_no_more_often_than_it_must(bench: PanelBench) -> None:
    bench.panel.wait(0.2)
    bench.call.looks = 0
    assert bench.panel.wait(1) is None
    assert 0 < bench.call.looks <= 21


def test_lines_about_lights_come_back() -> None:
    switched = LightSwitched(Light.CARD, Pattern.SLOW, lit=True)
    assert encode_change(switched) == b'{"light": "card", "pattern": "slow", "lit": true}'


@pytest.mark.parametrize(
    "change",
    [
        LightSwitched(Light.STATUS, Pattern.DOUBLE, lit=False),
        SoundHeard(Sound.ERROR, heard=True),
        FanTurned(on=True),
        FanTurned(on=False),
    ],
)
def test_changes_survive_their_lines(change: PanelChange) -> None:
    assert decode_change(encode_change(change) + b"\n") == change


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"light": "sun", "pattern": "on", "lit": true}', b"\xff"])
def test_lines_about_nothing_are_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_change(line)


def test_the_page_hears_of_a_pattern_even_when_the_light_stays_as_it_is(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "panel"))
        listener.listen(1)
        panel = VirtualPanel(str(tmp_path / "panel"))
        page, _ = listener.accept()
    for pattern in (Pattern.ON, Pattern.SLOW, Pattern.FAST, Pattern.OFF):
        panel.show(Light.CARD, pattern)
    lines = page.recv(4096).splitlines()
    assert [decode_change(line) for line in lines] == [
        LightSwitched(Light.CARD, Pattern.ON, lit=True),
        LightSwitched(Light.CARD, Pattern.SLOW, lit=True),
        LightSwitched(Light.CARD, Pattern.FAST, lit=True),
        LightSwitched(Light.CARD, Pattern.OFF, lit=False),
    ]
    panel.close()
    page.close()


@pytest.mark.parametrize(
    "sent", [b"{}\n", b"press\n", b'{"press": "door"}\n', b'{"tamper": 1.5}\n', b"\xff\n", b"x" * 5000]
)
def test_a_page_that_talks_nonsense_is_a_protocol_error(tmp_path: Path, sent: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "panel"))
        listener.listen(1)
        panel = VirtualPanel(str(tmp_path / "panel"))
        far_end, _ = listener.accept()
    far_end.sendall(sent)
    with pytest.raises(DeviceProtocolError):
        panel.wait(1)
    panel.close()
    far_end.close()


def test_without_gpio_the_real_panel_is_absent_and_falls_back_to_nothing(tmp_path: Path) -> None:
    # In a process of its own: lgpio's import starts a thread and leaves a FIFO in the working directory.
    program = textwrap.dedent("""
        from drivers.errors import DeviceAbsentError
        from drivers.panel.gpio import open_lgpio_panel
        from drivers.panel.pins import PanelPins
        try:
            open_lgpio_panel(PanelPins(status=17, card=27, paper=22, call=23, tamper=24))
        except DeviceAbsentError as err:
            print(err)
    """)
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), "GPIOZERO_PIN_FACTORY": "mock"},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert ran.stdout.startswith("panel: no GPIO here")
