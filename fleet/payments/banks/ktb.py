"""A KTB-style request (Direct Link), one for each payment, and the answer it wants. Pure.

Known from published field lists: a SOAP request ``RequestCode`` with tranxid, ref1 to ref4, datetime, prodcode,
effdate, bankref, comcode, command, channel, cusname, amount, bankcode; answered by tranxid, bankref, respcode,
respmsg, balance, cusname, info, print1 to print7. KTB's current specification was not found.

Our assumptions, to be replaced by that specification: the key of a payment is ``bankref``; ``datetime`` is
YYYYMMDDhhmmss of the common era in Bangkok; ``amount`` is baht with two decimals; ``comcode`` holds the 15 digits of
the biller; ``command`` is PAY or REVERSE; respcode 0000 is kept, 1001 not understood (as SCB's host-to-host has them).
The request itself proves nothing: ``fleet.api.bank`` takes it only over a channel with a shared secret.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from xml.etree import ElementTree

from fleet.payments.banks.port import (
    BANGKOK,
    BankFormatError,
    BankWord,
    Kind,
    Proof,
    checked_references,
    checked_transaction,
)
from fleet.protocol.payment import PayloadError, parse_amount

KTB = "KTB"
BODY_BYTES_MAX = 16 * 1024
KEPT, NOT_UNDERSTOOD = "0000", "1001"
COMMANDS = {"PAY": Kind.PAYMENT, "REVERSE": Kind.REVERSAL}

_TIME = re.compile(r"[0-9]{14}")
_TRANXID = re.compile(r"[A-Za-z0-9-]{0,40}")


class KtbBank:
    """KTB's request."""

    name = KTB
    day_ends: time | None = None

    def read(self, sent: bytes) -> tuple[BankWord]:
        """The word in a request. Raises: BankFormatError."""
        fields = _fields(sent)
        ref1, ref2 = fields.get("ref1", ""), fields.get("ref2", "")
        checked_references(fields.get("comcode", ""), ref1, ref2)
        try:
            amount_satang = parse_amount(fields.get("amount", ""))
            kind = COMMANDS[fields.get("command", "")]
        except PayloadError:
            raise BankFormatError("amount: not baht with at most two decimals") from None
        except KeyError:
            raise BankFormatError("command: not one we know") from None
        return (
            BankWord(
                bank=KTB,
                transaction_id=checked_transaction(fields.get("bankref", "")),
                biller_id=fields["comcode"],
                ref1=ref1,
                ref2=ref2,
                amount_satang=amount_satang,
                paid_at=_moment(fields.get("datetime", "")),
                proof=Proof.REQUEST,
                kind=kind,
            ),
        )


def answer(tranxid: str, bankref: str, respcode: str) -> bytes:
    """The answer to a request; ids that are none of ours to repeat are left out."""
    fields = {"tranxid": tranxid, "bankref": bankref, "respcode": respcode}
    fields["respmsg"] = "success" if respcode == KEPT else "not understood"
    root = ElementTree.Element("ResponseCode")
    for name, value in fields.items():
        ElementTree.SubElement(root, name).text = value if _TRANXID.fullmatch(value) or name == "respmsg" else ""
    return bytes(ElementTree.tostring(_enveloped(root), encoding="utf-8", xml_declaration=True))


def tranxid_of(sent: bytes) -> str:
    """The request's own number, to answer with. Raises: BankFormatError."""
    return _fields(sent).get("tranxid", "")


def _enveloped(inner: ElementTree.Element) -> ElementTree.Element:
    envelope = ElementTree.Element("{http://schemas.xmlsoap.org/soap/envelope/}Envelope")
    body = ElementTree.SubElement(envelope, "{http://schemas.xmlsoap.org/soap/envelope/}Body")
    body.append(inner)
    return envelope


def _fields(sent: bytes) -> dict[str, str]:
    """The children of ``RequestCode``, by name without namespace; a field said twice is no request."""
    if len(sent) > BODY_BYTES_MAX or b"<!" in sent:  # no document types: nothing may expand
        raise BankFormatError("not a request")
    try:
        root = ElementTree.fromstring(sent)  # noqa: S314 (small, and without a document type there are no entities)
    except ElementTree.ParseError as err:
        raise BankFormatError("not XML", *err.position) from None
    request = next((each for each in root.iter() if _local(each.tag) == "RequestCode"), None)
    if request is None:
        raise BankFormatError("no RequestCode in it")
    fields: dict[str, str] = {}
    for child in request:
        name = _local(child.tag)
        if name in fields:
            raise BankFormatError("a field is said twice")
        fields[name] = (child.text or "").strip()
    return fields


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _moment(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise BankFormatError("datetime: not YYYYMMDDhhmmss")
    try:
        at = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BANGKOK)
    except ValueError:
        raise BankFormatError("datetime: no such time") from None
    if at.year > 2400:
        raise BankFormatError("datetime: a year of the Buddhist era")
    return at
