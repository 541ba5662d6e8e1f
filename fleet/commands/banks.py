"""`fleet bank-file`, `withdraw`, `bank-confirm` and `pretend-bank`: money from the command line.

    fleet bank-file SCB settlement.txt           take a day's settlement file; exit 1 when the day does not agree
    fleet withdraw CBI-69-00002 --reason "..."   a notice that is not to be paid any more
    fleet bank-confirm --ref1 ... --amount 10.00  the pretend bank confirms one payment (a demonstration only)
    fleet pretend-bank SCB --port 8801           play a day at a bank that calls this fleet (a demonstration only)

What it is: options in, one line of JSON out. The rules stand in ``fleet.payments``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.commands.command import AddCommand, CommandError, Said
from fleet.commands.ports import ports_of

if TYPE_CHECKING:
    from fleet.payments.pretend.day import Bill
    from fleet.payments.settling import Agreement

BANKS = ["SCB", "KTB"]


NO_PRETENCE = "this fleet plays no bank; in a demonstration, set SALA_PRETEND_BANK=1"


def add(command: AddCommand) -> None:
    """These commands."""
    file = command("bank-file", _bank_file, "take a bank's settlement file; exit 1 when its day disagrees")
    file.add_argument("bank", choices=BANKS)
    file.add_argument("file", type=Path, help="256 characters a line, cp874")
    withdraw = command("withdraw", _withdraw, "a notice that is not to be paid any more")
    withdraw.add_argument("notice_no")
    withdraw.add_argument("--reason", required=True, help="for those who read the notice's history")
    confirm = command("bank-confirm", _bank_confirm, "the pretend bank confirms a payment")
    confirm.add_argument("--ref1", required=True)
    confirm.add_argument("--ref2", default="", help="default: that of the QR shown last for this reference")
    confirm.add_argument("--amount", required=True, help="baht with two decimals, e.g. 3300.00")
    confirm.add_argument("--biller-id", default="", help="default: the sample payee")
    confirm.add_argument("--transaction-id", default="", help="default: a new one")
    _add_pretend(command("pretend-bank", _pretend_bank, "play a whole day at a bank that calls this fleet"))


def _add_pretend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bank", choices=BANKS)
    parser.add_argument("--port", type=int, default=8801, help="where it answers inquiries (SALA_SCB_INQUIRY)")
    parser.add_argument("--bills", type=Path, help="JSON: [{biller_id, ref1, ref2, amount_satang}]; default: all owed")
    parser.add_argument("--day", type=date.fromisoformat, help="the bank's day (default: today)")
    parser.add_argument("--odd-percent", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--retry-s", type=float, default=12.0, help="between the tries of a call")
    parser.add_argument("--file", type=Path, help="where to write the day's settlement file")
    parser.add_argument("--tell", action="store_true", help="a line on standard error every 50 words")


def _bank_file(arguments: argparse.Namespace) -> Said:
    from fleet.payments.banks.port import BankFormatError
    from fleet.payments.settling import OtherFileError, take_file

    try:
        return _said(take_file(arguments.bank, arguments.file.read_bytes()))
    except (BankFormatError, OtherFileError) as err:
        raise CommandError(f"nothing was taken: {err}") from err
    except OSError as err:
        raise CommandError(f"{err.filename}: {err.strerror}") from err


def _said(day: Agreement) -> Said:
    return {
        "bank": day.file.bank,
        "day": day.file.day.isoformat(),
        "agrees": day.holds,
        "file": [day.said.credit_satang, day.said.credit_count, day.said.debit_satang, day.said.debit_count],
        "ledger": [day.held.credit_satang, day.held.credit_count, day.held.debit_satang, day.held.debit_count],
        "missing_in_file": day.missing,
    }


def _pretend_bank(arguments: argparse.Namespace) -> Said:
    """What is said is said when the day is over."""
    from django.conf import settings
    from django.utils import timezone

    from fleet.payments.banks.settlement import totals_of
    from fleet.payments.pretend.day import plan_day
    from fleet.payments.pretend.forms import settlement_file
    from fleet.payments.pretend.running import Line, PretendBank

    if not settings.PRETEND_BANK:
        raise CommandError(NO_PRETENCE)
    day = plan_day(
        arguments.bank,
        arguments.day or timezone.localdate(),
        _bills(arguments.bills),
        odd_share=arguments.odd_percent / 100,
        seed=arguments.seed,
    )
    if arguments.file:
        arguments.file.write_bytes(settlement_file(day.bank, day.day, day.words))
    fleet_address = ports_of(arguments.data_dir).address
    line = Line(fleet_address, "127.0.0.1", arguments.port, settings.KTB_SECRET, arguments.retry_s)
    outcome = asyncio.run(PretendBank(day, line).run(_tell if arguments.tell else None))
    totals = totals_of(day.words)
    return {
        "bank": day.bank,
        "day": day.day.isoformat(),
        "words": len(day.words),
        "credit_satang": totals.credit_satang,
        "debit_satang": totals.debit_satang,
        "calls": outcome.calls,
        "answered": outcome.answered,
        "gave_up": outcome.gave_up,
        "inquiries": outcome.inquiries,
    }


def _tell(said: int) -> None:
    if said % 50 == 0:
        sys.stderr.write(f"{said}\n")
        sys.stderr.flush()


def _bills(path: Path | None) -> list[Bill]:
    import msgspec

    from fleet.office.models import Notice
    from fleet.payments.pretend.day import Bill
    from fleet.site.sample import SAMPLE_BILLER_ID

    if path is not None:
        return msgspec.json.decode(path.read_bytes(), type=list[Bill])
    owed = Notice.objects.filter(paid_at=None, withdrawn_at=None).order_by("pk")
    return [Bill(SAMPLE_BILLER_ID, each.reference, "", each.amount_satang) for each in owed]


def _withdraw(arguments: argparse.Namespace) -> Said:
    from django.utils import timezone

    from fleet.office.models import Notice
    from fleet.payments import confirming

    try:
        notice = confirming.withdraw(arguments.notice_no, arguments.reason, timezone.now())
    except Notice.DoesNotExist:
        raise CommandError(f"there is no notice {arguments.notice_no!r}") from None
    except confirming.CannotWithdrawError as err:
        raise CommandError(str(err)) from err
    return {"notice_no": notice.notice_no, "withdrawn_at": str(notice.withdrawn_at)}


def _bank_confirm(arguments: argparse.Namespace) -> Said:
    from django.conf import settings

    from fleet.api.bank import PRETEND
    from fleet.payments.banks.port import BankWord, Proof
    from fleet.payments.confirming import confirm
    from fleet.payments.models import Intent
    from fleet.protocol.payment import PayloadError, parse_amount
    from fleet.site.sample import SAMPLE_BILLER_ID

    if not settings.PRETEND_BANK:
        raise CommandError(NO_PRETENCE)
    try:
        amount_satang = parse_amount(arguments.amount)
    except PayloadError as err:
        raise CommandError(str(err)) from err
    shown = Intent.objects.filter(ref1=arguments.ref1).first()
    confirmation = confirm(
        BankWord(
            bank=PRETEND,
            transaction_id=arguments.transaction_id or uuid.uuid4().hex,
            biller_id=arguments.biller_id or SAMPLE_BILLER_ID,
            ref1=arguments.ref1,
            ref2=arguments.ref2 or (shown.ref2 if shown else ""),
            amount_satang=amount_satang,
            paid_at=datetime.now(UTC),
            proof=Proof.PRETENCE,
        )
    )
    return {"transaction_id": confirmation.transaction_id, "match": confirmation.match}
