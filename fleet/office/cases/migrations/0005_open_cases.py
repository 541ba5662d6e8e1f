"""What is open by its day: how many are late is asked whenever somebody opens the first page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_thai_order")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("closed_on__isnull", True)), fields=["due_on"], name="open_cases"),
        )
    ]
