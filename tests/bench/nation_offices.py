"""The work of the offices of the bench's nation: cases, tickets, folders, fees, imports (numbers: ``nation_work``)."""

from __future__ import annotations

import itertools
from datetime import timedelta

from fleet.office.cases.models import Case, CaseDeed, CaseDocument, CaseStep, Manual, Permit
from fleet.office.channels.models import Channel, Registration, Ticket, TicketStep
from fleet.office.fees.models import FeeRule, LetterPart, LetterRun, PolicyRevision, Reminder, YearlyFee
from fleet.office.folders.models import Deed as FolderDeed
from fleet.office.folders.models import Movement, Officer, Standing, StockTaking
from fleet.office.models import Factory, Folder
from fleet.office.register.models import Found, Run, Stage
from fleet.protocol.codes import folder_id
from fleet.protocol.tickets import Kind, number_of
from tests.bench.nation_work import WORDS, Work, in_lots


def cases(work: Work) -> None:
    manual = Manual.objects.get(pk="renew-1")
    factories = list(Factory.objects.filter(office__pk__startswith="P").order_by("pk").values_list("pk", "office"))
    count, today = work.many(20_000), work.now.date()

    def case_of(no: int) -> Case:
        factory_no, office_id = factories[no % len(factories)]
        began = work.ago(no, count)
        due_on = began.date() + timedelta(days=30)
        return Case(
            case_no=f"{office_id}-69-{no:05d}", token=f"case {no}", office_id=office_id, factory_id=factory_no,
            manual=manual, name_th=manual.name_th, name_en=manual.name_en, entered_at=began, received_on=began.date(),
            due_on=due_on, closed_on=due_on if no % 20 and due_on < today else None, holder_th=WORDS,
            holder_en="Sample",
        )  # fmt: skip

    in_lots(Case, map(case_of, range(count)))
    numbers = [f"{factories[no % len(factories)][1]}-69-{no:05d}" for no in range(count)]
    positions = range(1, 5)
    in_lots(
        CaseStep,
        (
            CaseStep(case_id=no, position=at, name_th=WORDS, name_en="Sample", done_on=today if at < 3 else None)
            for no, at in itertools.product(numbers, positions)
        ),
    )
    in_lots(
        CaseDocument,
        (
            CaseDocument(case_id=no, position=at, name_th=WORDS, name_en="Sample", received_on=today)
            for no, at in itertools.product(numbers, range(1, 4))
        ),
    )
    in_lots(
        CaseDeed,
        (CaseDeed(case_id=no, what="step-done", by_name=WORDS) for no, _ in itertools.product(numbers, range(2))),
    )
    in_lots(
        Permit,
        (
            Permit(
                permit_no=f"P-{no}", factory_id=factories[no % len(factories)][0], name_th=WORDS, name_en="Sample",
                expires_on=today + timedelta(days=no % 700 - 60),
            )
            for no in range(count)
        ),
    )  # fmt: skip


def tickets(work: Work) -> None:
    in_lots(
        Channel,
        (
            Channel(
                office_id=office_id, code=code, name_th=WORDS, name_en="Sample", position=position,
                owner=work.person(position), owner_name=WORDS,
            )
            for office_id in work.offices
            for position, code in enumerate(("water", "smell", "advice"))
        ),
    )  # fmt: skip
    channels = {(each.office_id, each.position): each for each in Channel.objects.filter(office__in=work.offices)}
    count = work.many(5_000)

    def drawn(kind: Kind, no: int) -> str:
        return number_of(kind, f"{work.kiosk(no).replace('-', '')}-{690_000_000 + no}")

    def ticket_of(no: int) -> Ticket:
        at = work.ago(no, count)
        return Ticket(
            number=drawn(Kind.TICKET, no), token=f"ticket {no}", office_id=work.kiosk(no)[:3], text=WORDS * 20,
            channel=channels[work.kiosk(no)[:3], no % 3], kiosk_id=work.kiosk(no), opened_at=at,
            due_on=at.date() + timedelta(days=15), owner=work.person(no), owner_name=WORDS,
            closed_at=at + timedelta(days=9) if no > count // 10 else None,
        )  # fmt: skip

    in_lots(Ticket, map(ticket_of, range(count)))
    kinds = ("received", "answered", "closed")
    in_lots(
        TicketStep,
        (
            TicketStep(ticket_id=drawn(Kind.TICKET, no), kind=kind, at=work.ago(no, count), by_name=WORDS, text=WORDS)
            for no, kind in itertools.product(range(count), kinds)
        ),
    )
    in_lots(
        Registration,
        (
            Registration(
                number=drawn(Kind.REGISTRATION, no), token=f"registration {no}", office_id=work.kiosk(no)[:3],
                kiosk_id=work.kiosk(no), opened_at=work.ago(no, 2_000), id_masked="x-xxxx-xxxxx-12-1",
                phone_masked="08x-xxx-xx12", sealed="", state="registered", customer_no=str(no),
            )
            for no in range(work.many(2_000))
        ),
    )  # fmt: skip


