"""What is open by its day: how many are late is asked whenever somebody opens the first page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0002_passing_on")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(condition=models.Q(("closed_at__isnull", True)), fields=["due_on"], name="open_tickets"),
        )
    ]
