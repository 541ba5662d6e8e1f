"""A column that puts rows in the order of their Thai names, the same over SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from fleet.protocol.thai_order import thai_order

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField  # knows no types while it runs


class ThaiOrder(_Text):
    """What to sort rows by so that they stand by the Thai name in their field ``of`` (``thai_order``).

    Every ``save`` and ``bulk_create`` fills it in; whoever says which fields are to be written names it beside ``of``,
    which is for no ``update`` or ``bulk_update``. When ``thai_order`` changes, a migration ``fill_in`` is due.
    """

    def __init__(self, *, of: str, **options: Any) -> None:
        self.of = of
        super().__init__(**{**options, "editable": False, "default": ""})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["editable"], options["default"]
        return name, path, args, {**options, "of": self.of}

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """By code points, as SQLite does unasked; PostgreSQL would go by the language of whoever made the database."""
        return {**super().db_parameters(connection), "collation": "C" if connection.vendor == "postgresql" else None}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002 - Django's
        """Reckoned anew from the name, whatever stood there."""
        reckoned = thai_order(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, reckoned)
        return reckoned


def fill_in(app: str, model: str) -> Callable[[Any, Any], None]:
    """For a migration: the order of the rows that are there. 72,000 take some seconds."""

    def fill(apps: Any, editor: Any) -> None:
        meta = apps.get_model(app, model)._meta
        (order,) = (each for each in meta.concrete_fields if isinstance(each, ThaiOrder))
        names = list(meta.model.objects.order_by().values_list("pk", order.of))
        table, column, key = map(editor.quote_name, (meta.db_table, order.column, meta.pk.column))
        with editor.connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET {column} = %s WHERE {key} = %s",  # noqa: S608 - names of ours, quoted
                [(thai_order(name), pk) for pk, name in names],
            )

    return fill
