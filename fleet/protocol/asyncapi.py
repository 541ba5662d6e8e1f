"""The wire as an AsyncAPI 3.0 document, made from the contract: `python -m fleet.protocol.asyncapi` prints it.

What it is: topics, who writes them, what is retained, and a JSON Schema of every message, for whoever speaks with a
kiosk or a fleet without our code. What it is not: a second place to change anything; ``asyncapi.json`` beside this
module is its output, and a test holds the two together.
The document is told from the kiosk's side: it sends what is its to say, and receives the rest.
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any, get_args

import msgspec

from fleet.protocol import messages, records, topics
from fleet.protocol.topics import RETAINED, Channel

VERSION = "1"
"""Of the wire, as in the topics: ``sala/v1``."""

_REF = "#/components/schemas/{name}"

MESSAGES: dict[Channel, type[messages.Message]] = {
    Channel.SESSION: messages.Session,
    Channel.STATUS: messages.Status,
    Channel.RECORDS: messages.RecordBatch,
    Channel.ACK: messages.Ack,
    Channel.DESIRED: messages.Desired,
    Channel.REPORTED: messages.Reported,
    Channel.COMMAND: messages.Command,
    Channel.REPLY: messages.Reply,
    Channel.PAYMENT: messages.PaymentConfirmed,
}
"""What each of a kiosk's topics carries."""

_KINDS: tuple[type[messages.Message], ...] = (*MESSAGES.values(), messages.FleetSession)

_FLEET = "fleet-session"


def document() -> dict[str, Any]:
    """The whole document, as plain data."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sala: kiosk and fleet",
            "version": VERSION,
            "description": inspect.cleandoc(messages.__doc__ or ""),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "{host}:8883",
                "protocol": "secure-mqtt",
                "protocolVersion": "5.0",
                "variables": {"host": {"description": "As the fleet told the kiosk when it was enrolled."}},
                "security": [{"$ref": "#/components/securitySchemes/certificate"}],
            }
        },
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in _KINDS},
            "schemas": _schemas(),
            "securitySchemes": {
                "certificate": {
                    "type": "X509",
                    "description": "A certificate of the fleet's authority; its name is us.",
                }
            },
        },
    }


def text() -> str:
    """The document as it stands in ``asyncapi.json``."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def _channels() -> dict[str, Any]:
    parameter = {"kioskId": {"description": "2 to 11 of A to Z, 0 to 9 and hyphen; the name in its certificate."}}
    told = {
        channel.value: {
            "address": f"{topics.ROOT}/kiosk/{{kioskId}}/{channel.value}",
            "parameters": parameter,
            "messages": _refer(kind),
        }
        for channel, kind in MESSAGES.items()
    }
    return {**told, _FLEET: {"address": topics.FLEET_SESSION, "messages": _refer(messages.FleetSession)}}


def _refer(kind: type[messages.Message]) -> dict[str, Any]:
    return {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"}}


def _operations() -> dict[str, Any]:
    told = {
        f"{'send' if channel in topics.FROM_KIOSK else 'receive'}-{channel.value}": _operation(
            channel.value, is_sent=channel in topics.FROM_KIOSK, is_retained=channel in RETAINED
        )
        for channel in MESSAGES
    }
    return {**told, f"receive-{_FLEET}": _operation(_FLEET, is_sent=False, is_retained=True)}


def _operation(channel: str, *, is_sent: bool, is_retained: bool) -> dict[str, Any]:
    return {
        "action": "send" if is_sent else "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "bindings": {"mqtt": {"qos": 1, "retain": is_retained, "bindingVersion": "0.2.0"}},
    }


def _message(kind: type[messages.Message]) -> dict[str, Any]:
    summary, _, rest = inspect.cleandoc(kind.__doc__ or "").partition("\n")
    told = {"name": kind.__name__, "summary": summary, "description": rest.strip()}
    return {**{name: said for name, said in told.items() if said}, "payload": {"$ref": _REF.format(name=kind.__name__)}}


# ---- schemas


def _schemas() -> dict[str, Any]:
    kinds = (*_KINDS, *get_args(records.KnownRecord))
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REF)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    schemas[messages.NumberedRecord.__name__]["properties"]["record"] = {"$ref": _REF.format(name="Record")}
    schemas["Record"] = _record(get_args(records.KnownRecord))
    return dict(sorted(schemas.items()))


def _record(kinds: tuple[type[records.Record], ...]) -> dict[str, Any]:
    """Any record of this release, or one of a kind that a later release brings."""
    words = sorted(str(kind.__struct_config__.tag) for kind in kinds)
    strange = {
        "type": "object",
        "description": "Of a later release: kept as it came.",
        "properties": {"kind": {"type": "string", "not": {"enum": words}}},
        "required": ["kind"],
    }
    return {"title": "Record", "anyOf": [*({"$ref": _REF.format(name=kind.__name__)} for kind in kinds), strange]}


if __name__ == "__main__":
    sys.stdout.write(text())
