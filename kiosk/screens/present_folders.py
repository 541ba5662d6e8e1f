"""Views of the folder desk: where a folder is, who has it, and a walk along a shelf as it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from fleet.protocol.office import Folder, Officer
from fleet.protocol.thai import BANGKOK
from kiosk.screens import wording
from kiosk.screens.parts import Action, Fact, Floor, Forms, Kind, Tone
from kiosk.screens.telling import Telling, button
from kiosk.screens.texts.folders import FOLDERS, FolderWords
from kiosk.screens.views import Invitation, InviteView, NoticesView, Row, SorryView
from kiosk.screens.views_writing import GiveView
from kiosk.visits.desk import Device, Language
from kiosk.visits.events import Button, Touched
from kiosk.visits.folder_desk import OTHER, STOCK, may_take_stock
from kiosk.visits.folder_states import (
    ChoosingOfficer,
    DeskOpen,
    FolderDesk,
    FolderShown,
    StockDone,
    StockSummed,
    TakingStock,
)
from kiosk.visits.folders import Deed, FolderFacts, Place, Scan, Seen

FolderView = InviteView | SorryView | NoticesView | GiveView

_ODD = (Scan.MISPLACED, Scan.NOT_OURS, Scan.NO_FOLDER)


def folder_desk(state: FolderDesk, tell: Telling) -> FolderView:
    """The view of any of these states."""
    say = FOLDERS[tell.language]
    match state:
        case DeskOpen():
            return _open(state, tell, say)
        case FolderShown():
            return _folder(state, tell, say)
        case ChoosingOfficer():
            return _officers(state, tell, say)
        case TakingStock():
            return _walking(state, tell, say)
        case StockSummed():
            return _summed(state, tell, say)
        case StockDone():
            return _done(state, tell, say)
        case _:
            assert_never(state)


def _list(tell: Telling, floor: Floor, title: tuple[str, str], rows: tuple[Row, ...], unit: str = "") -> NoticesView:
    """A list; ``title``: the question, and what is said beside it."""
    question, subtitle = title
    shell = tell.shell(floor)
    return NoticesView(shell, question, subtitle, rows, unit, hint="", in_head=True)


def _back(tell: Telling) -> Action:
    return button(tell.say.floor.back, Button.BACK, "arrow-left")


# ---- what stands in a sentence


def place_words(folder: Folder | Place, say: FolderWords, *, slot: str = "") -> str:
    """``ตู้ 4 ชั้น 2 ช่อง 17``; the room where there is nothing else."""
    parts = ((say.cabinet, "cabinet", folder.cabinet), (say.shelf, "shelf", folder.shelf), (say.slot, "slot", slot))
    words = [form.format(**{name: value}) for form, name, value in parts if value]
    if not words and folder.room:
        words = [say.room.format(room=folder.room)]
    text = say.joined.join(words).replace(" ", wording.NO_BREAK)
    return text[:1].upper() + text[1:] if text else say.no_place


def _since(at: datetime | None, tell: Telling, say: FolderWords) -> Forms:
    """Since when, as people say it: today with the time, a weekday within a week, else the day."""
    if at is None:
        return ("",)
    local = at.astimezone(BANGKOK)
    days = (tell.today - local.date()).days
    if days <= 0:
        when = say.today.format(time=wording.clock(local))
    elif days == 1:
        when = say.yesterday
    else:
        when = say.weekdays[local.weekday()] if days < 7 else wording.day(local.date(), tell.language)
    return tuple(form.format(when=when) for form in say.since)


def _officer_name(officer: Officer, tell: Telling) -> str:
    return (officer.name_en if tell.language is Language.EN else "") or officer.name_th


def _who(facts: FolderFacts, tell: Telling) -> str:
    if facts.holder is not None:
        return _officer_name(facts.holder, tell)
    return facts.folder.out_to_name or facts.folder.out_to


def _name(facts: FolderFacts, tell: Telling) -> str:
    return wording.factory_name(facts.factory, tell.language) if facts.factory else facts.folder.folder_id


# ---- a folder


def _open(state: DeskOpen, tell: Telling, say: FolderWords) -> InviteView | SorryView:
    finish = button(tell.say.floor.finish_take_card, Button.FINISH, "log-out", Kind.SECONDARY)
    paused = button(say.go_on, Button.CONTINUE, "scan-barcode", Kind.SECONDARY) if state.here.paused else None
    if Device.SCANNER not in state.desk.ready:
        return SorryView(tell.shell(Floor(_back(tell), finish, tell.toggles)), Tone.ATTENTION, *say.scanner_gone, "")
    if state.told is not None:
        again = button(tell.say.floor.again, Button.RETRY, "rotate-ccw", Kind.PRIMARY)
        return SorryView(tell.shell(Floor(_back(tell), again, tell.toggles)), Tone.ATTENTION, *say.told[state.told], "")
    beside = say.close  # and no name: a technician far away may see this screen
    if state.here.paused:
        last = state.here.paused[-1]
        beside = say.stopped.format(place=place_words(last.place, say), n=last.scanned)
    floor = Floor(_back(tell), paused or finish, tell.toggles)
    return InviteView(tell.shell(floor), Invitation.NOTICE, say.scan, say.scan_steps, beside, tell.moment.beat)


def _folder(state: FolderShown, tell: Telling, say: FolderWords) -> NoticesView:
    facts, title = state.facts, (_name(state.facts, tell), state.facts.folder.folder_id)
    if state.done is not None:
        return _moved(state, state.done, tell, say)
    labels, icon = (say.bring_back, "folder-search") if facts.is_out else (say.take, "user-round-check")
    act = button(labels, Button.CONTINUE, icon, Kind.PRIMARY) if tell.desk.can_record else None
    rows = _rows_out(state, tell, say) if facts.is_out else _rows_in(state, tell, say)
    return _list(tell, Floor(_back(tell), act, tell.toggles), title, rows)


def _place_row(folder: Folder, say: FolderWords, facts: str, icon: str = "folder-search") -> Row:
    room = say.room.format(room=folder.room) if folder.room else ""
    forms = tuple(dict.fromkeys((" · ".join(each for each in (room, facts) if each), facts)))
    return Row(place_words(folder, say, slot=folder.slot), forms, "", False, None, icon)


def _rows_in(state: FolderShown, tell: Telling, say: FolderWords) -> tuple[Row, ...]:
    rows = [_place_row(state.facts.folder, say, say.in_place), _other_row(say.to_other, tell, say)]
    if may_take_stock(state):
        rows.append(Row(say.take_stock, say.every_folder, "", False, Touched(Button.CHOOSE, STOCK), "scan-barcode"))
    return tuple(rows)


def _rows_out(state: FolderShown, tell: Telling, say: FolderWords) -> tuple[Row, ...]:
    folder = state.facts.folder
    who, since = say.out_with.format(who=_who(state.facts, tell)), _since(folder.out_since, tell, say)
    with_whom = Row(who, since, "", False, None, "user-round-check")
    return with_whom, _place_row(folder, say, say.keep_at), _other_row(say.hand_on, tell, say)


def _other_row(name: str, tell: Telling, say: FolderWords) -> Row:
    """Giving it to somebody else; or, with a full disk, why nothing can be done with it now."""
    if not tell.desk.can_record:
        return Row(say.cannot_note[0], say.cannot_note[1:], "", True, None)
    return Row(name, (say.choose_name,), "", False, Touched(Button.CHOOSE, OTHER), "user-round-plus")


def _moved(state: FolderShown, done: Deed, tell: Telling, say: FolderWords) -> NoticesView:
    """It is on record. There is no way back here that a second tap could find."""
    facts, name = state.facts, _name(state.facts, tell)
    following = button(say.next_folder, Button.CONTINUE, "scan-barcode", Kind.PRIMARY)
    if done is Deed.IN:
        first = _place_row(facts.folder, say, say.keep_here, "circle-check")
        rows = first, Row(name, (facts.folder.folder_id,), "", False, None, "factory")
        title = say.noted_in
    else:
        who = say.out_with.format(who=_who(facts, tell))
        rows = Row(who, (name,), "", False, None, "circle-check"), _place_row(facts.folder, say, say.keep_at)
        title = say.noted_out
    return _list(tell, Floor(None, following, tell.toggles), (title, facts.folder.folder_id), rows)


def _officers(state: ChoosingOfficer, tell: Telling, say: FolderWords) -> NoticesView:
    rows = tuple(
        Row(
            _officer_name(each, tell),
            (say.officer.format(no=each.officer_no),),
            "",
            False,
            Touched(Button.CHOOSE, each.officer_no),
            "user-round-check",
        )
        for each in state.shown
    )
    shown = _list(tell, Floor(_back(tell), None, tell.toggles), (say.who_takes, _name(state.facts, tell)), rows)
    return _paged(shown, state, tell, say)


def _paged(shown: NoticesView, state: ChoosingOfficer | StockSummed, tell: Telling, say: FolderWords) -> NoticesView:
    before = button(tell.say.list.previous, Button.PREVIOUS_PAGE, "chevron-up", Kind.SECONDARY)
    after = button(tell.say.list.following, Button.NEXT_PAGE, "chevron-down", Kind.SECONDARY)
    return replace(
        shown,
        page=say.page.format(n=state.page + 1, of=state.pages) if state.pages > 1 else "",
        previous=before if state.page > 0 else None,
        following=after if state.page + 1 < state.pages else None,
    )


# ---- along a shelf


def _walking(state: TakingStock, tell: Telling, say: FolderWords) -> NoticesView:
    back = button(say.stop, Button.BACK, "arrow-left")
    end = button(say.sum_up, Button.CONTINUE, "arrow-right", Kind.PRIMARY, icon_last=True) if state.walk.seen else None
    rows = (_last_row(state, tell, say), *_count_rows(state, say))
    place = say.shelf_of.format(place=place_words(state.walk.place, say))
    return _list(tell, Floor(back, end, tell.toggles), (place, ""), rows, say.unit)


def _last_row(state: TakingStock, tell: Telling, say: FolderWords) -> Row:
    if Device.SCANNER not in state.desk.ready:
        return Row(say.scanner_gone[0], say.look_at_cable, "", True, None)
    if state.scan is None:
        return Row(say.first, say.one_by_one, "", False, None, "scan-barcode")
    icon = "info" if state.scan is Scan.AGAIN else "circle-check"
    about = () if state.scan is Scan.NO_FOLDER or state.last is None else _about(state.last, state.scan, tell, say)
    name = say.scans[state.scan]
    if state.scan is Scan.MISPLACED and state.last is not None and state.last.facts is not None:
        name = _belongs(state.last.facts.folder, say)  # what whoever holds it needs, where there is room for one line
    return Row(name, about or ("",), "", state.scan in _ODD, None, icon)


def _about(seen: Seen, scan: Scan, tell: Telling, say: FolderWords) -> Forms:
    """Whose it is, and with whom it was."""
    if seen.facts is None:
        return (seen.folder_id,)
    name = _name(seen.facts, tell)
    if scan is Scan.MISPLACED:
        return f"{say.scans[scan]} · {name}", name
    if scan is Scan.BACK:
        more = say.came_back.format(who=_who(seen.facts, tell))
        return f"{name} · {more}", more, name
    return (name,)


def _belongs(folder: Folder, say: FolderWords) -> str:
    """Where it belongs."""
    return say.belongs.format(place=place_words(folder, say, slot=folder.slot))


def _count_rows(state: TakingStock | StockSummed, say: FolderWords) -> tuple[Row, Row]:
    walk = state.walk
    missing, foreign = len(walk.missing), len(walk.foreign)
    facts = say.still_missing.format(n=missing) if missing else say.complete
    icon = "scan-barcode" if missing else "circle-check"
    return (
        Row(say.found, (facts,), say.of.format(n=walk.found, of=walk.expected), False, None, icon),
        Row(say.foreign, say.set_aside if foreign else ("",), str(foreign), bool(foreign), None, "circle-check"),
    )


def _summed(state: StockSummed, tell: Telling, say: FolderWords) -> NoticesView:
    keep = button(say.keep, Button.SEND, "check", Kind.PRIMARY) if tell.desk.can_record else None
    floor = Floor(button(say.scan_on, Button.BACK, "arrow-left"), keep, tell.toggles)
    title = say.summed.format(place=place_words(state.walk.place, say))
    if state.page == 0:
        found, foreign = _count_rows(state, say)
        missing = len(state.walk.missing)
        lacks = Row(say.missing, ("",), str(missing), bool(missing), None, "circle-check")
        rows: tuple[Row, ...] = (Row(found.name, ("",), found.amount, False, None, "circle-check"), lacks, foreign)
    else:
        rows = tuple(_wrong_row(each, tell, say) for each in state.shown)
        title = say.missing if isinstance(state.shown[0], FolderFacts) else say.foreign
    return _paged(_list(tell, floor, (title, ""), rows, say.unit), state, tell, say)


def _wrong_row(wrong: FolderFacts | Seen, tell: Telling, say: FolderWords) -> Row:
    if isinstance(wrong, FolderFacts):
        slot = say.slot.format(slot=wrong.folder.slot) if wrong.folder.slot else wrong.folder.folder_id
        return Row(_name(wrong, tell), (slot,), "", True, None)
    if wrong.facts is None:
        return Row(wrong.folder_id, (say.scans[Scan.NOT_OURS],), "", True, None)
    return Row(_name(wrong.facts, tell), (_belongs(wrong.facts.folder, say),), "", True, None)


def _done(state: StockDone, tell: Telling, say: FolderWords) -> GiveView:
    walk = state.walk
    finish = button(tell.say.floor.finish_take_card, Button.FINISH, "log-out")
    following = button(say.next_folder, Button.CONTINUE, "scan-barcode", Kind.PRIMARY)
    back = len(walk.result.back)
    note = say.back_noted.format(n=back) if back else ""
    facts = (
        Fact(say.shelf_name, (place_words(walk.place, say),)),
        Fact(say.found, (say.of.format(n=walk.found, of=walk.expected),)),
        Fact(say.missing, (str(len(walk.missing)),)),
        Fact(say.foreign, (str(len(walk.foreign)),)),
    )
    return GiveView(
        shell=tell.shell(Floor(finish, following, tell.toggles)),
        title=say.kept,
        tone=Tone.OK,
        payload="",
        sample_band=None,
        facts=facts,
        advice=note or say.another_shelf,
        note="" if tell.desk.online else say.queued,
    )
