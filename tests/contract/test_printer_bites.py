"""A contract that no bad printer fails proves nothing: each saboteur must be caught by the test named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.about import About
from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
    Fault,
)
from drivers.printer.drawn import symbol
from drivers.printer.fake import FakePrinter
from drivers.printer.port import Counters, Cut, Feed, Logo, Paper, Part, PrinterStatus, Qr, Raster
from tests.contract.patience import SABOTEUR_S
from tests.contract.printer import FINE, PrinterContract
from tests.contract.printer_rigs import fake_rig


class SaysNothingAtFirst(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        self._last = self._last or FINE
        return super().wait(min(timeout_s, 0.1))


class IgnoresTimeout(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        return super().wait(1.5)


class DeafToCancel(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        return super().wait(min(timeout_s, 1.2))

    def cancel(self) -> None:
        pass


class ForgetsCancel(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        self._cancelled = False
        return super().wait(min(timeout_s, 1.2))


class SeesNoNearEnd(FakePrinter):
    def run_low(self) -> None:
        pass


class NeverRecovers(FakePrinter):
    def refill(self) -> None:
        pass

    def wait(self, timeout_s: float) -> PrinterStatus | None:
        return super().wait(min(timeout_s, 0.1))


class SeesNoCover(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        status = super().wait(timeout_s)
        return status and replace(status, cover_open=False)


class SeesNoKnife(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        status = super().wait(timeout_s)
        return status and replace(status, error=False)


class TakesHeatForTheKnife(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        status = super().wait(timeout_s)
        return status and replace(status, overheated=False)


class KnowsNothingOfItself(FakePrinter):
    def about(self) -> About:
        return About(port="fake:")


class MakesThingsUp(FakePrinter):
    def about(self) -> About:
        return About("Printer", "1.0", "fake:")


class CountsPictures(FakePrinter):
    def counters(self) -> Counters | None:
        return Counters(self._rows_ever // 30, 2 * len(self.slips))


class TakesSilenceForPaper(FakePrinter):
    """What python-escpos' ``paper_status`` does."""

    def wait(self, timeout_s: float) -> PrinterStatus | None:
        status = super().wait(timeout_s)
        return FINE if status and status.online is None else status


