"""The one loop: an event from the inbox, a step, its effects, a frame if the view changed.

    inbox.get(until the next look at the glass) -> step -> effects -> draw -> touches -> step -> effects -> draw

Only this thread steps, draws, and owns state, spool, replica and display. An unchanged view costs no drawing.
"""

from __future__ import annotations

import logging
import os
import queue
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from drivers.about import About
from drivers.display.port import TouchEvent
from drivers.panel.port import CallPressed, Light, Pattern, TamperChanged
from fleet.protocol.messages import CommandKind, DeviceState
from kiosk import news, roll_marker, settings_store, trusted
from kiosk.config import MachineConfig
from kiosk.frontdesk import printer_words
from kiosk.frontdesk.clock import StateClock
from kiosk.frontdesk.duties import PrintJob, SlipDone
from kiosk.frontdesk.effects import Effects
from kiosk.frontdesk.errands import Errands
from kiosk.frontdesk.glass import Glass
from kiosk.frontdesk.known_devices import KnownDevices
from kiosk.frontdesk.signals import paper_pattern, sound_between, status_pattern
from kiosk.frontdesk.worker import DeviceTold, Inbox, WorkerDied
from kiosk.slips.trial_slip import TrialSlip
from kiosk.visits.desk import Desk, Device
from kiosk.visits.events import (
    DeviceLost,
    DeviceReady,
    Event,
    LinkChanged,
    PrinterChanged,
    RecordingChanged,
    SettingsChanged,
    TimedOut,
)
from kiosk.visits.machine import UnexpectedEventError
from kiosk.visits.states import OutOfService, State
from kiosk.visits.visit import step

log = logging.getLogger(__name__)

POLL_S = 0.02
"""How often the glass is asked for touches while somebody is here. Events of other devices never wait for this."""

IDLE_POLL_S = 0.05
"""The same while nobody is here. A look costs about 0.2 ms, most of it for waking up: fewer than half keep an idle desk
under 1 % of a core, and 30 ms more before the first button turns dark are not felt."""

STATUS_EVERY_S = 30.0
"""How often the agent is told the devices' state even if nothing changed."""

STATUS_RETRY_S = 2.0
"""How soon again when the agent was not there, or had no room: what it last heard may be out of date."""

LISTEN_EVERY_S = 1.0
"""How often the desk looks for a technician's word: nobody at a terminal minds, and an idle desk has little to do."""

IDENTIFY_S = 10.0
"""How long light and screen answer a technician who looks for this kiosk among several."""


