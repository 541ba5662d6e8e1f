// Every word of the page, Thai first. A word is [Thai, English].

const WORDS = {
  title: ["ตู้จำลอง", "Virtual kiosk"],
  sample: ["ตัวอย่าง", "Sample"],
  otherLanguage: ["English", "ไทย"],
  kiosk: ["ตู้", "The kiosk"],
  live: ["ภาพสด", "Live"],
  lost: ["ขาดการเชื่อม กำลังลองใหม่", "Connection lost, trying again"],

  cardSlot: ["ช่องบัตร", "Card slot"],
  slotEmpty: ["ลากบัตรมาที่นี่", "Drag a card here"],
  pullOut: ["ดึงบัตรออก", "Pull out"],
  scanner: ["ช่องสแกน", "Scanner"],
  statusLight: ["ไฟสถานะ", "Status"],
  call: ["เรียก", "Call"],
  printer: ["รับใบ", "Slips"],
  takeSlip: ["แตะใบเพื่อหยิบ", "Tap the slip to take it"],
  printing: ["กำลังพิมพ์", "Printing"],
  screen: ["จอของตู้ แตะได้", "The kiosk's screen; click to touch"],

  patternOff: ["ดับ", "off"],
  patternOn: ["ติด", "on"],
  patternSlow: ["กะพริบช้า", "slow"],
  patternFast: ["กะพริบเร็ว", "fast"],
  patternDouble: ["กะพริบคู่", "double"],

  startingHead: ["ตู้กำลังเปิด", "The kiosk is starting"],
  startingText: ["รอภาพแรกจากโปรแกรมหน้าตู้", "Waiting for the first picture from the front desk"],
  returningHead: ["โปรแกรมหน้าตู้หยุดไป", "The front desk has stopped"],
  returningText: ["กำลังเริ่มใหม่ จอจะกลับมาเอง", "It is being started again; the screen will return by itself"],
  unpluggedHead: ["จอไม่มีสัญญาณ", "No signal"],
  unpluggedText: ["สายจอถูกถอดอยู่ เสียบคืนได้ที่หลังตู้", "The display cable is out; plug it in behind the kiosk"],
  closedHead: ["ตู้จำลองปิดอยู่", "The virtual kiosk is closed"],
  closedText: ["เปิดใหม่แล้วหน้านี้จะเชื่อมเอง", "Start it again and this page will connect by itself"],

  tabs: ["ของที่ใช้กับตู้", "Things to use with the kiosk"],
  hand: ["ของผู้มาติดต่อ", "The visitor"],
  handHint: ["แตะ หรือลากไปที่ตู้", "Tap, or drag to the kiosk"],
  cards: ["บัตรตัวอย่าง", "Sample cards"],
  papers: ["ใบแจ้งและแฟ้มตัวอย่าง", "Sample notices and folders"],
  typeCode: ["หรือพิมพ์รหัสเอง", "Or type a code"],
  scan: ["สแกน", "Scan"],
  tray: ["ใบที่หยิบแล้ว", "Slips taken"],
  trayEmpty: ["ยังไม่มี ใบที่พิมพ์เสร็จจะมาอยู่ที่นี่", "None yet. Printed slips come here"],
  slip: ["ใบที่", "Slip"],
  close: ["ปิด", "Close"],
  scanSlip: ["สแกน QR บนใบ", "Scan the slip's QR"],

  behind: ["หลังตู้", "Behind it"],
  behindHint: ["ถอด ตัด เปิด แล้วดูว่าตู้ทำอย่างไร", "Pull, cut and open things, and see what the kiosk does"],
  devices: ["อุปกรณ์", "Devices"],
  card: ["เครื่องอ่านบัตร", "Card reader"],
  scannerDevice: ["เครื่องสแกน", "Scanner"],
  printerDevice: ["เครื่องพิมพ์", "Printer"],
  panel: ["แผงไฟและปุ่ม", "Lights and button"],
  display: ["จอ", "Display"],
  working: ["ใช้งานอยู่", "In use"],
  waiting: ["เสียบอยู่ รอโปรแกรม", "Plugged in, not yet in use"],
  pulled: ["ถอดสายอยู่", "Unplugged"],
  unplug: ["ถอดสาย", "Unplug"],
  plug: ["เสียบคืน", "Plug in"],
  theCase: ["ฝาตู้", "Case"],
  closedCase: ["ปิดอยู่", "Closed"],
  openCase: ["เปิดฝา", "Open"],
  closeCase: ["ปิดฝา", "Close"],
  caseOpen: ["เปิดอยู่", "Open"],
  buzzer: ["เสียงสัญญาณ", "Buzzer"],
  soundNone: ["ยังไม่มีเสียง", "Not heard yet"],
  soundSuccess: ["ล่าสุด: สำเร็จ", "Last: success"],
  soundAttention: ["ล่าสุด: เรียกให้ดู", "Last: attention"],
  soundError: ["ล่าสุด: ไม่สำเร็จ", "Last: error"],
  fan: ["พัดลม", "Fan"],
  fanRuns: ["หมุนอยู่", "Running"],
  fanStill: ["หยุดอยู่", "Still"],

  printerHand: ["กระดาษและฝาเครื่องพิมพ์", "Paper and cover"],
  paperOut: ["เอากระดาษออก", "Take paper out"],
  paperEnding: ["ให้หมดกลางใบ", "Run out mid-slip"],
  paperLow: ["ให้ใกล้หมด", "Run low"],
  refill: ["ใส่ม้วนใหม่", "New roll"],
  openCover: ["เปิดฝา", "Open cover"],
  closeCover: ["ปิดฝา", "Close cover"],
  jam: ["ให้ใบมีดติด", "Jam the knife"],
  free: ["แก้ใบมีด", "Free the knife"],
  noteOut: ["กระดาษหมด", "Out of paper"],
  noteLow: ["กระดาษใกล้หมด", "Paper low"],
  noteEnding: ["จะหมดกลางใบ", "Will run out"],
  noteOpen: ["ฝาเปิดอยู่", "Cover open"],
  noteJam: ["ใบมีดติด", "Knife stuck"],

  network: ["เครือข่าย", "Network"],
  networkName: ["สายไปศูนย์กลาง", "Cable to the fleet"],
  networkNone: ["ไม่ได้ต่อไว้แต่แรก", "None was laid"],
  networkWhole: ["ต่ออยู่", "Whole"],
  networkCut: ["ถูกตัด", "Cut"],
  networkSilent: ["เงียบ ไม่มีข้อมูลผ่าน", "Silent, nothing passes"],
  cut: ["ตัดสาย", "Cut"],
  silence: ["ให้เงียบ", "Silence"],
  restore: ["ต่อคืน", "Restore"],

  programs: ["โปรแกรม", "Programs"],
  frontdesk: ["หน้าตู้", "Front desk"],
  agent: ["ผู้ดูแลตู้", "Agent"],
  running: ["ทำงานอยู่", "Running"],
  stopped: ["หยุด กำลังเริ่มใหม่", "Stopped, starting again"],
  restarts: ["เริ่มใหม่แล้ว", "restarts:"],
  times: ["ครั้ง", ""],
  kill: ["ปิดกะทันหัน", "Kill"],
  unsupervised: ["ไม่ได้เปิดจากหน้านี้", "Not started from here"],

  refused: ["ทำไม่ได้ตอนนี้", "Not possible now"],
  slotFull: ["ดึงบัตรใบเดิมออกก่อน", "Pull the other card out first"],
  notConnected: ["อุปกรณ์นี้ยังไม่มีโปรแกรมใช้งาน", "No program is using this device yet"],
  cannotType: ["เครื่องสแกนพิมพ์อักขระนี้ไม่ได้", "No scanner can type such a character"],
  noReader: ["เครื่องอ่านบัตรถูกถอดสายอยู่", "The card reader is unplugged"],
};

let english = false;
try { english = localStorage.getItem("language") === "en"; } catch { /* private window: Thai */ }

export const word = (key) => WORDS[key][english ? 1 : 0];
export const pick = (thai, other) => (english && other ? other : thai);
export const isEnglish = () => english;

export function switchLanguage() {
  english = !english;
  try { localStorage.setItem("language", english ? "en" : "th"); } catch { /* lasts for this page only */ }
}

export function sayWords(root = document) {
  document.documentElement.lang = english ? "en" : "th";
  document.title = `${word("title")} · Sala`;
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
}