class BelievesNonsense(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        try:
            return super().wait(timeout_s)
        except DeviceProtocolError:
            return FINE


class LeaksOSError(FakePrinter):
    def wait(self, timeout_s: float) -> PrinterStatus | None:
        try:
            return super().wait(timeout_s)
        except DeviceAbsentError as err:
            raise ConnectionResetError(104, "reset") from err


class LosesTheLastColumn(FakePrinter):
    def _print_row(self, row: bytes) -> None:
        super()._print_row(row[:-1] + b"\x00")


class FeedsHalf(FakePrinter):
    """A motion unit of half a dot."""

    def _print_part(self, part: Part) -> None:
        super()._print_part(Feed(part.dots // 2) if isinstance(part, Feed) else part)


class DrawsCodesAtTheLeft(FakePrinter):
    """As python-escpos' raster QR does on a printer whose width it does not know."""

    def _print_part(self, part: Part) -> None:
        super()._print_part(symbol(part) if isinstance(part, Qr) else part)


class SaysItDrawsCodes(FakePrinter):
    """And is sent dots all the same."""

    @property
    def draws_codes(self) -> bool:
        return True


class ForgetsItsLogo(FakePrinter):
    """Prints what it has in memory; but nothing put it there again after the first slip."""

    def print(self, parts: tuple[Part, ...]) -> None:
        super().print(tuple(p for p in parts if not (self.slips and isinstance(p, Logo))))


class NewestOnTop(FakePrinter):
    def print(self, parts: tuple[Part, ...]) -> None:
        super().print(parts)
        self.slips.insert(0, self.slips.pop())


class KeepsTheSlipForLater(FakePrinter):
    """Prints into its buffer though there is no paper: out it comes after the refill."""

    def print(self, parts: tuple[Part, ...]) -> None:
        if self._paper is Paper.OUT:
            self.slips.append(Raster(8, 1, b"\xff"))
        super().print(parts)


class NoticesPaperOnlyBefore(FakePrinter):
    """A status asked right after sending misses what happens later in the buffer."""

    def _print_row(self, row: bytes) -> None:
        try:
            super()._print_row(row)
        except DeviceFaultError as err:
            if err.fault is not Fault.PAPER_OUT:
                raise
            self._paper = Paper.FULL


class NoticesCoverOnlyBefore(FakePrinter):
    def _print_row(self, row: bytes) -> None:
        self._cover_open = False
        super()._print_row(row)


class NeverCuts(FakePrinter):
    def print(self, parts: tuple[Part, ...]) -> None:
        self._knife_stuck = False
        super().print(parts)


class TakesSilenceForPrinted(FakePrinter):
    def print(self, parts: tuple[Part, ...]) -> None:
        try:
            super().print(parts)
        except DeviceTimeoutError:
            return


class TakesAPulledCableForPrinted(FakePrinter):
    def _print_row(self, row: bytes) -> None:
        self._plugged = True
        super()._print_row(row)


class CutsWhatIsTooWide(FakePrinter):
    def print(self, parts: tuple[Part, ...]) -> None:
        super().print(tuple(p for p in parts if isinstance(p, Cut)))


class ClosesOnce(FakePrinter):
    def close(self) -> None:
        if self._closed:
            raise ValueError("already closed")
        super().close()


SABOTEURS = {
    SaysNothingAtFirst: "test_the_first_wait_tells_how_things_are",
    IgnoresTimeout: "test_wait_gives_up_after_its_timeout",
    DeafToCancel: "test_cancel_from_another_thread_ends_a_wait",
    ForgetsCancel: "test_cancel_ends_the_next_wait_and_no_more",
    SeesNoNearEnd: "test_low_paper_is_told",
    NeverRecovers: "test_paper_out_and_refilled_are_told",
    SeesNoCover: "test_an_open_cover_is_told",
    SeesNoKnife: "test_a_stuck_knife_is_an_error",
    TakesHeatForTheKnife: "test_a_hot_print_head_is_told_from_other_errors",
    KnowsNothingOfItself: "test_a_printer_tells_what_it_is",
    MakesThingsUp: "test_a_silent_printer_tells_nothing_of_itself",
    CountsPictures: "test_cuts_are_counted_where_anything_is",
    TakesSilenceForPaper: "test_a_silent_printer_is_unknown",
    BelievesNonsense: "test_a_garbled_answer_is_no_status",
    LeaksOSError: "test_unplugging_is_absence",
    LosesTheLastColumn: "test_every_dot_reaches_the_paper",
    FeedsHalf: "test_feeds_are_white_paper_of_their_length",
    DrawsCodesAtTheLeft: "test_a_qr_code_is_the_same_dots_whoever_draws_it",
    SaysItDrawsCodes: "test_a_printer_that_draws_codes_says_so_and_draws_every_one",
    ForgetsItsLogo: "test_a_logo_is_the_same_dots_on_every_slip",
    NewestOnTop: "test_slips_come_out_in_order",
    KeepsTheSlipForLater: "test_without_paper_nothing_is_printed",
    NoticesPaperOnlyBefore: "test_paper_that_ends_on_the_way_is_told_and_the_slip_can_be_printed_again",
    NoticesCoverOnlyBefore: "test_a_cover_opened_on_the_way_is_told_and_the_slip_can_be_printed_again",
    NeverCuts: "test_a_stuck_knife_keeps_a_slip_from_being_printed",
    TakesSilenceForPrinted: "test_a_printer_that_falls_silent_on_the_way_has_not_printed",
    TakesAPulledCableForPrinted: "test_a_cable_pulled_on_the_way_is_absence",
    CutsWhatIsTooWide: "test_a_picture_too_wide_is_the_callers_mistake",
    ClosesOnce: "test_close_twice",
}


@pytest.mark.parametrize(("cls", "test"), SABOTEURS.items(), ids=[cls.__name__ for cls in SABOTEURS])
def test_saboteur_is_caught(cls: type[FakePrinter], test: str) -> None:
    contract = PrinterContract()
    contract.soon_s = contract.prompt_s = SABOTEUR_S
    # pytest.fail.Exception: an expected error did not come. An AttributeError would be the test breaking.
    with pytest.raises((AssertionError, DriverError, OSError, ValueError, pytest.fail.Exception)):
        getattr(contract, test)(fake_rig(cls()))


def test_every_contract_test_has_a_saboteur() -> None:
    assert {name for name in vars(PrinterContract) if name.startswith("test_")} == set(SABOTEURS.values())
