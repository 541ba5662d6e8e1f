from django.db import migrations, models

PROVINCIAL = ["technician", "officer", "provincial-admin", "treasury-officer", "auditor"]
NATIONAL = ["auditor", "national-admin", "treasury-officer"]


class Migration(migrations.Migration):
    dependencies = [("people", "0002_officer")]

    operations = [
        migrations.RemoveConstraint("membership", "only_national_admins_have_no_province"),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("technician", "ช่างภาคสนาม"),
                    ("officer", "เจ้าหน้าที่"),
                    ("provincial-admin", "ผู้ดูแลจังหวัด"),
                    ("national-admin", "ผู้ดูแลประเทศ"),
                    ("treasury-officer", "เจ้าหน้าที่การเงิน"),
                    ("auditor", "ผู้ตรวจสอบ"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="source",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(dopa_code__isnull=False, role__in=PROVINCIAL)
                | models.Q(dopa_code__isnull=True, role__in=NATIONAL),
                name="who_has_no_province",
            ),
        ),
    ]
