"""From a card or a code to what is owed: the answers a visit gets, made from the replica alone."""

from __future__ import annotations

from collections.abc import Iterable

from fleet.protocol.codes import (
    AmbiguousCode,
    BillCode,
    Code,
    FactoryCode,
    FolderCode,
    NoticeCode,
    UnknownCode,
)
from fleet.protocol.thai import BANGKOK, IdNumber
from kiosk.office.replica import Replica
from kiosk.visits.events import AlreadyPaid, NotFound, NothingOwed, NoticesFound, Owed

Answer = NoticesFound | NothingOwed | AlreadyPaid | NotFound


def look_up_card(replica: Replica, id_number: IdNumber) -> Answer:
    """What the owner of a card owes, over all their factories."""
    factories = replica.factories_of(id_number)
    return _unpaid(o for number in factories for o in replica.notices_of(number)) if factories else NotFound()


def look_up_code(replica: Replica, code: Code) -> Answer:
    """What a scanned code stands for."""
    match code:
        case NoticeCode(reference=reference):
            return _notice(replica.notice_with(reference))
        case BillCode(payment=payment):
            return _notice(replica.notice_with(payment.ref1))
        case FolderCode(folder_id=folder_id):
            return _factory(replica, replica.factory_of_folder(folder_id))
        case FactoryCode():
            return _factory(replica, replica.factory_numbered(code.text), doubtful=code.is_doubtful)
        case UnknownCode():
            return NotFound(damaged=code.damaged)
        case _:  # of two meanings, one may be somebody else's: not to be shown, but scanned again
            return NotFound(damaged=isinstance(code, AmbiguousCode))


def _notice(owed: Owed | None) -> Answer:
    if owed is None:
        return NotFound()
    if owed.notice.paid_at is not None:
        return AlreadyPaid(owed.notice.paid_at.astimezone(BANGKOK).date())
    return NoticesFound((owed,))


def _factory(replica: Replica, factory_no: str | None, *, doubtful: bool = False) -> Answer:
    return NotFound(damaged=doubtful) if factory_no is None else _unpaid(replica.notices_of(factory_no))


def _unpaid(owed: Iterable[Owed]) -> Answer:
    unpaid = tuple(o for o in owed if o.notice.paid_at is None)
    return NoticesFound(unpaid) if unpaid else NothingOwed()
