"""The operations of the REST interface as words to type, made from its description (``fleet/api/openapi.json``).

    kiosks list --province 20          GET kiosks?province=20
    settings show province 20          GET settings/province/20
    alerts acknowledgement do 17 ...   POST alerts/17/acknowledgement

What it is: the names of things as the addresses have them, then what is done (list, show, add, do, set, remove), then
what the address leaves open, in its order; what is asked or said stands in options. What it is not: the asking. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fleet.commands.command import CommandError

PREFIX = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Option:
    """What stands after ``--NAME``. ``place``: query, body or file; ``is_text``: no JSON."""

    name: str
    place: str
    is_text: bool
    is_needed: bool
    words: str = ""

    @property
    def flag(self) -> str:
        """As it is typed."""
        return f"--{self.name.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program can do. ``words``: its name as it is typed; ``given``: what follows, by its names."""

    words: tuple[str, ...]
    given: tuple[str, ...]
    options: tuple[Option, ...]
    method: str
    path: str
    what: str
    takes_file: bool

    @property
    def usage(self) -> str:
        """A line of it, for who wants to know what to type."""
        shown = [each.flag if each.is_needed else f"[{each.flag}]" for each in self.options]
        return " ".join([*self.words, *(each.upper() for each in self.given), *shown])


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. ``body`` None: none; ``file``: what is sent along, by the name of its field."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    file: tuple[str, Path] | None = None


def operations(description: Mapping[str, Any]) -> Iterator[Operation]:
    """All of them, in the order of the description."""
    paths = description["paths"]
    for path, methods in paths.items():
        for method, said in methods.items():
            segments = path.removeprefix(PREFIX).split("/")
            names = tuple(each for each in segments if not each.startswith("{"))
            options, takes_file = _options(description, said)
            yield Operation(
                words=(*names, _verb(method, said, segments[-1], methods, description)),
                given=tuple(each.strip("{}") for each in segments if each.startswith("{")),
                options=tuple(options),
                method=method.upper(),
                path="/".join(segments),
                what=str(said.get("description", "")),
                takes_file=takes_file,
            )


def _verb(
    method: str, said: Mapping[str, Any], last: str, beside: Collection[str], description: Mapping[str, Any]
) -> str:
    if method == "get":
        shape = next(_answers(said), {})
        return "list" if "items" in _resolved(shape, description).get("properties", {}) and last[0] != "{" else "show"
    if method == "post":
        return "add" if "get" in beside else "do"
    return {"put": "set", "delete": "remove"}[method]


def _answers(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for status, answer in said["responses"].items():
        if str(status).startswith("2"):
            for content in answer.get("content", {}).values():
                yield content.get("schema", {})


def _resolved(shape: Mapping[str, Any], description: Mapping[str, Any]) -> Mapping[str, Any]:
    named = shape.get("$ref")
    if named is None:
        return shape
    found: Mapping[str, Any] = description["components"]["schemas"][str(named).rpartition("/")[2]]
    return found


def _options(description: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[list[Option], bool]:
    """The options, and whether a file is among them."""
    found = [
        Option(each["name"], "query", True, bool(each.get("required")), str(each.get("description", "")))
        for each in said.get("parameters", [])
        if each["in"] == "query"
    ]
    for content in said.get("requestBody", {}).get("content", {}).values():
        body = _resolved(content["schema"], description)
        needed = body.get("required", [])
        for name, field in body.get("properties", {}).items():
            is_file = field.get("format") == "binary"
            is_text = is_file or _is_text(field, description)
            words = str(field.get("description", ""))
            found.append(Option(name, "file" if is_file else "body", is_text, name in needed, words))
    return found, any(each.place == "file" for each in found)


def _is_text(field: Mapping[str, Any], description: Mapping[str, Any]) -> bool:
    shape = _resolved(field, description)
    kinds = [_resolved(each, description).get("type") for each in shape.get("anyOf", [shape])]
    return "string" in kinds and set(kinds) <= {"string", "null"}


def matching(known: Sequence[Operation], words: Sequence[str]) -> tuple[Operation, list[str]]:
    """The operation that these words name, and what they give it.

    Raises: CommandError that says what there is.
    """
    for each in known:
        given = list(words[len(each.words) :])
        if tuple(words[: len(each.words)]) == each.words and len(given) == len(each.given):
            return each, given
    near = [each.usage for each in known if each.words[:1] == tuple(words[:1])]
    if not near:
        names = ", ".join(dict.fromkeys(each.words[0] for each in known))
        raise CommandError(f"there is no {' '.join(words[:1]) or 'word'!r} to call; there are {names}")
    raise CommandError("say which:\n  " + "\n  ".join(near))


def asked(operation: Operation, given: Sequence[str], said: Sequence[str], read: Callable[[str], str]) -> Asked:
    """The request. ``said``: the options as they were typed; ``read``: what ``@NAME`` stands for.

    Raises: CommandError.
    """
    options = {each.flag: each for each in operation.options}
    query: list[tuple[str, str]] = []
    body: dict[str, Any] = {}
    file: tuple[str, Path] | None = None
    for flag, value in _pairs(said):
        option = options.get(flag)
        if option is None:
            raise CommandError(f"there is no {flag}; this is what there is:\n  {operation.usage}")
        if option.place == "query":
            query.append((option.name, value))
        elif option.place == "file":
            file = (option.name, Path(value))
        else:
            body[option.name] = _value(option, value, read)
    path = operation.path
    for name, value in zip(operation.given, given, strict=True):
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    asks = f"?{urlencode(query)}" if query else ""
    has_body = any(each.place != "query" for each in operation.options)
    return Asked(operation.method, path + asks, body if has_body else None, file)


def _pairs(said: Sequence[str]) -> Iterator[tuple[str, str]]:
    left = list(said)
    while left:
        flag, has_value, value = left.pop(0).partition("=")
        if not has_value:
            if not left:
                raise CommandError(f"{flag} of what? A value follows it")
            value = left.pop(0)
        yield flag, value


def _value(option: Option, said: str, read: Callable[[str], str]) -> Any:
    text = read(said[1:]) if said.startswith("@") else said
    if option.is_text:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise CommandError(f"{option.flag} wants JSON: a number, true, a list in []; not {text[:40]!r}") from None
