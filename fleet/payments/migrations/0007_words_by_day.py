from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_in_order"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="confirmation",
            index=models.Index(fields=["business_day", "kind", "match", "amount_satang"], name="words_by_day"),
        ),
    ]
