"""Every case has its office; in a transaction of its own, for PostgreSQL alters no table with changes under way."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_offices_and_documents")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="office",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="office.office"
            ),
        ),
    ]
