from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_paused")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="token_no",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
    ]
