"""The schemas of the AsyncAPI document, as a stranger's JSON Schema library reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jsonschema import Draft7Validator, FormatChecker


class Schemas:
    """``document`` holds them under components."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._formats = FormatChecker(formats=())
        self._formats.checks("date-time", raises=ValueError)(_is_time)

    @property
    def names(self) -> set[str]:
        """Of every schema there is."""
        return set(self.document["components"]["schemas"])

    def check(self, name: str, value: Any) -> None:
        """``value`` fits the schema of that name.

        Raises: jsonschema.ValidationError when it does not.
        """
        schema = {"$ref": f"#/components/schemas/{name}", "components": self.document["components"]}
        Draft7Validator(schema, format_checker=self._formats).validate(value)

    def of_channel(self, channel: str) -> str:
        """The schema of what a channel carries."""
        (message,) = self.document["channels"][channel]["messages"]
        return str(message)


def _is_time(value: object) -> bool:
    """RFC 3339: a date, a time, and a zone."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
