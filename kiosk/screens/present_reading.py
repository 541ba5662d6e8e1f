"""Views of the services that read: my factory, follow a case, manuals."""

from __future__ import annotations

from datetime import date

from fleet.protocol.codes import tracking_url
from fleet.protocol.deadlines import Standing, is_current, manual_url, standing_of
from fleet.protocol.office import Case, Manual, Permit
from kiosk.screens import wording
from kiosk.screens.parts import Action, Floor, Forms, Kind, Tone
from kiosk.screens.telling import Telling, button
from kiosk.screens.views import NoticesView, Row, SorryView
from kiosk.screens.views_reading import CaseView, PartView, QrView, StepLine
from kiosk.visits.desk import Language
from kiosk.visits.events import Button, CaseFacts, Touched
from kiosk.visits.my_factory import CASES, OWED, may_pay
from kiosk.visits.reading_states import (
    CaseShown,
    ChoosingCase,
    ChoosingManual,
    FactoryShown,
    ManualShown,
    ReadingOn,
)
from kiosk.visits.visitor import Slip

_TONES = {
    Standing.NO_DEADLINE: Tone.PLAIN,
    Standing.IN_TIME: Tone.OK,
    Standing.NEAR: Tone.ATTENTION,
    Standing.LATE: Tone.FAILING,
    Standing.KEPT: Tone.OK,
    Standing.MISSED: Tone.ATTENTION,
    Standing.CLOSED: Tone.OK,
}


def _days(n: int, tell: Telling) -> str:
    return tell.say.read.days[0 if n == 1 else 1].format(n=n)


def _both(tell: Telling, thai: str, english: str) -> str:
    return (english if tell.language is Language.EN else "") or thai


def _turn(
    state: FactoryShown | ChoosingCase | CaseShown | ChoosingManual | ManualShown, tell: Telling
) -> tuple[Action | None, Action | None]:
    say = tell.say.list
    before = button(say.previous, Button.PREVIOUS_PAGE, "chevron-up", Kind.SECONDARY) if state.page > 0 else None
    more = state.page + 1 < state.pages
    return before, button(say.following, Button.NEXT_PAGE, "chevron-down", Kind.SECONDARY) if more else None


def _floor(tell: Telling, main: Action | None = None) -> Floor:
    finish = button(tell.say.floor.finish, Button.FINISH, "log-out", Kind.SECONDARY)
    return Floor(button(tell.say.floor.back, Button.BACK, "arrow-left"), main or finish, tell.toggles)


# ---- my factory


def factory(state: FactoryShown, tell: Telling) -> NoticesView:
    """What is owed, what is under way, what expires."""
    say, facts = tell.say.read, state.shown
    previous, following = _turn(state, tell)
    pay = button(say.pay, Button.PAY_ANOTHER, "banknote", Kind.PRIMARY) if may_pay(state) else None
    page = say.factory_page.format(n=state.page + 1, of=state.pages) if state.pages > 1 else ""
    return NoticesView(
        shell=tell.shell(_floor(tell, pay)),
        question=wording.factory_name(facts.factory, tell.language),
        subtitle="",
        rows=(_owed_row(state, tell), _cases_row(facts.cases, tell), _permit_row(facts.permits, tell)),
        unit=tell.say.pay.baht,
        hint="",
        page=page,
        previous=previous,
        following=following,
    )


def _owed_row(state: FactoryShown, tell: Telling) -> Row:
    say, owed = tell.say.read, sorted(state.shown.owed, key=lambda each: each.notice.due_on)
    if not owed:
        return Row(say.nothing_owed, say.nothing_owed_facts, "", False, None, "circle-check")
    name = say.owed_one if len(owed) == 1 or tell.desk.large else say.owed.format(n=len(owed))
    return Row(
        name,
        wording.due_forms(owed[0], tell.today, tell.language, tell.say),
        wording.baht(sum(each.notice.amount_satang for each in owed)),
        wording.is_overdue(owed[0].notice, tell.today),
        Touched(Button.CHOOSE, OWED) if may_pay(state) else None,
    )


def _cases_row(cases: tuple[Case, ...], tell: Telling) -> Row:
    say = tell.say.read
    if not cases:
        return Row(say.nothing_under_way, say.nothing_under_way_facts, "", False, None, "route")
    open_cases = [each for each in cases if each.closed_on is None]
    first = min(open_cases or cases, key=lambda each: (each.due_on or date.max, each.case_no))
    one = len(cases) == 1 or not open_cases
    row = _case_row(first, tell, _both(tell, first.title_th, first.title_en))
    name = row.name if one else say.under_way.format(n=len(open_cases))
    return Row(name, row.facts, "", row.overdue, Touched(Button.CHOOSE, CASES), row.icon)


