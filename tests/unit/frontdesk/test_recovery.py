"""A wedged display: mended a few times a boot and no more, whoever counts; and a screen that is dimmed at night."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest

from drivers.display.fake import FakeDisplay
from drivers.errors import DeviceTimeoutError
from fleet.protocol.records import DeviceChanged
from fleet.protocol.thai import BANGKOK
from kiosk import lives
from kiosk.config import DisplayProfile
from kiosk.frontdesk.clock import StateClock
from kiosk.frontdesk.glass import BACKOFF_S, Glass
from kiosk.frontdesk.hang_watch import HangWatch
from kiosk.frontdesk.night import ALWAYS_DAY, AWAKE_S, Night
from kiosk.frontdesk.recovery import GRACE_S, RECOVERIES_MAX, Recovery, Verdict
from kiosk.visits.states import ChoosingService, Idle, OutOfService, State
from tests.support.desk_rig import DeskRig
from tests.support.sample_visit import desk

SIZE_PX = (800, 480)
PATIENCE_S = 60.0
NIGHT = Night(time(20), time(6), 20, lambda: datetime(2026, 11, 22, 23, tzinfo=BANGKOK))


class Hall:
    """A glass on a fake display, and an hour that passes as fast as told."""

    def __init__(self, folder: Path, *, boot_id: str = "boot", night: Night = ALWAYS_DAY) -> None:
        self.now_s = 1000.0
        self.display = FakeDisplay(SIZE_PX)
        self.file = folder / "display.json"
        self.state: State = Idle(desk())
        self.night = night
        self.start(boot_id)

    def start(self, boot_id: str = "boot") -> None:
        """The front desk starts, or starts again."""
        self.display.close()
        self.recovery = Recovery(self.file, boot_id)
        self.glass = Glass(self.display.open, SIZE_PX, self.recovery, self.night, lambda: self.now_s)
        self.clock = StateClock(lambda: self.now_s)

    def pass_s(self, passed_s: float, step_s: float = 0.5) -> None:
        """Rounds of the loop, two a second."""
        until_s = self.now_s + passed_s
        while self.now_s < until_s:
            self.now_s += step_s
            self.glass.show(self.state, self.clock)
            self.glass.poll()

    @property
    def recoveries(self) -> int:
        return self.recovery.spent


def test_a_display_that_is_well_is_left_alone(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(600)
    assert (hall.display.openings, hall.recoveries, hall.glass.is_open) == (1, 0, True)
    assert not hall.file.exists()


def test_a_wedged_display_is_closed_and_opened_and_shows_again(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(2)
    hall.display.wedge()
    hall.pass_s(2)
    assert hall.glass.is_open
    assert (hall.display.openings, hall.recoveries) == (2, 1)
    assert hall.display.frames[0].get_size() == SIZE_PX
    assert len(hall.display.frames) == 2, "everything is drawn again"


@pytest.mark.parametrize("openings", range(1, RECOVERIES_MAX + 1))
def test_each_further_recovery_waits_for_its_grace(tmp_path: Path, openings: int) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(2)
    hall.display.wedge(openings)
    for spent in range(1, openings):
        hall.pass_s(GRACE_S - 12)
        assert (hall.recoveries, hall.glass.is_open) == (spent, False)
        hall.pass_s(12 + BACKOFF_S[1] + 1)
    hall.pass_s(10)
    assert (hall.recoveries, hall.glass.is_open, hall.glass.given_up) == (openings, True, False)


def test_what_three_recoveries_did_not_mend_is_left_as_it_is(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(2)
    hall.display.wedge(100)
    hall.pass_s(20 * GRACE_S)
    assert (hall.recoveries, hall.display.openings) == (RECOVERIES_MAX, 1 + RECOVERIES_MAX)
    assert (hall.glass.is_open, hall.glass.given_up) == (False, True)
    assert hall.glass.why_closed == "wedged; left so after 3 recoveries"


def test_a_display_that_comes_to_itself_is_well_again_whoever_gave_it_up(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(2)
    hall.display.wedge(100)
    hall.pass_s(20 * GRACE_S)
    hall.display.recover()
    hall.pass_s(2 * BACKOFF_S[1])
    assert (hall.glass.is_open, hall.glass.given_up, hall.glass.why_closed) == (True, False, "")


def test_a_wedge_that_passes_within_the_grace_costs_nothing_more(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(2)
    hall.display.wedge(100)
    hall.pass_s(GRACE_S / 2)
    hall.display.recover()
    hall.pass_s(2 * GRACE_S)
    assert (hall.recoveries, hall.display.openings, hall.glass.is_open) == (1, 2, True)


def test_the_count_outlives_the_process_and_not_the_boot(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(2)
    hall.display.wedge(100)
    hall.pass_s(GRACE_S + 10)
    assert hall.recoveries == 2
    hall.start()
    hall.pass_s(20 * GRACE_S)
    assert (hall.recoveries, hall.glass.given_up) == (RECOVERIES_MAX, True)
    hall.start()
    hall.pass_s(20 * GRACE_S)
    assert (hall.recoveries, hall.glass.given_up) == (RECOVERIES_MAX, True)
    openings = hall.display.openings
    hall.start("the next boot")
    hall.pass_s(GRACE_S / 2)
    assert (hall.recoveries, hall.display.openings) == (1, openings + 2)


def test_a_front_desk_that_dies_of_mending_finds_it_counted(tmp_path: Path) -> None:
    """The count is on disk before the display is closed."""
    counts = []

    class Dies(FakeDisplay):
        def close(self) -> None:
            counts.append(Recovery(tmp_path / "display.json", "boot").spent)
            super().close()

    hall = Hall(tmp_path)
    hall.display = Dies(SIZE_PX)
    hall.start()
    hall.pass_s(2)
    counts.clear()
    hall.display.wedge()
    hall.pass_s(1)
    assert counts == [1]


@pytest.mark.parametrize("broken", [b"", b"{", b'{"boot_id": 1, "spent": 2}', b"\xff"])
def test_a_broken_count_is_none(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "display.json").write_bytes(broken)
    assert Recovery(tmp_path / "display.json", "boot").spent == 0


def test_a_disk_that_cannot_be_written_still_bounds_this_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    recovery = Recovery(tmp_path / "file" / "display.json", "boot")
    verdicts = [recovery.judge(2 * GRACE_S * n) for n in range(RECOVERIES_MAX + 1)]
    assert verdicts == [Verdict.RECOVER] * RECOVERIES_MAX + [Verdict.GIVE_UP]


def test_a_cable_that_is_pulled_a_thousand_times_is_no_wedge(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(1)
    for _ in range(1000):
        hall.display.unplug()
        hall.pass_s(0.5)
        assert not hall.glass.is_open
        hall.display.plug()
        hall.pass_s(2 * BACKOFF_S[1])
        assert hall.glass.is_open
    assert (hall.recoveries, hall.display.openings) == (0, 1001)


def test_a_wedged_display_takes_no_touch(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.pass_s(1)
    assert hall.glass.targets
    hall.display.wedge(100)
    hall.pass_s(5)
    assert hall.glass.targets == ()


def test_the_fleet_hears_of_a_display_that_stays_wedged(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    boot_id = rig.root / lives.BOOT_ID
    boot_id.parent.mkdir(parents=True)
    boot_id.write_text("this-boot")
    earlier = Recovery(rig.config.data_path / "display.json", "this-boot")
    for number in range(RECOVERIES_MAX):
        earlier.judge(2 * GRACE_S * number)  # as earlier lives of the desk have
    with rig:
        rig.until(Idle)
        rig.display.wedge(100)
        told = ("hardware-error", "wedged; left so after 3 recoveries")
        rig.until(lambda: told in said_of_the_display(rig))
        assert rig.display.openings == 1
        rig.display.recover()
        rig.until(lambda: said_of_the_display(rig)[-1] == ("online", ""))


def said_of_the_display(rig: DeskRig) -> list[tuple[str, str]]:
    return [
        (each.state, each.detail)
        for each in rig.records()
        if isinstance(each, DeviceChanged) and each.device == "display"
    ]


# ---- a call that never returns


class Hangs(FakeDisplay):
    """A display whose next frame is never shown, until the test lets go."""

    def __init__(self) -> None:
        super().__init__(SIZE_PX)
        self.let_go = threading.Event()

    def present(self) -> None:
        assert self.let_go.wait(2 * PATIENCE_S)


def end_of_a_hang(recovery: Recovery) -> bool:
    """Whether the process was ended while a frame hung; the thread that drew it plays the main thread."""
    display, ended = Hangs(), threading.Event()
    glass = Glass(display.open, SIZE_PX, recovery)
    glass.open_if_due()
    clock = StateClock(lambda: 0.0)
    main = threading.Thread(target=lambda: glass.show(Idle(desk()), clock))
    watch = HangWatch(lambda: glass.inside_since_s, recovery, ended.set, hung_s=0.1)
    main.start()
    watch.start()
    answer = ended.wait(PATIENCE_S)
    display.let_go.set()
    main.join()
    watch.stop(PATIENCE_S)
    return answer


def test_a_frame_that_hangs_for_ever_ends_the_process_and_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "display.json"
    assert end_of_a_hang(Recovery(file, "boot"))
    after = Recovery(file, "boot")
    assert (after.spent, after.is_closed) == (1, False)


def test_a_display_that_hangs_again_and_again_is_left_alone_until_the_next_boot(tmp_path: Path) -> None:
    file = tmp_path / "display.json"
    for _ in range(RECOVERIES_MAX + 1):
        assert not Recovery(file, "boot").is_closed
        assert end_of_a_hang(Recovery(file, "boot"))
    assert Recovery(file, "boot").is_closed
    assert Recovery(file, "boot").spent == RECOVERIES_MAX
    assert not Recovery(file, "the next boot").is_closed


def test_a_display_that_works_ends_nothing(tmp_path: Path) -> None:
    """The watch looks between two calls: that one of them may take long on a busy machine is not asked here."""
    ended, looks, hall = threading.Event(), threading.Semaphore(0), Hall(tmp_path)

    def inside_since_s() -> float | None:
        looks.release()
        return hall.glass.inside_since_s

    hall.pass_s(10)
    assert hall.display.frames
    watch = HangWatch(inside_since_s, hall.recovery, ended.set, hung_s=0.05)
    watch.start()
    assert all(looks.acquire(timeout=PATIENCE_S) for _ in range(5))
    watch.stop(PATIENCE_S)
    assert not ended.is_set()
    assert hall.recoveries == 0


def test_a_desk_whose_display_hung_runs_without_one_and_says_so(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    boot_id = rig.root / lives.BOOT_ID
    boot_id.parent.mkdir(parents=True)
    boot_id.write_text("this-boot")
    Recovery(rig.config.data_path / "display.json", "this-boot").close_for_this_boot()
    with rig:
        rig.until(Idle)
        rig.until(
            lambda: ("hardware-error", "it hung the process; left so after 0 recoveries") in said_of_the_display(rig)
        )
        assert rig.display.openings == 0


# ---- night


@pytest.mark.parametrize(("hour", "percent"), [(19, 100), (20, 20), (23, 20), (0, 20), (5, 20), (6, 100), (12, 100)])
def test_the_night_goes_over_midnight(hour: int, percent: int) -> None:
    night = Night.from_words("20:00-06:00", 20, lambda: datetime(2026, 11, 22, hour, tzinfo=BANGKOK))
    assert night.brightness_percent(is_awake=False) == percent
    assert night.brightness_percent(is_awake=True) == 100


def test_without_hours_it_is_always_day() -> None:
    assert all(
        Night.from_words("", 20, lambda hour=hour: datetime(2026, 11, 22, hour, tzinfo=BANGKOK)).brightness_percent(
            is_awake=False
        )
        == 100
        for hour in range(24)
    )


@pytest.mark.parametrize("state", [Idle(desk()), OutOfService(desk())], ids=["idle", "out-of-service"])
def test_a_screen_nobody_stands_before_is_dimmed_at_night(tmp_path: Path, state: State) -> None:
    hall = Hall(tmp_path, night=NIGHT)
    hall.state = state
    hall.pass_s(2)
    assert hall.display.brightness_percent == 20
    lit = hall.display.frames[-1].get_at((2, 2))
    assert max(lit[:3]) <= 255 * 0.2 + 1, "and the dimmed picture is the one that is seen"


def test_a_touch_wakes_the_screen_at_once_and_for_a_while(tmp_path: Path) -> None:
    hall = Hall(tmp_path, night=NIGHT)
    hall.pass_s(2)
    hall.display.touch(1, 1)
    hall.glass.poll()
    hall.glass.show(hall.state, hall.clock)
    assert hall.display.brightness_percent == 100
    hall.pass_s(AWAKE_S - 2)
    assert hall.display.brightness_percent == 100
    hall.pass_s(4)
    assert hall.display.brightness_percent == 20


def test_a_visit_is_never_dimmed(tmp_path: Path) -> None:
    hall = Hall(tmp_path, night=NIGHT)
    hall.pass_s(2)
    hall.state = ChoosingService(desk())
    hall.pass_s(1)
    assert hall.display.brightness_percent == 100
    hall.pass_s(10 * AWAKE_S)
    assert hall.display.brightness_percent == 100
    hall.state = Idle(desk())
    hall.pass_s(1)
    assert hall.display.brightness_percent == 20


def test_a_screen_that_was_lost_at_night_is_dimmed_again(tmp_path: Path) -> None:
    hall = Hall(tmp_path, night=NIGHT)
    hall.pass_s(2)
    hall.display.unplug()
    hall.pass_s(1)
    hall.display.plug()
    hall.pass_s(2 * BACKOFF_S[1])
    assert (hall.glass.is_open, hall.display.brightness_percent) == (True, 20)


def test_dimming_that_fails_is_a_failing_display_and_no_bug(tmp_path: Path) -> None:
    class Refuses(FakeDisplay):
        def set_brightness(self, percent: int) -> None:
            raise DeviceTimeoutError("display", "no answer")

    hall = Hall(tmp_path, night=NIGHT)
    hall.display = Refuses(SIZE_PX)
    hall.start()
    hall.pass_s(5 * GRACE_S)
    assert hall.recoveries == RECOVERIES_MAX


def test_a_card_wakes_the_screen(tmp_path: Path) -> None:
    now, hour = datetime.now(BANGKOK), timedelta(hours=1)
    hours = f"{now - hour:%H:%M}-{now + hour:%H:%M}"
    rig = DeskRig(tmp_path)
    profile = DisplayProfile(profile="7in", night=hours, night_brightness_percent=30)
    rig.config = msgspec.structs.replace(rig.config, display=profile)
    with rig:
        rig.until(lambda: rig.display.brightness_percent == 30)
        rig.insert_card()
        rig.until(lambda: rig.display.brightness_percent == 100)


@pytest.mark.parametrize("hours", ["20-6", "20:00", "24:00-06:00", "20:00-06:60", "night"])
def test_hours_that_are_none_are_refused_in_the_configuration(hours: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"night": hours}, DisplayProfile)


@pytest.mark.parametrize("hours", ["", "20:00-06:00", "00:00-23:59"])
def test_every_hours_the_configuration_takes_are_understood(hours: str) -> None:
    profile = msgspec.convert({"night": hours}, DisplayProfile)
    night = Night.from_words(profile.night, profile.night_brightness_percent)
    assert (night == ALWAYS_DAY) is (hours == "")
