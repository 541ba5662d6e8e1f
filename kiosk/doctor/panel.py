"""The panel: its lights one after the other, its buzzer and fan, its call button, its tamper switch."""

from __future__ import annotations

import time

from drivers.panel.port import CallPressed, Light, Panel, PanelEvent, Pattern, Sound, TamperChanged
from kiosk.doctor.findings import Finding, failing, fine
from kiosk.doctor.opening import Patience
from kiosk.doctor.problems import Problem
from kiosk.doctor.voice import Voice

NAME = "panel"
SETTLE_S = 0.3
"""Longer than the driver's debouncing: a case that is open says so within."""

_LIGHTS = {
    Light.STATUS: ("ไฟสถานะ", "status light"),
    Light.CARD: ("ไฟช่องบัตร", "card slot light"),
    Light.PAPER: ("ไฟช่องกระดาษ", "paper light"),
}


def look_at_panel(panel: Panel) -> Finding:
    """Whether the case is closed.

    Raises: DriverError when the panel is gone.
    """
    return _judge(_watch(panel, SETTLE_S))


def blink_lights(panel: Panel, voice: Voice, patience: Patience) -> Finding:
    """Let each light blink in turn, the buzzer sound and the fan run, and hear the call button meanwhile.

    Raises: DriverError when the panel is gone.
    """
    voice.say("ไฟจะกะพริบทีละดวง กดปุ่มเรียกได้ระหว่างนี้", "Each light blinks in turn; press the call button meanwhile.")
    events: list[PanelEvent] = []
    for light in Light:
        th, en = _LIGHTS[light]
        voice.say(f"  {th} กะพริบอยู่", f"  the {en} blinks")
        panel.show(light, Pattern.FAST)
        events += _watch(panel, patience.light_s)
        panel.show(light, Pattern.OFF)
    voice.say("  เสียงเตือนดังสามแบบ (ถ้าตู้มี)", "  the buzzer says its three things, if there is one")
    for sound in Sound:
        panel.play(sound)
        events += _watch(panel, patience.sound_s)
    voice.say("  พัดลมหมุน (ถ้าตู้มี)", "  the fan runs, if there is one")
    panel.turn_fan(on=True)
    events += _watch(panel, patience.fan_s)
    panel.turn_fan(on=False)
    return _judge(events).with_details(
        lights_blinked=len(Light),
        sounds_played=len(Sound),
        call_pressed=any(isinstance(event, CallPressed) for event in events),
    )


def _watch(panel: Panel, time_s: float) -> list[PanelEvent]:
    """What happens meanwhile; waiting is also what keeps a light blinking."""
    events = []
    until_s = time.monotonic() + time_s
    while (left_s := until_s - time.monotonic()) > 0:
        if (event := panel.wait(left_s)) is not None:
            events.append(event)
    return events


def _judge(events: list[PanelEvent]) -> Finding:
    changes = [event for event in events if isinstance(event, TamperChanged)]
    is_open = bool(changes) and changes[-1].open
    return failing(NAME, Problem.TAMPERED, case="open") if is_open else fine(NAME, case="closed")
