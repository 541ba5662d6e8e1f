"""What a language must be able to say of the services that read: my factory, follow a case, manuals."""

from __future__ import annotations

from dataclasses import dataclass

from fleet.protocol.deadlines import Standing

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """Words of the services that read. ``standing``: how a case stands to its deadline; ``left`` counts days."""

    factory_page: str
    case_page: str
    part_page: str
    owed: str
    owed_one: str
    nothing_owed: str
    nothing_owed_facts: Forms
    under_way: str
    nothing_under_way: str
    nothing_under_way_facts: Forms
    no_permit: str
    no_permit_facts: Forms
    expires: Forms
    expired: Forms
    pay: Forms
    choose_case: str
    standing: dict[Standing, str]
    left: str
    late_by: str
    until: str
    was_due: str
    closed_on: str
    holder: str
    phone: str
    by: str
    told: str
    print_slip: Forms
    print_again: Forms
    printing: Forms
    show_qr: Forms
    manuals: str
    no_manuals: str
    ask_for_manuals: str
    current: str
    outdated: Forms
    version: str
    takes: str
    days: tuple[str, str]
    fee: str
    law: str
    steps: str
    documents: str
    read_on: Forms
    read_on_case: Forms
    read_on_manual: Forms
    read_on_hint: str
