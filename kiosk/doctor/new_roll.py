"""`kiosk doctor printer --new-roll`: a technician has put a full roll in, and nobody saw it being put in.

The forecast begins with a roll that was seen to be new: from "paper out" to "enough". Whoever changes a roll before it
ends says so here. Rules: asked once, for a half-used roll is not a new one; the front desk counts, not the doctor.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kiosk import roll_marker
from kiosk.config import MachineConfig
from kiosk.doctor.examination import is_front_desk_running
from kiosk.doctor.voice import Voice

HEARD_WITHIN_S = 5.0
"""A front desk that runs looks once a second (``kiosk.frontdesk.loop``)."""

_LOOK_S = 0.1
NOT_SAID = 1


def put_in(config: MachineConfig, voice: Voice, *, is_sure: bool) -> int:
    """Say that a new roll is in; the exit code. ``is_sure``: do not ask."""
    if not is_sure and not _is_agreed(voice, config.paper.roll_m):
        return NOT_SAID
    try:
        roll_marker.leave(config.data_path)
    except OSError as err:
        voice.say(
            f"บันทึกไม่ได้ ({err.strerror}) ให้เรียกด้วย sudo -u sala kiosk doctor printer --new-roll",
            f"Cannot be noted ({err.strerror}): try sudo -u sala kiosk doctor printer --new-roll.",
        )
        return NOT_SAID
    if not is_front_desk_running(config.run_path):
        voice.say("จดไว้แล้ว จะเริ่มนับเมื่อหน้าร้านเริ่มทำงาน", "Noted: it counts from when the front desk starts.")
    elif _is_heard(config.data_path):
        voice.say("เริ่มนับม้วนใหม่แล้ว", "The new roll counts from now on.")
    else:
        voice.say(
            "จดไว้แล้ว แต่หน้าร้านยังไม่รับ ให้ดูว่าหน้าร้านค้างหรือไม่",
            "Noted, and the front desk has not taken it up: see whether it hangs.",
        )
        return NOT_SAID
    return 0


def _is_agreed(voice: Voice, roll_m: float) -> bool:
    voice.say(
        f"ใส่ม้วนใหม่เต็มม้วน {roll_m:g} เมตรแล้วใช่หรือไม่ พิมพ์ yes เพื่อเริ่มนับใหม่",
        f"Is a full new roll of {roll_m:g} m in? Type yes to count from there.",
    )
    return sys.stdin.readline().strip().lower() == "yes"


def _is_heard(data_dir: Path) -> bool:
    until_s = time.monotonic() + HEARD_WITHIN_S
    while roll_marker.waits(data_dir):
        if time.monotonic() >= until_s:
            return False
        time.sleep(_LOOK_S)
    return True
