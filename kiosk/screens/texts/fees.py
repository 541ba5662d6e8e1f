"""What a typed number and the fees of other offices say, in each language. No particular fee has words here."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.visits.typed import Wrong

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feeing:
    """Words of typing a number, and of a letter of another office."""

    by_paper: Forms
    by_typing: Forms
    number: Forms
    number_or_scan: Forms
    number_hint: str
    find: Forms
    count: str
    wrong: dict[Wrong, str]
    wrong_reference: dict[Wrong, str]
    which: Forms
    reference: Forms
    or_scan: str
    following: Forms
    scan: Forms
    scan_privacy: str
    amount: Forms
    amount_hint: str
    check: Forms
    fee: str
    right: Forms
    change: Forms
    direct: str


FEE_TH = Feeing(
    by_paper=("ใช้ใบแจ้งแทน", "ใช้ใบแจ้ง", "ใบแจ้ง"),
    by_typing=("พิมพ์เลขที่", "พิมพ์เลข"),
    number=("พิมพ์เลขที่ใบแจ้งหรือเลขโรงงาน", "พิมพ์เลขใบแจ้งหรือโรงงาน", "พิมพ์เลขที่"),
    number_or_scan=("สแกนใบแจ้ง หรือพิมพ์เลขที่", "สแกน หรือพิมพ์เลขที่", "สแกนหรือพิมพ์เลข"),
    number_hint="ใบแจ้งขึ้นต้นด้วย N มี 12 ตัว โรงงานมี 14 หลัก เลขเก่าก็ได้",
    find=("ค้นหา",),
    count="{n} ตัว",
    wrong={
        Wrong.SHORT: "ยังไม่ครบ ใบแจ้งมี 12 ตัว โรงงานมี 14 หลัก",
        Wrong.LONG: "เกินไป โรงงานมี 14 หลัก ใบแจ้งมี 12 ตัว",
        Wrong.SHAPE: "ไม่ใช่เลขใบแจ้งหรือเลขโรงงาน ดูอีกครั้ง",
        Wrong.CHECK: "มีตัวใดตัวหนึ่งไม่ตรง ดูทีละตัวแล้วแก้",
        Wrong.DOUBTFUL: "ตัวท้ายดูไม่ตรง ถ้าเหมือนในใบแล้ว แตะค้นหาอีกครั้ง",
        Wrong.ID_NUMBER: "นั่นคือเลขประจำตัว ลบให้แล้ว ใช้บัตรแทนได้",
        Wrong.NEITHER: "ไม่ใช่เลขใบแจ้งหรือเลขโรงงาน ดูอีกครั้ง",
        Wrong.AMOUNT: "ใส่ยอดเป็นบาท เช่น 1250.50",
        Wrong.TOO_MUCH: "ที่เครื่องนี้ชำระได้ไม่เกิน {most} บาท",
        Wrong.OTHER_CODE: "รหัสนี้ใช้กับรายการนี้ไม่ได้",
    },
    wrong_reference={
        Wrong.SHORT: "ยังไม่ครบ ต้องมี {n} ตัว",
        Wrong.LONG: "เกินไป ต้องมี {n} ตัว",
        Wrong.SHAPE: "ไม่ใช่เลขของรายการนี้ ดูทีละตัวแล้วแก้",
        Wrong.CHECK: "มีตัวใดตัวหนึ่งไม่ตรง ดูทีละตัวแล้วแก้",
        Wrong.DOUBTFUL: "ตัวท้ายดูไม่ตรง ดูอีกครั้ง",
        Wrong.ID_NUMBER: "นั่นคือเลขประจำตัว ลบให้แล้ว ไม่ต้องใช้",
        Wrong.NEITHER: "ไม่ใช่เลขของรายการนี้ ดูอีกครั้ง",
        Wrong.AMOUNT: "ใส่ยอดเป็นบาท เช่น 1250.50",
        Wrong.TOO_MUCH: "ที่เครื่องนี้ชำระได้ไม่เกิน {most} บาท",
        Wrong.OTHER_CODE: "รหัสนี้ใช้กับรายการนี้ไม่ได้",
    },
    which=("ชำระรายการไหน",),
    reference=("พิมพ์เลขอ้างอิง",),
    or_scan="{where} หรือสแกนรหัสบนหนังสือ",
    following=("ต่อไป",),
    scan=("สแกน QR บนหนังสือแจ้ง", "สแกนหนังสือแจ้ง"),
    scan_privacy="ใช้เฉพาะเลขอ้างอิงและยอดบนหนังสือ ไม่ต้องใช้บัตร",
    amount=("ยอดในหนังสือกี่บาท", "ยอดกี่บาท"),
    amount_hint="ใส่ตามหนังสือ ถ้ามีสตางค์ใส่จุด",
    check=("ตรงกับหนังสือไหม",),
    fee="รายการ",
    right=("ตรง ชำระเงิน", "ชำระเงิน", "ตรง"),
    change=("แก้ไข",),
    direct="เงินเข้าบัญชีผู้รับโดยตรง ใบเสร็จออกโดยผู้รับ",
)

FEE_EN = Feeing(
    by_paper=("Use the notice", "No card"),
    by_typing=("Type a number", "Type it"),
    number=("Type the notice or factory number", "Notice or factory number", "Type the number"),
    number_or_scan=("Scan the notice or type its number", "Scan or type the number", "Scan or type"),
    number_hint="Notice: N and 11 characters. Factory: 14 digits, or the old form",
    find=("Find",),
    count="{n} typed",
    wrong={
        Wrong.SHORT: "Not complete: a notice has 12, a factory 14",
        Wrong.LONG: "Too long: a notice has 12, a factory 14",
        Wrong.SHAPE: "This is no notice or factory number. Look again",
        Wrong.CHECK: "One character is not right. Compare each of them",
        Wrong.DOUBTFUL: "The last digit looks wrong. If it is as on paper, touch Find again",
        Wrong.ID_NUMBER: "That is an ID number and was erased. Use the card instead",
        Wrong.NEITHER: "This is no notice or factory number. Look again",
        Wrong.AMOUNT: "Type baht, such as 1250.50",
        Wrong.TOO_MUCH: "At most {most} baht can be paid here",
        Wrong.OTHER_CODE: "This code is not for this fee",
    },
    wrong_reference={
        Wrong.SHORT: "Not complete: it has {n} characters",
        Wrong.LONG: "Too long: it has {n} characters",
        Wrong.SHAPE: "This is no number of this fee. Compare each character",
        Wrong.CHECK: "One character is not right. Compare each of them",
        Wrong.DOUBTFUL: "The last character looks wrong. Look again",
        Wrong.ID_NUMBER: "That is an ID number and was erased. It is not needed",
        Wrong.NEITHER: "This is no number of this fee. Look again",
        Wrong.AMOUNT: "Type baht, such as 1250.50",
        Wrong.TOO_MUCH: "At most {most} baht can be paid here",
        Wrong.OTHER_CODE: "This code is not for this fee",
    },
    which=("What do you want to pay?", "Which one?"),
    reference=("Type the reference", "Reference"),
    or_scan="{where}, or scan a code on it",
    following=("Next",),
    scan=("Scan the QR on the letter", "Scan the letter"),
    scan_privacy="Only reference and amount of the letter are used. No card is needed.",
    amount=("How many baht does it say?", "How many baht?"),
    amount_hint="As on the letter; a point before satang",
    check=("Is this what the letter says?", "As in the letter?"),
    fee="For",
    right=("Yes, pay", "Pay"),
    change=("Change",),
    direct="The money goes straight to the payee, who gives the receipt",
)