def folders(work: Work) -> None:
    factories = Factory.objects.filter(office__pk__startswith="P").order_by("pk").values_list("pk", "office")
    each = [(no, pk, office, folder_id(int(office[1:]), 10_000 + no)) for no, (pk, office) in enumerate(factories)]
    in_lots(
        Folder,
        (
            Folder(
                folder_id=name, factory_id=pk, room=str(no % 3 + 1), cabinet=str(no % 40 + 1), shelf=str(no % 6 + 1),
                slot=str(no % 30 + 1),
            )
            for no, pk, _, name in each
        ),
    )  # fmt: skip
    in_lots(
        Officer,
        (
            Officer(office_id=office, officer_no=f"{no:04d}", name_th=WORDS)
            for office, no in itertools.product(work.offices, range(5))
        ),
    )
    taken, count = each[::3], work.many(40_000)
    in_lots(
        Standing,
        (
            Standing(
                folder_id=name, office_id=office, out_to="0001" if no % 2 else "", out_to_name=WORDS if no % 2 else "",
                out_since=work.now - timedelta(days=no % 90) if no % 2 else None,
            )
            for no, _, office, name in taken
        ),
    )  # fmt: skip
    turns = zip(range(count), itertools.cycle(taken), itertools.cycle((FolderDeed.OUT, FolderDeed.IN)), strict=False)
    in_lots(
        Movement,
        (
            Movement(
                office_id=office, folder_id=name, deed=deed, officer_no="0001", officer_name=WORDS,
                at=work.ago(no, count), received_at=work.ago(no, count),
            )
            for no, (_, _, office, name), deed in turns
        ),
    )  # fmt: skip
    in_lots(
        StockTaking,
        (
            StockTaking(
                office_id=office, room="1", cabinet=str(no + 1), shelf="1", officer_no="0001", officer_name=WORDS,
                at=work.ago(no, 20), received_at=work.ago(no, 20), scanned=[name for *_, name in each[:30]],
            )
            for office, no in itertools.product(work.offices, range(20))
        ),
    )  # fmt: skip


def fees(work: Work) -> None:
    rule = FeeRule.objects.order_by("pk").first()
    assert rule is not None
    factories = list(
        Factory.objects.filter(notices__notice_no__startswith="N-").values_list("pk", "notices__notice_no")
    )
    today = work.now.date()
    in_lots(
        YearlyFee,
        (
            YearlyFee(factory_id=pk, fee_year=today.year, notice_id=notice_no, rule=rule, due_on=today)
            for pk, notice_no in factories
        ),
    )
    count = min(work.many(20_000), len(factories))
    in_lots(
        Reminder,
        (
            Reminder(
                notice_id=factories[no][1], channel="mail", day=-30, state="sent" if no % 20 else "to-print",
                begun_on=work.ago(no, count).date(), changed_at=work.ago(no, count), amount_satang=330_000,
            )
            for no in range(count)
        ),
    )  # fmt: skip
    runs = max(work.many(300), len(work.offices))
    in_lots(
        LetterRun,
        (
            LetterRun(office_id=work.office(no), asked_by=work.person(no), asked_at=work.ago(no, runs), total=5_000)
            for no in range(runs)
        ),
    )
    made = LetterRun.objects.filter(office__in=work.offices)
    in_lots(
        LetterPart,
        (
            LetterPart(run=run, number=no, notice_nos=[], count=250, done_at=run.asked_at, pages=250)
            for run, no in itertools.product(made, range(1, 21))
        ),
    )
    in_lots(
        PolicyRevision,
        (PolicyRevision(office_id=each, document={}, reason=WORDS, made_at=work.now) for each in work.offices),
    )


def register(work: Work) -> None:
    count = work.many(200)
    in_lots(
        Run,
        (
            Run(
                office_id=work.office(no), file_name=f"{WORDS}-{no}.csv", sha256="0" * 64, size_bytes=900_000,
                stage=Stage.DONE, made_by=work.person(no), made_by_name=WORDS, checked_at=work.ago(no, count),
                applied_at=work.ago(no, count), lines=5_000, updated=1_000, kinds={"no-name": work.many(10_000)},
                actions={"update": 1_000, "same": 4_000},
            )
            for no in range(count)
        ),
    )  # fmt: skip
    run = Run.objects.filter(office__in=work.offices).order_by("pk")[0]
    in_lots(
        Found, (Found(run=run, line=no, kind="no-name", column=WORDS, value=str(no)) for no in range(work.many(10_000)))
    )


ALL = (cases, tickets, folders, fees, register)
"""Each of these is given the ``Work``."""
