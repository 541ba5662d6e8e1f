"""What the folder desk says to officers, in each language. A language that leaves something out does not pass mypy."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.visits.desk import Language
from kiosk.visits.folder_states import Told
from kiosk.visits.folders import Scan

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FolderWords:
    """The words of the folder desk. ``weekdays`` begin on Monday; ``joined`` stands between the parts of a place."""

    scan: Forms
    scan_steps: tuple[str, ...]
    close: str
    stopped: str
    go_on: Forms
    told: dict[Told, tuple[str, str]]
    scanner_gone: tuple[str, str]
    look_at_cable: Forms
    room: str
    cabinet: str
    shelf: str
    slot: str
    joined: str
    no_place: str
    in_place: str
    keep_at: str
    keep_here: str
    cannot_note: tuple[str, str]
    out_with: str
    since: Forms
    today: str
    yesterday: str
    weekdays: tuple[str, str, str, str, str, str, str]
    take: Forms
    bring_back: Forms
    to_other: str
    hand_on: str
    choose_name: str
    take_stock: str
    every_folder: Forms
    noted_out: str
    noted_in: str
    next_folder: Forms
    who_takes: str
    officer: str
    shelf_of: str
    first: str
    one_by_one: Forms
    scans: dict[Scan, str]
    came_back: str
    belongs: str
    found: str
    of: str
    unit: str
    still_missing: str
    complete: str
    foreign: str
    set_aside: Forms
    stop: Forms
    sum_up: Forms
    summed: str
    scan_on: Forms
    keep: Forms
    missing: str
    page: str
    kept: Forms
    shelf_name: str
    back_noted: str
    queued: str
    another_shelf: str
    consequence: str


TH = FolderWords(
    scan=("สแกนแฟ้ม",),
    scan_steps=("สแกนป้ายที่สันแฟ้ม", "ดูที่เก็บและผู้ยืมบนจอ"),
    close="ดึงบัตรออกเมื่อเสร็จ",
    stopped="{place} สแกนค้างไว้ {n} แฟ้ม",
    go_on=("นับชั้นต่อ", "นับต่อ"),
    told={
        Told.NO_FOLDER: ("นี่ไม่ใช่ป้ายแฟ้ม", "สแกนป้ายที่สันแฟ้ม"),
        Told.UNREADABLE: ("อ่านป้ายได้ไม่ครบ", "สแกนอีกครั้ง หรือพิมพ์ป้ายใหม่"),
        Told.NOT_OURS: ("แฟ้มนี้ไม่อยู่ในทะเบียนที่นี่", "อาจเป็นของสำนักงานอื่น หรือยังไม่ลงทะเบียน"),
    },
    scanner_gone=("เครื่องสแกนไม่ตอบ", "ตรวจสายเครื่องสแกน แล้วจอนี้จะกลับมาเอง"),
    look_at_cable=("ตรวจสายเครื่องสแกน", "ตรวจสาย"),
    room="ห้อง {room}",
    cabinet="ตู้ {cabinet}",
    shelf="ชั้น {shelf}",
    slot="ช่อง {slot}",
    joined=" ",
    no_place="ยังไม่ลงที่เก็บ",
    in_place="อยู่ที่ชั้น",
    keep_at="ที่เก็บของแฟ้มนี้",
    keep_here="เก็บเข้าที่นี่",
    cannot_note=("ตอนนี้บันทึกไม่ได้", "ค้นหาได้ตามปกติ"),
    out_with="อยู่กับ {who}",
    since=("ยืมตั้งแต่{when}", "ตั้งแต่{when}"),
    today="วันนี้ {time}",
    yesterday="เมื่อวาน",
    weekdays=("วันจันทร์", "วันอังคาร", "วันพุธ", "วันพฤหัสบดี", "วันศุกร์", "วันเสาร์", "วันอาทิตย์"),
    take=("ยืมออก", "ยืม"),
    bring_back=("คืนที่", "คืน"),
    to_other="ให้คนอื่นยืม",
    hand_on="ส่งต่อให้คนอื่น",
    choose_name="เลือกชื่อเจ้าหน้าที่",
    take_stock="ตรวจนับชั้นนี้",
    every_folder=("สแกนทุกแฟ้มบนชั้น",),
    noted_out="ยืมออกแล้ว",
    noted_in="คืนแล้ว",
    next_folder=("แฟ้มต่อไป", "ต่อไป"),
    who_takes="ใครยืม",
    officer="เจ้าหน้าที่ {no}",
    shelf_of="นับ {place}",
    first="สแกนแฟ้มแรก",
    one_by_one=("ไล่ไปทีละแฟ้มจนหมดชั้น", "ไล่ไปทีละแฟ้ม"),
    scans={
        Scan.HERE: "ถูกที่",
        Scan.BACK: "ถูกที่ เคยยืมออก",
        Scan.MISPLACED: "ไม่ใช่ของชั้นนี้",
        Scan.NOT_OURS: "ไม่อยู่ในทะเบียน",
        Scan.AGAIN: "สแกนไปแล้ว",
        Scan.NO_FOLDER: "ไม่ใช่ป้ายแฟ้ม",
    },
    came_back="เคยอยู่กับ {who}",
    belongs="ของ {place}",
    found="พบแล้ว",
    of="{n}/{of}",
    unit="แฟ้ม",
    still_missing="ยังไม่พบ {n} แฟ้ม",
    complete="ครบทุกแฟ้ม",
    foreign="ผิดที่",
    set_aside=("แยกไว้ แล้วเก็บเข้าที่ของมัน", "แยกไว้"),
    stop=("หยุดไว้ก่อน", "หยุด"),
    sum_up=("สรุปผล", "สรุป"),
    summed="สรุป {place}",
    scan_on=("สแกนต่อ",),
    keep=("บันทึกผล", "บันทึก"),
    missing="ไม่พบ",
    page="หน้า {n} จาก {of}",
    kept=("บันทึกผลตรวจนับแล้ว", "บันทึกแล้ว"),
    shelf_name="ชั้นที่นับ",
    back_noted="แฟ้มที่ยืมไว้และพบที่ชั้น คืนแล้ว {n} แฟ้ม",
    queued="ตอนนี้ส่งไม่ได้ เครื่องเก็บไว้และจะส่งเอง",
    another_shelf="นับชั้นอื่น สแกนแฟ้มบนชั้นนั้น",
    consequence="ถ้าไม่แตะจอ จะปิด สิ่งที่สแกนไว้ยังอยู่",
)

EN = FolderWords(
    scan=("Scan a folder",),
    scan_steps=("Scan the label on its back", "See its place and who has it"),
    close="Take the card out when done",
    stopped="{place}: {n} scanned, not finished",
    go_on=("Go on counting", "Go on"),
    told={
        Told.NO_FOLDER: ("This is no folder's label", "Scan the label on the folder's back"),
        Told.UNREADABLE: ("The label was not read whole", "Scan again, or print a new label"),
        Told.NOT_OURS: ("Not in the register of this office", "It may be another office's, or not registered yet"),
    },
    scanner_gone=("The scanner is gone", "Look at its cable; this page comes back by itself"),
    look_at_cable=("Look at the scanner's cable", "Look at its cable"),
    room="Room {room}",
    cabinet="Cabinet {cabinet}",
    shelf="shelf {shelf}",
    slot="slot {slot}",
    joined=", ",
    no_place="No place on record",
    in_place="in its place",
    keep_at="Its place",
    keep_here="Put it here",
    cannot_note=("Nothing can be noted now", "Finding works"),
    out_with="With {who}",
    since=("Out since {when}", "since {when}"),
    today="{time} today",
    yesterday="yesterday",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    take=("Take out", "Take"),
    bring_back=("Put back", "Return"),
    to_other="For another officer",
    hand_on="Hand on to another",
    choose_name="Choose the name",
    take_stock="Count this shelf",
    every_folder=("Scan every folder on the shelf", "Scan every folder"),
    noted_out="Taken out",
    noted_in="Returned",
    next_folder=("Next folder", "Next"),
    who_takes="Who takes it?",
    officer="Officer {no}",
    shelf_of="{place}",
    first="Scan the first folder",
    one_by_one=("One by one to the end of the shelf", "One by one"),
    scans={
        Scan.HERE: "In its place",
        Scan.BACK: "In its place again",
        Scan.MISPLACED: "Not of this shelf",
        Scan.NOT_OURS: "Not in the register",
        Scan.AGAIN: "Scanned before",
        Scan.NO_FOLDER: "No folder's label",
    },
    came_back="Was with {who}",
    belongs="{place}",
    found="Found",
    of="{n}/{of}",
    unit="",
    still_missing="{n} not found yet",
    complete="All of them",
    foreign="Misplaced",
    set_aside=("Set aside, then put where they belong", "Set aside"),
    stop=("Stop for now", "Stop"),
    sum_up=("Sum up", "Sum"),
    summed="{place}",
    scan_on=("Scan on",),
    keep=("Save",),
    missing="Missing",
    page="Page {n} of {of}",
    kept=("The count is saved", "Saved"),
    shelf_name="Shelf",
    back_noted="Out by the records and found here: {n}, returned",
    queued="No connection now: kept here and sent later",
    another_shelf="For another shelf, scan a folder on it",
    consequence="Untouched, this closes; what was scanned stays",
)

FOLDERS: dict[Language, FolderWords] = {Language.TH: TH, Language.EN: EN}
