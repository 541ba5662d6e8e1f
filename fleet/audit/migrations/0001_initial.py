"""The trail, and the database's own guard over it."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from fleet.audit.written_once import guard, unguard


def _guard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    guard(["audit_entry"], editor)


def _unguard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    unguard(["audit_entry"], editor)


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(blank=True, max_length=150)),
                ("address", models.CharField(blank=True, max_length=45)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("saw", "เปิดดู"),
                            ("did", "ทำ"),
                            ("refused", "ถูกปฏิเสธ"),
                            ("came", "เข้าออกระบบ"),
                        ],
                        max_length=8,
                    ),
                ),
                ("what", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, max_length=120)),
                ("dopa_code", models.PositiveSmallIntegerField(null=True)),
                ("said", models.TextField(blank=True)),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["-number"],
                "indexes": [
                    models.Index(fields=["by_name", "-number"], name="audit_by"),
                    models.Index(fields=["about", "-number"], name="audit_about"),
                    models.Index(fields=["what", "-number"], name="audit_what"),
                    models.Index(fields=["dopa_code", "-number"], name="audit_where"),
                    models.Index(fields=["at"], name="audit_when"),
                    models.Index(fields=["kind", "-number"], name="audit_kind"),
                ],
            },
        ),
        migrations.RunPython(_guard, _unguard),
    ]