def _permit_row(permits: tuple[Permit, ...], tell: Telling) -> Row:
    say = tell.say.read
    if not permits:
        return Row(say.no_permit, say.no_permit_facts, "", False, None, "file-text")
    first = min(permits, key=lambda each: each.expires_on)
    is_over = first.expires_on < tell.today
    forms = say.expired if is_over else say.expires
    when = wording.day(first.expires_on, tell.language)
    facts = tuple(form.format(date=when, n=(first.expires_on - tell.today).days) for form in forms)
    return Row(_both(tell, first.title_th, first.title_en), facts, "", is_over, None)


# ---- cases


def cases(state: ChoosingCase, tell: Telling) -> NoticesView:
    """Which case to follow."""
    say, (previous, following) = tell.say.read, _turn(state, tell)
    return NoticesView(
        shell=tell.shell(_floor(tell)),
        question=say.choose_case,
        subtitle="",
        rows=tuple(
            _case_row(each.case, tell, _both(tell, each.case.title_th, each.case.title_en), each)
            for each in state.shown
        ),
        unit="",
        hint="",
        page=tell.say.list.page.format(n=state.page + 1, of=state.pages) if state.pages > 1 else "",
        previous=previous,
        following=following,
    )


def _case_row(case: Case, tell: Telling, name: str, facts: CaseFacts | None = None) -> Row:
    how = standing_of(case, tell.today)
    said = word = tell.say.read.standing[how]
    if how is Standing.LATE and case.due_on is not None:
        days, list_words = (tell.today - case.due_on).days, tell.say.list
        said = list_words.overdue_for.format(n=days, unit=list_words.day[0 if days == 1 else 1])
    elif lines := _deadline_words(case, how, tell):
        said = f"{word} {lines[-1][0]}"
    forms: Forms = (said, word)
    if facts is not None:
        whose = wording.factory_name(facts.factory, tell.language)
        forms = (f"{said} · {whose}", *forms)
    icon = {Tone.OK: "circle-check", Tone.PLAIN: "route"}.get(_TONES[how], "calendar-clock")
    return Row(name, forms, "", how is Standing.LATE, Touched(Button.CHOOSE, case.case_no), icon)


def _deadline_words(case: Case, how: Standing, tell: Telling) -> tuple[Forms, ...]:
    """How many days, and until or since when; the year is left out where it is this one and there is no room."""
    say, due = tell.say.read, case.due_on
    was_due = _dated(say.was_due, due, tell) if due else ()
    if case.closed_on is not None:
        return tuple(filter(None, (was_due, _dated(say.closed_on, case.closed_on, tell))))
    if due is None:
        return ()
    if how is Standing.LATE:
        return (say.late_by.format(days=_days((tell.today - due).days, tell)),), was_due
    return (say.left.format(days=_days((due - tell.today).days, tell)),), _dated(say.until, due, tell)


def _dated(words: str, when: date, tell: Telling) -> Forms:
    short = (words.format(date=wording.short_day(when, tell.language)),) if when.year == tell.today.year else ()
    return (words.format(date=wording.day(when, tell.language)), *short)


def case(state: CaseShown, tell: Telling) -> CaseView:
    """12: its steps, its deadline, who has it."""
    say, shown = tell.say.read, state.facts.case
    how = standing_of(shown, tell.today)
    previous, following = _turn(state, tell)
    holder = _both(tell, shown.holder_th, shown.holder_en)
    with_whom = (
        say.holder.format(who=holder) if holder else "",
        say.phone.format(phone=shown.phone) if shown.phone else "",
        say.told.format(date=wording.day(shown.delay_told_on, tell.language))
        if shown.delay_told_on and how is Standing.LATE
        else "",
    )
    steps = tuple(_step(shown, n, tell) for n in range(len(shown.steps)))
    return CaseView(
        shell=tell.shell(_floor(tell, _case_main(state, tell))),
        title=(_both(tell, shown.title_th, shown.title_en),),
        number=shown.case_no,
        steps=steps[state.page * state.STEPS : (state.page + 1) * state.STEPS],
        tone=_TONES[how],
        word=say.standing[how] if state.facts.word is None else _both(tell, *state.facts.word),
        when=_deadline_words(shown, how, tell),
        holder=tuple(each for each in with_whom if each),
        previous=previous,
        following=following,
    )


def _case_main(state: CaseShown, tell: Telling) -> Action:
    say = tell.say.read
    if state.facts.by_slip or not tell.desk.can_print or state.slip is Slip.FAILED:
        return button(say.show_qr, Button.SHOW_QR, "qr-code", Kind.SECONDARY)
    if state.slip is Slip.PRINTING:
        return button(say.printing, Button.PRINT_TRACKING, "printer", Kind.PLAIN)
    labels = say.print_again if state.slip is Slip.PRINTED else say.print_slip
    return button(labels, Button.PRINT_TRACKING, "printer", Kind.SECONDARY)


