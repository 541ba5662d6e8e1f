"""From a card or a code to what a service shows: the answers a visit gets, made from the replica alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fleet.protocol.asking import Followed
from fleet.protocol.codes import (
    AmbiguousCode,
    BillCode,
    Code,
    FactoryCode,
    FolderCode,
    NoticeCode,
    TrackingCode,
    UnknownCode,
)
from fleet.protocol.office import Case, Factory, Manual, Permit
from fleet.protocol.thai import BANGKOK, IdNumber
from fleet.protocol.thai_order import thai_order
from kiosk.office.replica import Replica
from kiosk.visits.events import (
    AlreadyPaid,
    CaseFacts,
    CasesFound,
    FactoriesFound,
    FactoryFacts,
    ManualsFound,
    NotFound,
    NothingOwed,
    NothingUnderWay,
    NoticesFound,
    Owed,
    SlipElsewhere,
)
from kiosk.visits.services import FOLLOW_CASE, MY_FACTORY, PAY_FEE

Answer = (
    NoticesFound | NothingOwed | AlreadyPaid | NotFound | FactoriesFound | CasesFound | NothingUnderWay | SlipElsewhere
)


def look_up_card(replica: Replica, id_number: IdNumber, services: tuple[str, ...]) -> Answer:
    """What there is for the owner of a card, over all their factories; NotFound for an officer who owns none."""
    factories = replica.factories_of(id_number)
    asked = (FINDERS[name] for name in services if name in FINDERS)
    return _best(each.of_owner(replica, factories) for each in asked) if factories else NotFound()


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


_EMPTY = (NotFound, NothingOwed, NothingUnderWay)


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


# ---- my factory, follow a case, manuals


def _facts_by_owner(replica: Replica, factories: tuple[str, ...]) -> Answer:
    facts = tuple(each for number in factories if (each := _facts(replica, number)) is not None)
    return FactoriesFound(facts) if facts else NotFound()


def _facts(replica: Replica, number: str) -> FactoryFacts | None:
    factory = replica.item(Factory, number)
    if factory is None:
        return None
    permits = sorted(replica.found(Permit, "factory_no", number), key=lambda each: each.expires_on)
    return FactoryFacts(
        factory,
        tuple(each for each in replica.notices_of(number) if each.notice.paid_at is None),
        replica.found(Case, "factory_no", number),
        tuple(permits),
    )


def _facts_by_code(replica: Replica, code: Code) -> Answer:
    number = _factory_of(replica, code)
    return NotFound() if number is None else _facts_by_owner(replica, (number,))


def _cases_by_owner(replica: Replica, factories: tuple[str, ...]) -> Answer:
    found = tuple(
        CaseFacts(case, factory)
        for number in factories
        if (factory := replica.item(Factory, number)) is not None
        for case in replica.found(Case, "factory_no", number)
    )
    return CasesFound(found) if found else NothingUnderWay()


def _cases_by_code(replica: Replica, code: Code) -> Answer:
    if not isinstance(code, TrackingCode):
        number = _factory_of(replica, code)
        return NotFound() if number is None else _cases_by_owner(replica, (number,))
    for case in replica.found(Case, "tracking_token", code.token):
        if not case.factory_no:  # a person's: whose, nobody here knows
            return CasesFound((CaseFacts(case, Factory(factory_no="", name_th="", name_en=""), by_slip=True),))
        if (factory := replica.item(Factory, case.factory_no)) is not None:
            return CasesFound((CaseFacts(case, factory),))
    return SlipElsewhere()


def facts_of(found: Followed) -> CaseFacts:
    """What the fleet said of a slip, as a case is shown."""
    factory = Factory(factory_no=found.case.factory_no, name_th=found.about_th, name_en=found.about_en)
    word = (found.word_th, found.word_en) if found.word_th else None
    return CaseFacts(found.case, factory, word, by_slip=True)


def _factory_of(replica: Replica, code: Code) -> str | None:
    match code:
        case FolderCode(folder_id=folder_id):
            return replica.factory_of_folder(folder_id)
        case FactoryCode():
            return replica.factory_numbered(code.text)
        case _:
            return None


def list_manuals(replica: Replica) -> ManualsFound:
    """The office's citizen manuals, by title."""
    return ManualsFound(tuple(sorted(replica.all_of(Manual), key=lambda each: thai_order(each.title_th))))


FINDERS: dict[str, Finder] = {
    PAY_FEE: Finder(_owed_by_owner, _owed_by_code),
    MY_FACTORY: Finder(_facts_by_owner, _facts_by_code),
    FOLLOW_CASE: Finder(_cases_by_owner, _cases_by_code),
}
