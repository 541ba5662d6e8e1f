"""A case names its office itself, for a person's has no factory; and the documents it was filed with."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def fill(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Each case there is belongs to its factory's office."""
    case = apps.get_model("cases", "Case")
    for each in case.objects.select_related("factory").iterator():
        case.objects.filter(pk=each.pk).update(office_id=each.factory.office_id)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_cases"),
        ("office", "0003_register_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="office",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="office.office"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="case",
            name="factory",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="office.factory",
            ),
        ),
        migrations.CreateModel(
            name="CaseDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("name_th", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("received_on", models.DateField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="documents", to="cases.case"
                    ),
                ),
            ],
            options={
                "ordering": ["case", "position"],
                "constraints": [models.UniqueConstraint(fields=("case", "position"), name="one_document_a_position")],
            },
        ),
    ]
