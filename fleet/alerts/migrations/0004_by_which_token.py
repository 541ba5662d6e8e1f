from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_calls_at_once")]

    operations = [
        migrations.AddField(
            model_name="address",
            name="token_no",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
    ]
