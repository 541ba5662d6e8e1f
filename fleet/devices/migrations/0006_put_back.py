from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0005_used_twice")]

    operations = [
        migrations.AddField(
            model_name="settingsrevision",
            name="restores",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
