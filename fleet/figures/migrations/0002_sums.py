"""The counts by day, added up."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import migrations, models
from django.db.models import Sum

from fleet.figures.durations import added
from fleet.figures.sums import counts_in


def add_up(apps: Any, _editor: Any) -> None:
    """What was counted so far."""
    visits: dict[tuple[int, str, str, str], list[Any]] = defaultdict(lambda: [0, ()])
    for row in apps.get_model("figures", "VisitDay").objects.select_related("office").iterator():
        for place, period in counts_in(row.office.province_id, row.day):
            found = visits[place, period, row.service, row.outcome]
            found[0] += row.visits
            found[1] = added(found[1], row.durations)
    apps.get_model("figures", "VisitSum").objects.bulk_create(
        apps.get_model("figures", "VisitSum")(
            place=place, period=period, service=service, outcome=outcome, visits=count, durations=list(durations)
        )
        for (place, period, service, outcome), (count, durations) in visits.items()
    )
    looks: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    days = apps.get_model("figures", "UptimeDay").objects.values_list("kiosk__office__province_id", "day")
    for province, day, looked, there in days.annotate(all=Sum("looked"), here=Sum("there")).iterator():
        for key in counts_in(province, day):
            looks[key][0] += looked
            looks[key][1] += there
    apps.get_model("figures", "UptimeSum").objects.bulk_create(
        apps.get_model("figures", "UptimeSum")(place=place, period=period, looked=looked, there=there)
        for (place, period), (looked, there) in looks.items()
    )


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="UptimeSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("period", models.CharField(max_length=7)),
                ("looked", models.PositiveBigIntegerField(default=0)),
                ("there", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("period", "place"), name="one_sum_a_place_and_period")],
            },
        ),
        migrations.CreateModel(
            name="VisitSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("period", models.CharField(max_length=7)),
                ("service", models.CharField(max_length=31)),
                ("outcome", models.CharField(max_length=20)),
                ("visits", models.PositiveIntegerField(default=0)),
                ("durations", models.JSONField(default=list)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("period", "place", "service", "outcome"), name="one_sum_a_kind")
                ],
            },
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop),
    ]