def _step(shown: Case, n: int, tell: Telling) -> StepLine:
    step = shown.steps[n]
    mark = "done" if step.done_on else "now" if n == shown.at else "next"
    when = step.done_on or step.expected_on
    last = n == len(shown.steps) - 1
    if when is None and last and mark != "done":
        when = shown.due_on
    date_forms: Forms = ()
    if when is not None:
        short = wording.short_day(when, tell.language)
        by = tell.say.read.by.format(date=short)
        date_forms = (by, short) if last and mark != "done" else (short,)
    note = _both(tell, step.note_th, step.note_en) if mark == "now" else ""
    return StepLine(mark, _both(tell, step.label_th, step.label_en), date_forms, note)


# ---- manuals


def manuals(state: ChoosingManual, tell: Telling) -> NoticesView | SorryView:
    """The list of manuals; those out of date say so. Where there is none, who knows."""
    say, (previous, following) = tell.say.read, _turn(state, tell)
    if not state.manuals:
        (ask,) = tell.filled((say.ask_for_manuals,))
        return SorryView(tell.shell(_floor(tell)), Tone.ATTENTION, say.no_manuals, ask, "")
    return NoticesView(
        shell=tell.shell(_floor(tell)),
        question=say.manuals,
        subtitle="",
        rows=tuple(_manual_row(each, tell) for each in state.shown),
        unit="",
        hint="",
        page=tell.say.list.page.format(n=state.page + 1, of=state.pages) if state.pages > 1 else "",
        previous=previous,
        following=following,
    )


def _manual_row(manual: Manual, tell: Telling) -> Row:
    say, fits = tell.say.read, is_current(manual, tell.today)
    days = _days(manual.days, tell)
    facts = (f"{say.takes} {days} · {_both(tell, manual.fee_th, manual.fee_en)}", f"{say.takes} {days}", days)
    touched = Touched(Button.CHOOSE, manual.manual_id)
    title = _both(tell, manual.title_th, manual.title_en)
    return Row(title, facts if fits else say.outdated, "", not fits, touched, "book-open")


def manual(state: ManualShown, tell: Telling) -> PartView:
    """One part of a manual."""
    say, shown = tell.say.read, state.manual
    previous, following = _turn(state, tell)
    heading, lines = _part(state, tell)
    return PartView(
        shell=tell.shell(_floor(tell, button(say.read_on, Button.SHOW_QR, "smartphone", Kind.SECONDARY))),
        title=(_both(tell, shown.title_th, shown.title_en),),
        heading=heading,
        warning=() if is_current(shown, tell.today) else say.outdated,
        lines=lines,
        page=say.part_page.format(n=state.page + 1, of=state.pages),
        previous=previous,
        following=following,
    )


def _part(state: ManualShown, tell: Telling) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """The heading of the page, and its lines: number, text, aside."""
    say, shown, each = tell.say.read, state.manual, state.LINES
    if state.page == 0:
        days = _days(shown.days, tell)
        rows = (
            ("", f"{say.takes} {days}", ""),
            ("", f"{say.fee} {_both(tell, shown.fee_th, shown.fee_en)}", ""),
            ("", f"{say.law} {_both(tell, shown.law_th, shown.law_en)}", ""),
        )
        return f"{say.version} {shown.version}", rows
    step_pages = -(-len(shown.steps) // each)
    in_steps = state.page <= step_pages
    parts = shown.steps if in_steps else shown.documents
    first = (state.page - 1 if in_steps else state.page - 1 - step_pages) * each
    lines = tuple(
        (
            str(first + n + 1),
            _both(tell, part.label_th, part.label_en),
            _days(part.days, tell) if part.days else "",
        )
        for n, part in enumerate(parts[first : first + each])
    )
    return say.steps if in_steps else say.documents, lines


def reading_on(state: ReadingOn, tell: Telling) -> QrView:
    """A QR for the visitor's phone."""
    say, settings = tell.say.read, tell.settings
    if settings is None:
        raise ValueError("a kiosk without settings is out of service")
    if isinstance(state.before, CaseShown):
        shown = state.before.facts.case
        payload = tracking_url(settings.tracking_address, shown.tracking_token)
        question, about = say.read_on_case, _both(tell, shown.title_th, shown.title_en)
    else:
        payload = manual_url(settings.tracking_address, state.before.manual.manual_id)
        question, about = say.read_on_manual, _both(tell, state.before.manual.title_th, state.before.manual.title_en)
    band = tell.say.sample_slip if tell.is_sample else None
    return QrView(tell.shell(_floor(tell)), question, payload, band, about, say.read_on_hint)
