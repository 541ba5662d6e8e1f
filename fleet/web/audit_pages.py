"""What people call the pages and commands that lines of the trail are of: one table, in the order of the pages.

A route nobody has put in here is shown by its own name; a test asks for those whose lines are written.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_CALLED = (
    (_("ค้นหา"), "find"),
    (_("คำสั่งถึงตู้"), "command brought"),
    (_("งานช่าง"), "round-deed"),
    (_("ตัวตนของตู้"), "identity"),
    (_("ลงทะเบียนตู้"), "enrol"),
    (_("QR เครือข่ายของตู้"), "network-code"),
    (_("เรื่องเตือน"), "alert"),
    (_("กติกาเรื่องเตือน"), "alert-rules alert-rules-of"),
    (_("งดเตือนระหว่างซ่อม"), "alert-maintenance"),
    (_("ใครได้รับเรื่องเตือน"), "alert-addresses"),
    (_("การตั้งค่า"), "layer undo back planned-settings"),
    (_("การตั้งค่าตามเวลา"), "settings-in-time"),
    (_("ปล่อยรุ่น"), "rollout rollout-new"),
    (_("ป้ายของตู้"), "rollout-tags"),
    (_("การเงิน"), "payments payments-csv"),
    (_("รายการเงิน"), "payment"),
    (_("ไฟล์ธนาคาร"), "bank-file"),
    (_("ธนาคารจำลอง"), "bank"),
    (_("รายชื่อโรงงาน"), "factories"),
    (_("โรงงาน"), "factory"),
    (_("นำเข้าทะเบียน"), "register register-run register-import register-undo register-findings register-report"),
    (_("แฟ้ม"), "folders folders-csv folder folder-labels"),
    (_("ตรวจนับชั้นแฟ้ม"), "shelves"),
    (_("รายชื่อเจ้าหน้าที่"), "officers"),
    (_("ระบบของหน่วยงานอื่น"), "partners"),
    (_("ระบบภายนอก"), "partner"),
    (_("ข้อมูลบุคคลที่ส่งออก"), "disclosures disclosures-csv"),
    (_("ค่าธรรมเนียม"), "fees office-fees fee-make fee-policy nation-policy"),
    (_("กติกาค่าธรรมเนียม"), "fee-rules new-rule fee-rule"),
    (_("ใบแจ้ง"), "fee-notices fee-notices-csv fee-notice"),
    (_("ที่อยู่สำหรับเตือน"), "fee-contact"),
    (_("ถอนใบแจ้ง"), "fee-withdraw"),
    (_("จดหมาย"), "fee-letter print-letters letter-run letter-part"),
    (_("การเตือน"), "fee-reminders print-reminders"),
    (_("ปฏิทินวันหยุด"), "holidays"),
    (_("เรื่องที่ดำเนินการ"), "cases open-case case case-slip"),
    (_("เรื่องที่แจ้ง"), "tickets ticket"),
    (_("ผู้ขอลงทะเบียน"), "registrations"),
    (_("ช่องทางและผู้รับผิดชอบ"), "channels"),
    (_("ช่องทาง"), "channel"),
    (_("ตรวจใบแสดงตน"), "slip"),
    (_("แจ้งไปยังโปรแกรมอื่น"), "webhooks webhook"),
    (_("โทเค็นของโปรแกรม"), "tokens"),
    (_("ยกเลิกโทเค็นของบัญชี"), "tokens-ended"),
    (_("บันทึกการใช้งาน"), "audit audit-csv"),
    (_("บัญชีและหน้าที่"), "people people-csv person"),
    (_("เชิญคนใหม่"), "person-new"),
    (_("รับคำเชิญ"), "invitation"),
    (_("บัญชีของฉัน"), "account"),
    (_("เข้าสู่ระบบ"), "signed-in"),
    (_("ออกจากระบบ"), "signed-out"),
    (_("รหัสผ่านไม่ถูก"), "wrong-password"),
    (_("รหัสขั้นที่สองไม่ถูก"), "wrong-code"),
    (_("ใช้บัญชีฉุกเฉิน"), "break-glass"),
    (_("เข้าสู่ระบบผ่านกระทรวง"), "sign-on"),
    (_("การยืนยันขั้นที่สอง"), "second-factor"),
    (_("ล้างการยืนยันขั้นที่สอง"), "second-factor-reset"),
    (_("หน้าที่ตามกลุ่มของกระทรวง"), "roles-from-groups"),
)

CALLED = {name: called for called, names in _CALLED for name in names.split()}
"""By the route's name, without ``web:``, or the command's."""
