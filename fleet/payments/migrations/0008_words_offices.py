"""Whose each word is stands in its own row, so that an index finds a province's money, and one finds what waits."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from fleet.audit.written_once import guard, unguard

TABLES = ("payments_confirmation",)

FILL = """
UPDATE payments_confirmation SET office_id = COALESCE(
    (SELECT f.office_id FROM office_notice n JOIN office_factory f ON f.factory_no = n.factory_id
     WHERE n.notice_no = payments_confirmation.notice_id),
    (SELECT k.office_id FROM payments_intent i JOIN devices_kiosk k ON k.kiosk_id = i.kiosk_id
     WHERE i.transaction_no = payments_confirmation.intent_id)
)
"""


def fill(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """What every page has asked of a word so far, written down once: of its notice, and without one of its QR.

    The guard is away within the migration's own transaction only. PostgreSQL sets no trigger while it still owes rows a
    check of their foreign key.
    """
    unguard(TABLES, editor)
    editor.execute(FILL)
    if editor.connection.vendor == "postgresql":
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    guard(TABLES, editor)


class Migration(migrations.Migration):
    dependencies = [("office", "0004_in_order"), ("payments", "0007_words_by_day")]

    operations = [
        migrations.AddField(
            model_name="confirmation",
            name="office",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="office.office",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="confirmation", index=models.Index(fields=["office", "-id"], name="words_of_an_office")
        ),
        migrations.AddIndex(
            model_name="confirmation",
            index=models.Index(condition=~models.Q(match="exact"), fields=["-id"], name="words_not_exact"),
        ),
    ]
