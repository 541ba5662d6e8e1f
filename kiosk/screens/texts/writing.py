"""What the services that write say, in each language. A language that leaves something out does not pass mypy."""

from __future__ import annotations

from dataclasses import dataclass

from fleet.protocol.presence import Verdict
from kiosk.visits.desk import Language

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says before a card is read (PDPA, section 23): what for, what, who, how long."""

    what_for: str
    what: str
    who: str
    how_long: str


@dataclass(frozen=True, slots=True)
class Writings:
    """The words of telling, presence slips and registering."""

    about_what: Forms
    tell: Forms
    tell_hint: str
    send: Forms
    send_request: Forms
    space: str
    by_phone: str
    by_phone_how: str
    by_phone_then: str
    keeping: str
    notice_title: Forms
    notice_names: tuple[str, str, str, str, str, str]
    notice_else: str
    notice_rights: str
    presence_notice: Notice
    checked_notice: Notice
    register_notice: Notice
    not_this: Forms
    read_card: Forms
    purpose: Forms
    phone: Forms
    phone_hint: str
    phone_wrong: str
    told: Forms
    issued: Forms
    registered: Forms
    number: str
    name: str
    id_number: str
    purpose_name: str
    office: str
    owner: str
    answer_by: str
    until: str
    issued_on: str
    phone_name: str
    follow: str
    follow_request: str
    officer_checks: str
    queued: str
    unverified: str
    unanswered: str
    checking: str
    verified: str
    printing: str
    printed: str
    photo: str
    verdicts: dict[Verdict, tuple[Forms, str]]


TH = Writings(
    about_what=("แจ้งเรื่องอะไร",),
    tell=("เล่าเรื่องที่ต้องการแจ้ง", "เล่าเรื่อง"),
    tell_hint="ไม่ต้องบอกชื่อหรือเลขประจำตัว",
    send=("ส่งเรื่อง", "ส่ง"),
    send_request=("ส่งคำขอ", "ส่ง"),
    space="เว้นวรรค",
    by_phone="แจ้งต่อด้วยโทรศัพท์",
    by_phone_how="สแกน QR แล้วพิมพ์ในโทรศัพท์",
    by_phone_then="ส่งแล้วได้เลขที่และหน้าติดตาม",
    keeping="กำลังบันทึก",
    notice_title=("ก่อนอ่านบัตร โปรดทราบ",),
    notice_names=("ใช้ทำอะไร", "อ่านอะไร", "ใครได้ข้อมูล", "เก็บนานเท่าใด", "ถ้าไม่ให้อ่าน", "สิทธิของท่าน"),
    notice_else="ยื่นที่{help} แทนได้",
    notice_rights="ขอดู ขอแก้ หรือคัดค้านได้",
    presence_notice=Notice(
        "ออกใบแทนสำเนาบัตร", "เลขประจำตัว ชื่อ วัน\u2060หมด\u2060อายุ", "ผู้ที่ท่านให้ใบเท่านั้น", "เครื่องไม่เก็บ ใบหมดอายุใน {n} วัน"
    ),
    checked_notice=Notice(
        "ออกใบแทนสำเนาบัตร",
        "เลข ชื่อ วัน\u2060หมด\u2060อายุ เลข\u2060ชิป",
        "ผู้ที่ท่านให้ใบ และกรมการปกครอง",
        "เครื่องไม่เก็บ ใบหมดอายุใน {n} วัน",
    ),
    register_notice=Notice(
        "ขึ้นทะเบียน i-Industry", "เลขประจำตัว ชื่อ วัน\u2060หมด\u2060อายุ", "กระทรวงอุตสาหกรรมเท่านั้น", "ปิดผนึกไว้จนกระทรวงรับ"
    ),
    not_this=("ไม่ใช้บริการ", "ไม่ใช้"),
    read_card=("อ่านบัตร",),
    purpose=("ใช้ใบนี้ทำอะไร",),
    phone=("เบอร์โทรที่ติดต่อได้", "เบอร์โทร"),
    phone_hint="ขึ้นต้นด้วย 0 กระทรวงใช้แจ้งผล",
    phone_wrong="เบอร์นี้ไม่ครบหรือไม่ถูก ลองดูอีกครั้ง",
    told=("รับเรื่องแล้ว",),
    issued=("ออกใบแทนสำเนาบัตรแล้ว", "ออกใบแล้ว"),
    registered=("รับคำขอลงทะเบียนแล้ว", "รับคำขอแล้ว"),
    number="เลขที่",
    name="ชื่อ",
    id_number="เลขประจำตัว",
    purpose_name="ใช้เพื่อ",
    office="ออกที่",
    owner="ผู้รับผิดชอบ",
    answer_by="ตอบภายใน",
    until="ใช้ได้ถึง",
    issued_on="ออกเมื่อ",
    phone_name="โทรศัพท์",
    follow="สแกน QR เพื่อติดตามและอ่านคำตอบ",
    follow_request="สแกน QR เพื่อดูผลและเลขลูกค้า",
    officer_checks="เจ้าหน้าที่สแกน QR เพื่อตรวจได้ที่ทุกเครื่อง",
    queued="ตอนนี้ส่งไม่ได้ เครื่องเก็บไว้และจะส่งเอง",
    unverified="ยังไม่ได้ตรวจกับกรมการปกครอง",
    unanswered="ถามกรมการปกครองไม่ได้ ยังไม่ได้ตรวจบัตร",
    checking="กำลังถามกรมการปกครอง",
    verified="กรมการปกครองยืนยันบัตรแล้ว",
    printing="กำลังพิมพ์ใบ รอสักครู่",
    printed="รับใบที่ช่องพิมพ์",
    photo="พิมพ์ไม่ได้ ถ่ายภาพหน้าจอนี้ไว้แทนใบ",
    verdicts={
        Verdict.GENUINE: (("ใบนี้เป็นของจริง",), "เทียบชื่อกับผู้ที่ถือใบ"),
        Verdict.EXPIRED: (("ใบนี้หมดอายุแล้ว",), "ขอใบใหม่ที่เครื่องนี้ได้"),
        Verdict.NOT_YET: (("เวลาบนใบยังมาไม่ถึง",), "นาฬิกาของเครื่องหนึ่งไม่ตรง ให้เจ้าหน้าที่ดู"),
        Verdict.UNKNOWN_KEY: (("เครื่องนี้ตรวจใบนี้ไม่ได้",), "ยังไม่รู้จักเครื่องที่ออกใบ ลองใหม่เมื่อออนไลน์"),
        Verdict.FORGED: (("ใบนี้ไม่ใช่ของจริง",), "อย่ารับใบนี้ ขอดูบัตรประชาชนแทน"),
    },
)

EN = Writings(
    about_what=("What is it about?",),
    tell=("Tell us what happened", "Tell us"),
    tell_hint="No name and no ID number needed",
    send=("Send",),
    send_request=("Send",),
    space="space",
    by_phone="Go on with your phone",
    by_phone_how="Scan the QR and write on your phone",
    by_phone_then="You get a number and a page to follow it",
    keeping="Saving",
    notice_title=("Before your card is read",),
    notice_names=("What for", "What is read", "Who gets it", "For how long", "If you refuse", "Your rights"),
    notice_else="Ask at {help} instead",
    notice_rights="See it, correct it, object to it",
    presence_notice=Notice(
        "A slip instead of a copy", "ID number, name, expiry", "Only who you give it to", "Not kept; valid {n} days"
    ),
    checked_notice=Notice(
        "A slip instead of a copy",
        "ID, name, expiry, chip no.",
        "Who you give it to, and the DOPA",
        "Not kept; valid {n} days",
    ),
    register_notice=Notice(
        "Register with i-Industry", "ID number, name, expiry", "The Ministry of Industry only", "Sealed until it has it"
    ),
    not_this=("Do not use this", "No"),
    read_card=("Read the card", "Read card"),
    purpose=("What is the slip for?",),
    phone=("Your telephone number", "Telephone"),
    phone_hint="It begins with 0; the ministry calls you",
    phone_wrong="This number is not complete or not right",
    told=("We have heard you",),
    issued=("Your presence slip is ready", "Your slip is ready"),
    registered=("Your request is taken", "Request taken"),
    number="Number",
    name="Name",
    id_number="ID number",
    purpose_name="For",
    office="Office",
    owner="In charge",
    answer_by="Answer by",
    until="Valid until",
    issued_on="Issued",
    phone_name="Telephone",
    follow="Scan the QR to follow it and read the answer",
    follow_request="Scan the QR for the result and your number",
    officer_checks="Officers check the QR at any kiosk",
    queued="No connection now: kept here and sent later",
    unverified="Not verified with the DOPA",
    unanswered="The DOPA could not be asked: not verified",
    checking="Asking the DOPA",
    verified="Verified with the DOPA",
    printing="Printing your slip",
    printed="Take your slip",
    photo="Cannot print: take a photo of this screen",
    verdicts={
        Verdict.GENUINE: (("This slip is genuine",), "Compare the name with who holds it"),
        Verdict.EXPIRED: (("This slip has expired",), "A new one can be made here"),
        Verdict.NOT_YET: (
            ("This slip is of a later time", "Slip of a later time", "Not valid yet"),
            "One of two clocks is wrong: ask an officer",
        ),
        Verdict.UNKNOWN_KEY: (
            ("This slip cannot be checked here", "Cannot be checked here", "Cannot be checked"),
            "Its kiosk is not known yet; try again online",
        ),
        Verdict.FORGED: (("This slip is not genuine",), "Do not take it. Ask for the ID card"),
    },
)

WRITINGS: dict[Language, Writings] = {Language.TH: TH, Language.EN: EN}
