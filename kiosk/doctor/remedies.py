"""What to do about each problem: one sentence for the technician in Thai, one in English. Pure, and long as tables are.

Rules: every problem has a remedy. A sentence says what to do, first things first, and not only what is wrong. Thai has
a space between phrases, so that a line can end there.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.doctor.problems import Problem


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do."""

    th: str
    en: str


REMEDIES: dict[Problem, Remedy] = {
    Problem.NO_CONFIG: Remedy(
        "ตู้นี้ยังไม่มีไฟล์ตั้งค่าเครื่อง ให้สร้าง machine.toml หรือระบุไฟล์ด้วย --config",
        "This machine has no usable configuration: write machine.toml, or name the file with --config.",
    ),
    Problem.NOT_CONFIGURED: Remedy(
        "ต้องมีไฟล์ตั้งค่าเครื่องก่อน จึงจะตรวจได้",
        "Cannot be asked before there is a configuration: write that first.",
    ),
    Problem.BAD_ADDRESS: Remedy(
        "ที่อยู่ของอุปกรณ์ในไฟล์ตั้งค่าเครื่องไม่ถูกต้อง ให้แก้ใน [devices]",
        "The device's address in the machine configuration cannot be understood: correct it under [devices].",
    ),
    Problem.PRETEND_DEVICE: Remedy(
        "ไฟล์ตั้งค่าบอกว่าเป็นอุปกรณ์จำลอง (fake:) หากตู้มีของจริง ให้ใส่ที่อยู่จริงใน [devices]",
        "The configuration names a pretend device (fake:): if this kiosk has a real one, put its address there.",
    ),
    Problem.LIBRARY_MISSING: Remedy(
        "โปรแกรมของอุปกรณ์นี้ติดตั้งไม่ครบ ให้ติดตั้งตู้ใหม่จากภาพระบบ",
        "The software for this device is not wholly installed: install the kiosk's image anew.",
    ),
    Problem.IN_USE: Remedy(
        "หน้าร้านใช้อุปกรณ์นี้อยู่ ให้สั่ง systemctl stop sala-frontdesk แล้วทดสอบ เสร็จแล้วสั่ง systemctl start sala-frontdesk",
        "The front desk has it in use: systemctl stop sala-frontdesk, test, then start it again.",
    ),
    Problem.CARD_ABSENT: Remedy(
        "ไม่พบเครื่องอ่านบัตร ให้ตรวจสาย USB แล้วเสียบใหม่ หากไม่หาย ให้สั่ง systemctl restart pcscd",
        "No card reader answers: check its USB cable and plug it in again; if that does not help, restart pcscd.",
    ),
    Problem.SCANNER_ABSENT: Remedy(
        "ไม่พบเครื่องสแกน ให้ตรวจสาย USB หากมีหลายเครื่อง ให้ระบุชื่อในไฟล์ตั้งค่า",
        "No scanner was found: check its USB cable; if several are plugged in, name one in the configuration.",
    ),
    Problem.PRINTER_ABSENT: Remedy(
        "ติดต่อเครื่องพิมพ์ไม่ได้ ให้ตรวจว่าเปิดเครื่องแล้ว สายแน่น และที่อยู่ในไฟล์ตั้งค่าถูกต้อง",
        "The printer cannot be reached: see that it is switched on, its cable is firm and its address is right.",
    ),
    Problem.PANEL_ABSENT: Remedy(
        "ไม่พบแผงไฟ ให้ตรวจสายแพ และผู้ใช้ sala ต้องอยู่ในกลุ่ม gpio",
        "The panel is not there: check its ribbon cable, and that the user sala is in the group gpio.",
    ),
    Problem.DISPLAY_ABSENT: Remedy(
        "เปิดจอไม่ได้ ให้ตรวจสายและไฟของจอ และไม่ให้โปรแกรมอื่นใช้จออยู่",
        "The display cannot be opened: check its cable and power, and that no other program holds it.",
    ),
    Problem.NO_ANSWER: Remedy(
        "อุปกรณ์ไม่ตอบ ให้ปิดแล้วเปิดอุปกรณ์ หรือถอดสายแล้วเสียบใหม่ แล้วลองอีกครั้ง",
        "The device does not answer: switch it off and on, or plug its cable in again, then try once more.",
    ),
    Problem.NONSENSE: Remedy(
        "อุปกรณ์ตอบผิดรูปแบบ ให้ถอดแล้วเสียบใหม่ หากยังเป็นอีก ให้เปลี่ยนสายหรืออุปกรณ์",
        "The device answers nonsense: plug it in again; if that does not help, change the cable or the device.",
    ),
    Problem.DEVICE_ERROR: Remedy(
        "อุปกรณ์ขัดข้อง ให้ถอดแล้วเสียบใหม่ หากไม่หาย ให้ส่งรายงาน --json นี้ถึงผู้ดูแลระบบ",
        "The device fails: plug it in again; if that does not help, send this report (--json) to the administrators.",
    ),
    Problem.CARD_REFUSES: Remedy(
        "บัตรไม่ยอมให้อ่าน ให้เช็ดหน้าสัมผัสแล้วเสียบใหม่ แล้วลองบัตรใบอื่น",
        "The card refuses to be read: wipe its contacts and put it in again, then try another card.",
    ),
    Problem.CARD_NOT_THAI_ID: Remedy(
        "เครื่องอ่านใช้ได้ แต่บัตรนี้ไม่ใช่บัตรประชาชน ให้ลองด้วยบัตรประชาชน",
        "The reader works, but this is no Thai ID card: try with one.",
    ),
    Problem.CARD_MUTE: Remedy(
        "บัตรไม่ตอบ ให้กลับด้านบัตร (ชิปขึ้นบน) เช็ดหน้าสัมผัส หากทุกใบเป็นเหมือนกัน ให้ทำความสะอาดช่องเสียบ",
        "The card is silent: turn it round, chip up, and wipe it; if every card is silent, clean the slot.",
    ),
    Problem.CARD_PULLED: Remedy(
        "บัตรถูกดึงออกระหว่างอ่าน ให้เสียบใหม่ แล้วรอจนบอกให้นำออก",
        "The card was taken out while it was read: put it in again and leave it until told.",
    ),
    Problem.CARD_LEFT: Remedy(
        "มีบัตรค้างอยู่ในช่อง ให้นำออกแล้วส่งคืนเจ้าของผ่านเจ้าหน้าที่",
        "A card is in the slot though nobody uses the kiosk: take it out and give it to the officer for its owner.",
    ),
    Problem.NO_CARD_CAME: Remedy(
        "ไม่มีบัตรเสียบเข้ามาในเวลาที่รอ หากเสียบแล้วไม่รู้สึก ให้ดันให้สุด แล้วทำความสะอาดช่องเสียบ",
        "No card came in time: if one was put in, push it in fully, then clean the slot.",
    ),
    Problem.NOTHING_SCANNED: Remedy(
        "ไม่มีการสแกนเข้ามา หากเครื่องส่งเสียงแต่ไม่มีผล ให้ตั้งเครื่องสแกนเป็นโหมดคีย์บอร์ด (USB HID) ตามคู่มือ",
        "Nothing was scanned: if it beeps and nothing arrives, set it to keyboard mode (USB HID) by its manual.",
    ),
    Problem.SCANS_DAMAGED: Remedy(
        "มีรหัสที่อ่านได้ไม่ครบ ให้เช็ดกระจกเครื่องสแกน และตั้งภาษาของเครื่องสแกนเป็น US",
        "Some codes arrive incomplete: wipe the scanner's window, and set its keyboard country to US.",
    ),
    Problem.PAPER_OUT: Remedy(
        "กระดาษหมด ให้ใส่ม้วนใหม่แล้วปิดฝา",
        "The paper is out: put in a new roll and close the cover.",
    ),
    Problem.PAPER_LOW: Remedy(
        "กระดาษใกล้หมด ให้เตรียมม้วนใหม่วันนี้",
        "The paper is nearly out: bring a new roll today.",
    ),
    Problem.PAPER_JAMMED: Remedy(
        "กระดาษติด ให้เปิดฝา ดึงกระดาษออก แล้วใส่ใหม่ให้ตรง",
        "The paper is jammed: open the cover, pull it out and put it in straight.",
    ),
    Problem.PAPER_UNKNOWN: Remedy(
        "เครื่องพิมพ์ไม่บอกเรื่องกระดาษ ให้เปิดดูด้วยตา และลอง kiosk doctor printer",
        "The printer does not tell about its paper: look at the roll, and try kiosk doctor printer.",
    ),
    Problem.COVER_OPEN: Remedy(
        "ฝาเครื่องพิมพ์เปิดอยู่ ให้กดปิดจนได้ยินเสียงล็อก",
        "The printer's cover is open: close it until it clicks.",
    ),
    Problem.CUTTER: Remedy(
        "ใบมีดตัดค้าง ให้ปิดเครื่องพิมพ์ เอาเศษกระดาษออก แล้วเปิดใหม่",
        "The cutter is stuck: switch the printer off, take scraps of paper out, and switch it on.",
    ),
    Problem.OVERHEATED: Remedy(
        "หัวพิมพ์ร้อนเกินไป ให้พักสิบนาที และดูว่าช่องลมไม่ถูกปิด",
        "The print head is too hot: wait ten minutes, and see that nothing blocks the air.",
    ),
    Problem.OFFLINE: Remedy(
        "เครื่องพิมพ์ออฟไลน์ ให้กดปุ่ม FEED หรือ ONLINE หากไม่หาย ให้ปิดแล้วเปิดเครื่องพิมพ์",
        "The printer is offline: press its FEED or ONLINE button; if that does not help, switch it off and on.",
    ),
    Problem.PRINTER_SILENT: Remedy(
        "เครื่องพิมพ์รับข้อมูลแต่ไม่ตอบ จึงไม่รู้ว่าดีหรือไม่ ให้ปิดแล้วเปิด และดูว่าใบทดสอบออกมาครบ",
        "The printer is there and does not answer: switch it off and on, and see whether a test slip comes out whole.",
    ),
    Problem.TAMPERED: Remedy(
        "ตู้ถูกเปิด หรือสายสวิตช์กันงัดขาด ให้ตรวจตู้และสาย แล้วปิดล็อก",
        "The case is open, or the wire of its switch is cut: look at both, then lock the case.",
    ),
    Problem.CORNERS_UNTOUCHED: Remedy(
        "จอไม่รู้สึกการแตะครบทั้งสี่มุม หากแตะแล้ว ให้ตรวจสายสัมผัส และ rotation ในไฟล์ตั้งค่า",
        "Not all four corners were felt: if they were touched, check the touch cable, and rotation in the address.",
    ),
    Problem.DISPLAY_WEDGED: Remedy(
        "จอค้าง ไม่แสดงภาพแม้เปิดใหม่หลายครั้ง ให้ปิดแล้วเปิดจอ ตรวจสาย แล้วรีสตาร์ตเครื่อง",
        "The display is stuck and opening it again did not help: switch it off and on, check its cable, then reboot.",
    ),
    Problem.NO_IDENTITY: Remedy(
        "ตู้นี้ยังไม่ได้ลงทะเบียนกับศูนย์ ให้ลงทะเบียนก่อน",
        "This kiosk has no identity yet: enrol it at the fleet.",
    ),
    Problem.IDENTITY_BROKEN: Remedy(
        "ไฟล์ใบรับรองของตู้ใช้ไม่ได้ ให้ลงทะเบียนตู้ใหม่",
        "The files of this kiosk's identity cannot be used: enrol it anew.",
    ),
    Problem.CERTIFICATE_EXPIRED: Remedy(
        "ใบรับรองของตู้หมดอายุ ให้ตรวจวันที่ของเครื่องก่อน แล้วลงทะเบียนใหม่",
        "This kiosk's certificate has expired: check the machine's date first, then enrol it anew.",
    ),
    Problem.CERTIFICATE_ENDS_SOON: Remedy(
        "ใบรับรองของตู้ใกล้หมดอายุ ให้ลงทะเบียนใหม่ก่อนถึงวันนั้น",
        "This kiosk's certificate ends soon: enrol it anew before that day.",
    ),
    Problem.SIGNED_NOTHING: Remedy(
        "ตู้ยังไม่มีบัญชีผู้รับเงินที่ลงนาม จึงไม่รับชำระเงิน รอให้ต่อถึงศูนย์ ถ้ายังไม่ได้ ให้ลงทะเบียนใหม่",
        "No account is signed, so there are no payments: wait for the fleet; if that does not help, enrol it anew.",
    ),
    Problem.SIGNED_OVER: Remedy(
        "ลายเซ็นรับรองบัญชีผู้รับเงินหมดอายุ ตู้จึงไม่รับชำระเงิน ตรวจวันที่ของเครื่อง แล้วแจ้งศูนย์",
        "The accounts' signatures are over, so there are no payments: check the date, then tell the fleet.",
    ),
    Problem.SIGNED_REFUSED: Remedy(
        "ศูนย์ส่งข้อมูลที่ตู้ไม่เชื่อ แจ้งศูนย์ทันที อย่าแก้ที่ตู้",
        "The fleet sent what this kiosk does not believe: tell the fleet at once, change nothing here.",
    ),
    Problem.SIGNED_ENDS_SOON: Remedy(
        "ลายเซ็นรับรองบัญชีผู้รับเงินใกล้หมดอายุ แจ้งศูนย์ก่อนถึงวันนั้น",
        "The signatures of the accounts end soon: tell the fleet before that day.",
    ),
    Problem.NAME_NOT_FOUND: Remedy(
        "หาที่อยู่ของศูนย์ไม่พบ ให้ตรวจสายเครือข่าย DNS และชื่อใน [link]",
        "The fleet's name cannot be found: check the network cable, DNS, and the name under [link].",
    ),
    Problem.UNREACHABLE: Remedy(
        "ติดต่อศูนย์ไม่ได้ ให้ตรวจสายเครือข่าย และให้เครือข่ายของสำนักงานเปิดพอร์ตนี้",
        "The fleet cannot be reached: check the network cable, and that the office's network lets this port through.",
    ),
    Problem.FLEET_NOT_TRUSTED: Remedy(
        "ใบรับรองของศูนย์ไม่น่าเชื่อถือ ให้ตรวจวันที่ของเครื่องและ ca_file แล้วแจ้งผู้ดูแลระบบ",
        "The fleet's certificate is not trusted: check the machine's date and ca_file, then tell the administrators.",
    ),
    Problem.FLEET_REFUSES_US: Remedy(
        "ศูนย์ไม่รับใบรับรองของตู้นี้ ให้ถามผู้ดูแลว่าถูกเพิกถอนหรือไม่ แล้วลงทะเบียนใหม่",
        "The fleet refuses this kiosk's certificate: ask whether it was revoked, then enrol the kiosk anew.",
    ),
    Problem.FLEET_TROUBLED: Remedy(
        "ศูนย์ตอบผิดปกติ ไม่ใช่ที่ตู้ ให้แจ้งผู้ดูแลระบบ",
        "The fleet answers, but not as it should: nothing to do here, tell the administrators.",
    ),
    Problem.CLOCK_WRONG: Remedy(
        "นาฬิกาของเครื่องผิดมาก ให้ตั้งเวลา แล้วตรวจ NTP ด้วย timedatectl",
        "The clock is plainly wrong: set it, then check network time with timedatectl.",
    ),
    Problem.CLOCK_OFF: Remedy(
        "นาฬิกาของเครื่องคลาดเคลื่อน ให้ตรวจ NTP ด้วย timedatectl",
        "The clock is off: check network time with timedatectl.",
    ),
    Problem.CLOCK_UNSET: Remedy(
        "เวลาถูกต้องขณะนี้ แต่เครือข่ายไม่ได้ตั้งให้ ให้ดู timedatectl และเปิดทาง NTP (UDP 123)",
        "The clock is right today and nobody sets it: look at timedatectl, and let NTP (UDP 123) through.",
    ),
    Problem.CLOCK_UNKNOWN: Remedy(
        "ถามเวลาจากศูนย์ไม่ได้ ให้เทียบนาฬิกาของเครื่องกับโทรศัพท์",
        "The fleet could not be asked for the time: compare the machine's clock with a phone.",
    ),
    Problem.DISK_FULL: Remedy(
        "พื้นที่เต็ม ตู้จะไม่รับชำระ ให้ลบไฟล์ที่ไม่ใช่ของ Sala แล้วรีสตาร์ต",
        "The disk is full and the kiosk takes no payments: remove what is not Sala's, then restart it.",
    ),
    Problem.DISK_LOW: Remedy(
        "พื้นที่เหลือน้อย ให้ดูว่าอะไรใช้พื้นที่ ก่อนที่จะเต็ม",
        "Little space is left: see what uses it before the disk is full.",
    ),
    Problem.DISK_READ_ONLY: Remedy(
        "ดิสก์เขียนไม่ได้ ระบบล็อกเพราะพบข้อผิดพลาด ให้รีสตาร์ต หากเป็นอีก ให้เปลี่ยนการ์ด",
        "The disk is read-only, most often after errors: restart the machine; if it happens again, change the card.",
    ),
    Problem.DISK_NOT_OURS: Remedy(
        "ผู้ใช้นี้เขียนในโฟลเดอร์ข้อมูลไม่ได้ ให้เรียกด้วย sudo -u sala kiosk doctor",
        "This user may not write where the kiosk keeps its data: try sudo -u sala kiosk doctor.",
    ),
    Problem.DISK_BROKEN: Remedy(
        "เขียนดิสก์ไม่สำเร็จ ให้เปลี่ยนการ์ดหน่วยความจำ",
        "Writing to the disk fails: change the memory card.",
    ),
    Problem.NO_DATA_DIR: Remedy(
        "ไม่มีโฟลเดอร์ข้อมูลตาม data_dir ให้ตรวจไฟล์ตั้งค่า หรือว่าดิสก์ถูกเมานต์แล้ว",
        "The folder of data_dir is not there: check the configuration, and that its disk is mounted.",
    ),
    Problem.NO_SPOOL: Remedy(
        "ยังไม่มีที่เก็บรายการ หากตู้เคยเปิดใช้แล้ว ให้ดู journalctl -u sala-frontdesk",
        "There is no spool yet: if this kiosk has ever been in use, look at journalctl -u sala-frontdesk.",
    ),
    Problem.SPOOL_UNREADABLE: Remedy(
        "อ่านที่เก็บรายการไม่ได้ ให้เรียกด้วย sudo -u sala หากยังไม่ได้ ให้รีสตาร์ต sala-frontdesk",
        "The spool cannot be read: try with sudo -u sala; if that fails too, restart sala-frontdesk.",
    ),
    Problem.SPOOL_DEEP: Remedy(
        "รายการค้างส่งมาก ให้ตรวจทางไปศูนย์ด้วย kiosk doctor link และดูว่า sala-agent ทำงาน",
        "Many records wait for the fleet: try kiosk doctor link, and see that sala-agent runs.",
    ),
    Problem.UNDER_VOLTAGE: Remedy(
        "ไฟเลี้ยงต่ำ ให้เปลี่ยนอะแดปเตอร์และสายเป็นของแท้ และย้ายอุปกรณ์ USB ไปฮับที่มีไฟเลี้ยง",
        "The supply voltage is too low: use the proper adapter and cable, and a powered hub for USB devices.",
    ),
    Problem.UNDER_VOLTAGE_BEFORE: Remedy(
        "ไฟเลี้ยงเคยต่ำหรือเครื่องเคยลดความเร็วตั้งแต่เปิด ให้ตรวจอะแดปเตอร์ สาย และพัดลม",
        "Voltage was low or the machine slowed down since it started: check adapter, cable and fan.",
    ),
    Problem.POWER_UNKNOWN: Remedy(
        "เครื่องนี้ไม่บอกเรื่องไฟเลี้ยง ให้วัดด้วยมิเตอร์หากสงสัย",
        "This machine does not tell about its supply: measure it if in doubt.",
    ),
    Problem.HOT: Remedy(
        "เครื่องร้อน ให้ตรวจพัดลมและช่องลม",
        "The machine is hot: check the fan and the air vents.",
    ),
    Problem.TOO_HOT: Remedy(
        "เครื่องร้อนเกินไปจนลดความเร็ว ให้ปิดพัก แล้วทำความสะอาดพัดลมและช่องลม",
        "The machine is so hot that it slows down: let it cool, then clean the fan and the air vents.",
    ),
    Problem.TEMPERATURE_UNKNOWN: Remedy(
        "เครื่องนี้ไม่บอกอุณหภูมิ ให้ใช้มือแตะดู",
        "This machine does not tell its temperature: feel it with a hand.",
    ),
    Problem.STORAGE_WORN: Remedy(
        "หน่วยความจำหมดอายุการเขียน ให้เปลี่ยนทันที",
        "The storage is worn out: change it now.",
    ),
    Problem.STORAGE_ENDS_SOON: Remedy(
        "หน่วยความจำใกล้หมดอายุการเขียน ให้นัดเปลี่ยนภายในเดือนนี้",
        "The storage is nearly worn out: plan to change it this month.",
    ),
    Problem.STORAGE_ERRORS: Remedy(
        "ระบบไฟล์เคยพบข้อผิดพลาด ให้รีสตาร์ตเพื่อซ่อม หากเพิ่มขึ้น ให้เปลี่ยนการ์ด",
        "The file system has met errors: restart to repair it; if they grow, change the card.",
    ),
    Problem.STORAGE_UNKNOWN: Remedy(
        "หน่วยความจำนี้ไม่บอกอายุการเขียน ให้จดวันที่ติดตั้ง และเปลี่ยนทุกสองถึงสามปี",
        "This storage does not tell how worn it is: note the day it was put in, and change it every few years.",
    ),
    Problem.RESTARTED_BY_BUG: Remedy(
        "หน้าร้านหยุดเองเพราะข้อผิดพลาดในโปรแกรม ให้ส่งผลของ journalctl -u sala-frontdesk ถึงผู้ดูแลระบบ",
        "The front desk ended of a bug and was started again: send journalctl -u sala-frontdesk to the administrators.",
    ),
    Problem.RESTARTED_KILLED: Remedy(
        "หน้าร้านถูกหยุดกะทันหันทั้งที่เครื่องยังเปิดอยู่ หากไม่ได้สั่งเอง ให้ดู journalctl -k ว่าหน่วยความจำหมดหรือไม่",
        "The front desk was killed and the machine ran on: if nobody did that, see journalctl -k (memory?).",
    ),
    Problem.RESTARTED_POWER: Remedy(
        "เครื่องดับกะทันหัน ให้ตรวจปลั๊ก อะแดปเตอร์ และสวิตช์ของเต้ารับ หากไฟดับบ่อย ให้ใช้เครื่องสำรองไฟ",
        "The machine lost power or was reset: check plug, adapter and wall switch; if the mains often fail, add a UPS.",
    ),
    Problem.RESTARTED_HUNG: Remedy(
        "เครื่องค้างจนต้องเริ่มใหม่เอง ให้ตรวจไฟเลี้ยงและความร้อน หากเป็นอีก ให้เปลี่ยนการ์ดหรือเครื่อง",
        "The machine hung and restarted itself: check supply and heat; if it happens again, change card or board.",
    ),
    Problem.RESTARTED_BROKEN_FILE: Remedy(
        "พบไฟล์ข้อมูลเสียเมื่อเริ่มทำงาน และสร้างใหม่แล้ว ให้แจ้งผู้ดูแลว่ารายการอาจหาย และเปลี่ยนการ์ดหน่วยความจำ",
        "A broken data file was put aside: tell the administrators that records may be lost, and change the card.",
    ),
}