class FrontDesk:
    """State and loop of the process."""

    def __init__(
        self, config: MachineConfig, inbox: Inbox, glass: Glass, effects: Effects, post: news.NewsSocket
    ) -> None:
        self._config, self._inbox, self._glass, self._effects, self._post = config, inbox, glass, effects, post
        self._state: State = OutOfService(Desk(config.kiosk_id))
        self._clock = StateClock(time.monotonic)
        self._devices = KnownDevices(effects.record)
        self._status_due_s = self._listen_at_s = 0.0
        self._told_busy = False
        self._proven_at_s: float | None = None
        self._identify_until_s: float | None = None
        self._stopping = False
        self._errands = Errands(
            post.tell,
            {
                CommandKind.IDENTIFY: self._identify,
                CommandKind.SCREENSHOT: self._take_screenshot,
                CommandKind.TEST_PRINT: self._print_trial,
                CommandKind.REPRINT: self._print_last_again,
                CommandKind.NEW_ROLL: self._new_roll,
                CommandKind.RESTART_FRONTDESK: self._restart,
            },
        )
        effects.recorded = lambda: post.send(news.RecordsWaiting())

    def run(self, rounded: Callable[[], object] = lambda: None) -> None:
        """Until ``stop``; ``rounded`` is called when a round has come to its end.

        Raises: RuntimeError when a worker died of a bug; UnexpectedEventError when a row is missing in a flow: the
            process must end and be started again.
        """
        self.begin()
        while not self._stopping:
            self.round()
            rounded()
        self._effects.write_unwritten()

    def stop(self) -> None:
        """End ``run`` after the present round; safe in a signal handler, where a queue's lock would not be."""
        self._stopping = True

    def begin(self) -> None:
        """The first frame, and then what the first visit will need."""
        self._effects.printing.resume()
        self._look_at_disk()
        self._load_settings()
        self.round()
        self._glass.warm_up()

    @property
    def state(self) -> State:
        """What the visitor is living through."""
        return self._state

    def round(self) -> None:
        """What has happened since the last round, or happens within a look's time; the frame of it; touches on that.

        Touches come after the frame: what a finger does belongs to the screen it saw, and a button that has changed
        under it is not touched.
        """
        for event in self._effects.asker.unwrapped(self._waiting()):
            self._take(event)
        self._glass.show(self._state, self._clock)
        for touch in self._touches():
            self._identify_until_s = None  # whoever touches the screen has found it
            if (touched := self._glass.tap(touch)) is not None:
                self._step(touched)
                self._glass.show(self._state, self._clock)
        if self._clock.is_up(self._state):
            self._step(TimedOut())
        self._glass.show(self._state, self._clock)
        self.look_after(time.monotonic())

    def look_after(self, now_s: float) -> None:
        """What is due at ``now_s`` (monotonic) and no visitor's affair."""
        if self._identify_until_s is not None and now_s >= self._identify_until_s:
            self._identify_until_s = None
        self._glass.call(is_called=self._identify_until_s is not None)
        printer = self._devices.of(Device.PRINTER)
        if printer is not None and printer.state is DeviceState.ONLINE and self._state.desk.can_print:
            for begun in self._effects.printing.try_again(now_s):
                self._step(begun)
        self._signal(now_s)
        self._prove_settings(now_s)
        if now_s >= self._listen_at_s:
            self._listen_at_s = now_s + LISTEN_EVERY_S
            if roll_marker.hear(self._config.data_path):
                self._put_in_new_roll()
        self._post.flush()
        self._errands.look_after(in_visit=self._effects.in_visit)
        if self._effects.printing.is_busy is not self._told_busy:
            self._tell_status()
        if now_s >= self._status_due_s:
            self._tell_status()
            self._effects.write_unwritten()
            self._look_at_disk()
            self._effects.printing.forget_old()

    def _put_in_new_roll(self) -> None:
        """Somebody, here or in the fleet, says so."""
        known = self._devices.of(Device.PRINTER)
        self._effects.printing.put_in_new_roll(known.state if known is not None else DeviceState.UNKNOWN)
        self._tell_status()

    def _look_at_disk(self) -> None:
        if (possible := self._effects.look_at_disk()) is not self._state.desk.can_record:
            log.log(
                logging.INFO if possible else logging.ERROR, "payments can%s be recorded", "" if possible else "not"
            )
            self._step(RecordingChanged(possible))

    def _signal(self, now_s: float) -> None:
        """The lights that are the desk's, and the fan."""
        console, paper = self._effects.console, self._state.desk.paper
        sought = self._identify_until_s is not None
        console.desk_shows(
            Light.STATUS, Pattern.FAST if sought else status_pattern(self._state, self._devices.statuses)
        )
        console.desk_shows(Light.PAPER, paper_pattern(paper, in_visit=self._effects.in_visit))
        console.look_after_fan(now_s)

    def _waiting(self) -> list[Any]:
        """Everything in the inbox, waiting a little for the first."""
        events: list[Any] = []
        try:
            events.append(self._inbox.get(timeout=IDLE_POLL_S if self._state.timeout_s is None else POLL_S))
            while True:
                events.append(self._inbox.get_nowait())
        except queue.Empty:
            return events

    def _touches(self) -> tuple[TouchEvent, ...]:
        touches = self._glass.poll()
        known = self._devices.of(Device.DISPLAY)
        if known is None or (known.state is DeviceState.ONLINE) is not self._glass.is_open:
            lost = DeviceLost(Device.DISPLAY, self._glass.why_closed)
            self._take(DeviceReady(Device.DISPLAY) if self._glass.is_open else lost)
        elif self._glass.given_up and known.state is not DeviceState.HARDWARE_ERROR:
            self._devices.changed(Device.DISPLAY, DeviceState.HARDWARE_ERROR, self._glass.why_closed, self._glass.about)
            self._tell_status()
        return touches

    # ---- what the fleet asks for

    def _identify(self, command_id: str) -> news.ErrandDone:
        self._identify_until_s = time.monotonic() + IDENTIFY_S
        return news.ErrandDone(command_id, done=True)

    def _take_screenshot(self, command_id: str) -> news.ErrandDone:
        name = f"screenshot-{command_id}.png"
        try:
            (self._config.run_path / name).write_bytes(self._glass.screenshot(self._state, self._clock))
        except (OSError, ValueError) as err:
            return news.ErrandDone(command_id, done=False, detail=str(err))
        return news.ErrandDone(command_id, done=True, file=name)

    def _print_trial(self, command_id: str) -> news.ErrandDone | None:
        """Its end is told when the printer has said it."""
        settings = self._state.desk.settings
        if settings is None:
            return news.ErrandDone(command_id, done=False, detail="no settings yet")
        url = f"{settings.tracking_address}/kiosks/{self._config.kiosk_id}/"
        slip = TrialSlip(settings.office_name.th, self._config.kiosk_id, datetime.now(UTC), url)
        self._effects.printing.print_trial(command_id, slip)
        return None

    def _print_last_again(self, command_id: str) -> news.ErrandDone:
        begun = self._effects.printing.print_last_again()
        return news.ErrandDone(command_id, done=begun, detail="" if begun else "no slip to print again")

    def _new_roll(self, command_id: str) -> news.ErrandDone:
        self._put_in_new_roll()
        return news.ErrandDone(command_id, done=True)

    def _restart(self, command_id: str) -> news.ErrandDone:
        """End in order; whoever keeps this process running starts it again."""
        self.stop()
        return news.ErrandDone(command_id, done=True)

    # ---- events that are more than the visit's

    def _take(self, event: Any) -> None:
        match event:
            case WorkerDied():
                raise RuntimeError(f"the worker of {event.device} died of {event.reason}")
            case DeviceTold(device=device, about=about):
                self._device_told(device, about)
            case SlipDone(job=PrintJob(command_id=command_id)) if command_id:
                said = news.ErrandDone(command_id, done=event.failure is None, detail=event.failure or "")
                self._post.tell(said)
            case SlipDone():
                self._step(self._effects.printing.done(event, time.monotonic()))
            case news.SettingsStored():
                self._load_settings()
            case news.PaymentArrived(payment=payment):
                self._step(payment)
            case news.LinkState(online=online):
                self._link_changed(online=online)
            case news.StatusWanted():
                self._tell_status()
            case news.Errand():
                self._errands.take(event)
            case CallPressed() | TamperChanged():
                self._panel_said(event)
            case DeviceReady() | DeviceLost() | PrinterChanged():
                self._device_changed(event)
            case _:
                self._step(event)

    def _link_changed(self, *, online: bool) -> None:
        """Said again and again, and written down when it is new."""
        if online is not self._state.desk.online:
            log.info("the way to the fleet is %s", "open" if online else "shut")
        if online:
            self._effects.writing.keep_key()  # another office's records may have come meanwhile
        self._step(LinkChanged(online))

    def _load_settings(self) -> None:
        if (settings := trusted.settings(self._config.data_path, datetime.now(UTC))) is not None:
            self._effects.writing.take_settings(settings)
            self._step(SettingsChanged(settings))
            self._proven_at_s = time.monotonic() + settings_store.PROVEN_AFTER_S

    def _prove_settings(self, now_s: float) -> None:
        """Settings the desk has lived with for a while are those to return to."""
        if self._proven_at_s is None or now_s < self._proven_at_s:
            return
        self._proven_at_s = None
        try:
            settings_store.prove(self._config.data_path)
        except OSError as err:
            log.error("settings not proven: %s", err)
            self._proven_at_s = now_s + settings_store.PROVEN_AFTER_S

    def _device_changed(self, event: DeviceReady | DeviceLost | PrinterChanged) -> None:
        match event:
            case DeviceReady(device=device):
                self._devices.changed(device, DeviceState.ONLINE, "", self._about(device))
                if device is Device.PANEL:
                    self._effects.console.tell_again()
            case DeviceLost(device=device, reason=reason):
                self._devices.changed(device, DeviceState.NO_DEVICE, reason, self._about(device))
            case PrinterChanged(status=status):
                self._effects.printing.meter.seen(status.paper)
                self._devices.changed(Device.PRINTER, printer_words.state_of(status), printer_words.says(status))
        self._step(event)
        self._tell_status()

    def _device_told(self, device: Device, about: About) -> None:
        if self._devices.told(device, about):
            self._tell_status()

    def _about(self, device: Device) -> About | None:
        """The display has no worker to tell of it."""
        return self._glass.about if device is Device.DISPLAY else None

    def _panel_said(self, event: CallPressed | TamperChanged) -> None:
        """An open cabinet is a fault until it is closed; a call is a line in the history."""
        if isinstance(event, TamperChanged):
            state = DeviceState.HARDWARE_ERROR if event.open else DeviceState.ONLINE
            self._devices.changed(Device.PANEL, state, "tamper" if event.open else "closed")
            self._tell_status()
        else:
            self._devices.called()

    # ---- the visit

    def _step(self, event: Event) -> None:
        """One event, and every answer its effects give at once."""
        events: deque[Event] = deque([event])
        while events:
            each = events.popleft()
            before = self._state
            try:
                then = step(before, each)
            except UnexpectedEventError as err:  # its words name the two types and nothing of what they hold
                log.critical("no row for %s; ending, to be started again", err)
                raise
            self._state = then.state
            self._clock.stepped(each, then.state)
            if type(then.state) is not type(before):
                log.info("%s + %s -> %s", _name(before), _name(each), _name(then.state))
            if (sound := sound_between(before, then.state)) is not None:
                self._effects.console.play(sound)
            for effect in then.effects:
                events.extend(self._effects.run(effect, before))
        if isinstance(self._state, OutOfService) != isinstance(before, OutOfService):
            self._tell_status()

    def _tell_status(self) -> None:
        outlook = self._effects.printing.meter.outlook(datetime.now(UTC))
        self._told_busy = self._effects.printing.is_busy
        status = news.DeskStatus(
            devices=self._devices.as_told(is_printing=self._told_busy),
            paper=self._state.desk.paper.value,
            in_visit=self._effects.in_visit,
            paper_slips_left=outlook.slips_left if outlook else None,
            paper_out_at=outlook.out_at if outlook else None,
            pid=os.getpid(),
        )
        told = self._post.send(status)
        self._status_due_s = time.monotonic() + (STATUS_EVERY_S if told else STATUS_RETRY_S)


def _name(thing: object) -> str:
    return type(thing).__name__
