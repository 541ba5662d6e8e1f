"""An import or an undoing that a fault of ours ended is put aside."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0001_runs")]
    operations = [
        migrations.AlterField(
            model_name="run",
            name="stage",
            field=models.CharField(
                choices=[
                    ("waiting", "รอตรวจ"),
                    ("checking", "กำลังตรวจ"),
                    ("checked", "ตรวจแล้ว"),
                    ("applying", "กำลังนำเข้า"),
                    ("done", "นำเข้าแล้ว"),
                    ("undoing", "กำลังย้อนกลับ"),
                    ("undone", "ย้อนกลับแล้ว"),
                    ("failed", "อ่านไฟล์ไม่ได้"),
                    ("stop-apply", "นำเข้าไม่จบ"),
                    ("stop-undo", "ย้อนกลับไม่จบ"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
    ]
