"""From a card or a code to what a service shows: the answers a visit gets, made from the replica alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
from kiosk.visits.services import PAY_FEE

Answer = NoticesFound | NothingOwed | AlreadyPaid | NotFound


def look_up_card(replica: Replica, id_number: IdNumber, services: tuple[str, ...]) -> Answer:
    """What there is for the owner of a card, over all their factories."""
    factories = replica.factories_of(id_number)
    return _best(FINDERS[name].of_owner(replica, factories) for name in services) if factories else NotFound()


def look_up_code(replica: Replica, code: Code, services: tuple[str, ...]) -> Answer:
    """What a scanned code stands for."""
    if isinstance(code, UnknownCode | AmbiguousCode):
        # of two meanings, one may be somebody else's: not to be shown, but scanned again
        return NotFound(damaged=isinstance(code, AmbiguousCode) or code.damaged)
    return _best(FINDERS[name].of_code(replica, code) for name in services)


def _best(answers: Iterable[Answer]) -> Answer:
    """The first that has something to show; else the first that knows what was asked for."""
    best: Answer = NotFound()
    for answer in answers:
        if not isinstance(answer, _EMPTY):
            return answer
        if isinstance(best, NotFound) and (not isinstance(answer, NotFound) or answer.damaged):
            best = answer
    return best


_EMPTY = (NotFound, NothingOwed)


@dataclass(frozen=True, slots=True)
class Finder:
    """How one service finds: by the factories a card's owner has, and by a code of a kind it takes."""

    of_owner: Callable[[Replica, tuple[str, ...]], Answer]
    of_code: Callable[[Replica, Code], Answer]


# ---- pay a fee


def _owed_by_owner(replica: Replica, factories: tuple[str, ...]) -> Answer:
    return _unpaid(o for number in factories for o in replica.notices_of(number))


def _owed_by_code(replica: Replica, code: Code) -> Answer:
    match code:
        case NoticeCode(reference=reference):
            return _notice(replica.notice_with(reference))
        case BillCode(payment=payment):
            return _notice(replica.notice_with(payment.ref1))
        case FolderCode(folder_id=folder_id):
            return _factory(replica, replica.factory_of_folder(folder_id))
        case FactoryCode():
            return _factory(replica, replica.factory_numbered(code.text), doubtful=code.is_doubtful)
        case _:
            return NotFound()


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


FINDERS: dict[str, Finder] = {
    PAY_FEE: Finder(_owed_by_owner, _owed_by_code),
}
