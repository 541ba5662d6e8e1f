"""The scanner: is it there, and what do the codes held before it mean.

Rules: a code we do not know is counted, never shown: a barcode may say anything about anybody. Of a known one shows
what identifies a thing of the office's; the token of a slip, which opens a page, does not.
"""

from __future__ import annotations

from drivers.scanner.port import Scanner
from fleet.protocol.codes import (
    AmbiguousCode,
    BankSlipCode,
    BillCode,
    Code,
    FactoryCode,
    FolderCode,
    NoticeCode,
    PresenceCode,
    TrackingCode,
    UnknownCode,
    classify,
)
from kiosk.doctor.findings import Finding, attention, failing, fine
from kiosk.doctor.opening import Patience
from kiosk.doctor.problems import Problem
from kiosk.doctor.voice import Countdown, Voice

NAME = "scanner"


def look_at_scanner(_scanner: Scanner) -> Finding:
    """It opened: it is there, and ours."""
    return fine(NAME)


def echo_scans(scanner: Scanner, voice: Voice, patience: Patience) -> Finding:
    """Say what each scan means, for a while.

    Raises: DriverError when the scanner is gone.
    """
    voice.say(
        f"สแกนใบแจ้ง แฟ้ม หรือสลิป ภายใน {patience.scan_s:g} วินาที ...",
        f"Scan notices, folders or slips for {patience.scan_s:g} seconds ...",
    )
    scans: list[dict[str, str | int]] = []
    damaged = 0
    countdown = Countdown(voice, patience.scan_s)
    while (slice_s := countdown.slice_s()) > 0:
        if (scanned := scanner.wait(slice_s)) is None:
            continue
        code = classify(scanned.text)
        damaged += isinstance(code, AmbiguousCode) or (isinstance(code, UnknownCode) and code.damaged)
        th, en = meaning(code)
        voice.say(f"  {th} ({len(scanned.text)} ตัวอักษร)", f"  {en} ({len(scanned.text)} characters)")
        scans.append({"th": th, "en": en, "characters": len(scanned.text)})
    if not scans:
        return failing(NAME, Problem.NOTHING_SCANNED, scans=scans)
    return attention(NAME, Problem.SCANS_DAMAGED, scans=scans) if damaged else fine(NAME, scans=scans)


def meaning(code: Code) -> tuple[str, str]:
    """What a code is, in Thai and in English."""
    th, en = _meaning(code)
    if not isinstance(code, UnknownCode | AmbiguousCode) and code.typed_in_thai:
        return f"{th} (พิมพ์มาเป็นแป้นไทย)", f"{en} (typed on a Thai layout)"
    return th, en


def _meaning(code: Code) -> tuple[str, str]:
    match code:
        case NoticeCode(reference):
            words = f"ใบแจ้ง {reference}", f"notice {reference}"
        case FolderCode(folder_id):
            words = f"แฟ้ม {folder_id}", f"folder {folder_id}"
        case TrackingCode():
            words = "สลิปของศาลา", "a slip of Sala's"
        case BillCode(payment):
            satang = payment.amount_satang
            amount = "no amount" if satang is None else f"{satang // 100:,}.{satang % 100:02d} THB"
            words = f"คิวอาร์ชำระเงิน {payment.ref1} {amount}", f"payment of bill {payment.ref1}, {amount}"
        case BankSlipCode():
            words = "สลิปธนาคาร", "a bank's slip"
        case FactoryCode():
            words = f"เลขโรงงาน {code.text}", f"factory {code.text}"
            if code.is_doubtful:
                words = f"{words[0]} (เลขตัวท้ายไม่ตรง ให้ตรวจดู)", f"{words[1]} (its last digit disagrees: look again)"
        case PresenceCode(number):
            words = f"ใบแทนสำเนาบัตร {number}", f"presence slip {number}"
        case AmbiguousCode(candidates):
            each = [_meaning(candidate) for candidate in candidates]
            words = (
                f"อ่านได้หลายอย่าง: {' หรือ '.join(th for th, _ in each)}",
                f"ambiguous: {' or '.join(en for _, en in each)}",
            )
        case UnknownCode(why):
            words = f"ไม่รู้จัก ({why.value})", f"unknown ({why.value})"
    return words
