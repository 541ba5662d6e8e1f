from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("technician", "ช่างภาคสนาม"),
                    ("officer", "เจ้าหน้าที่"),
                    ("provincial-admin", "ผู้ดูแลจังหวัด"),
                    ("national-admin", "ผู้ดูแลประเทศ"),
                ],
                max_length=20,
            ),
        ),
    ]
