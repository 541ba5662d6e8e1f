"""Commands on the kiosk: begun once, answered always, whatever happens in between."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet.protocol.messages import ATTACHMENT_BYTES_MAX, Command, CommandKind, Reply
from fleet.protocol.records import CommandEnded, decode_record
from kiosk import news
from kiosk.agent import errands
from kiosk.agent.errands import DESKS, Errands, Place
from kiosk.spool import Spool

PATIENCE_S = 60.0


class Agent:
    """The errands of an agent, its spool, and what the fleet would hear; the desk is the other end of the news."""

    def __init__(self, folder: Path, *, with_desk: bool = True) -> None:
        self.folder, self.held = folder, ExitStack()
        self.replies: list[Reply] = []
        self.refreshed = 0
        self.post = self.held.enter_context(closing(news.NewsSocket(folder, news.AGENT, news.FRONTDESK)))
        if with_desk:
            self.desk = self.held.enter_context(closing(news.NewsSocket(folder, news.FRONTDESK, news.AGENT)))
        self.spool = self.held.enter_context(closing(Spool(folder / "spool.sqlite")))
        self.start()

    def start(self, boot_id: str = "boot-1", reboot_command: tuple[str, ...] = ()) -> None:
        """As a new process on the same spool."""
        place = Place(version="0.1.0", boot_id=boot_id, run_dir=self.folder, reboot_command=reboot_command)
        self.errands = Errands(self.spool, self.post, self.replies.append, place)
        self.errands.resume()

    def take(
        self, kind: CommandKind, command_id: str = "c1", in_s: float = 60.0, by_the_broker_s: float | None = None
    ) -> None:
        def refresh() -> None:
            self.refreshed += 1

        at = datetime.now(UTC) + timedelta(seconds=in_s)
        command = Command(command_id=command_id, kind=kind, expires_at=at)
        self.errands.take(command, refresh=refresh, expires_in_s=by_the_broker_s)

    def heard(self) -> list[news.News]:
        messages = []
        while (message := self.desk.receive(0)) is not None:
            messages.append(message)
        return messages

    def records(self) -> list[tuple[str, bool, str]]:
        batch = self.spool.batch(0)
        ended = [decode_record(each.record) for each in batch.records] if batch else []
        return [(each.command_id, each.done, each.detail) for each in ended if isinstance(each, CommandEnded)]


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    made = Agent(tmp_path)
    with made.held:
        yield made


@pytest.mark.parametrize("kind", DESKS)
def test_what_is_the_desks_is_told_to_it_once_and_answered_once(agent: Agent, kind: CommandKind) -> None:
    agent.take(kind)
    agent.take(kind)
    told = agent.heard()
    assert [(each.command_id, each.kind) for each in told if isinstance(each, news.Errand)] == [("c1", kind)]
    assert agent.replies == []
    agent.errands.desk_said(news.ErrandDone("c1", done=True))
    agent.errands.desk_said(news.ErrandDone("c1", done=False, detail="again"))
    assert [(each.command_id, each.done) for each in agent.replies] == [("c1", True)]
    assert agent.records() == [("c1", True, "")]


def test_one_that_comes_again_after_its_end_is_answered_as_before_and_not_done(agent: Agent) -> None:
    agent.take(CommandKind.REFRESH)
    agent.start()
    agent.take(CommandKind.REFRESH)
    assert agent.refreshed == 1
    assert [each.done for each in agent.replies] == [True, True]
    assert len(agent.records()) == 1


def test_one_that_comes_too_late_is_not_begun(agent: Agent) -> None:
    agent.take(CommandKind.IDENTIFY, in_s=-1)
    assert agent.heard() == []
    assert agent.records() == [("c1", False, errands.EXPIRED)]


def test_one_the_desk_never_answers_ends_with_its_time(agent: Agent) -> None:
    agent.take(CommandKind.SCREENSHOT, in_s=0.05)
    until_s = time.monotonic() + PATIENCE_S
    while not agent.records() and time.monotonic() < until_s:
        agent.errands.look_after(in_visit=False)
    assert agent.records() == [("c1", False, errands.EXPIRED)]


def test_without_a_desk_it_says_so_at_once(tmp_path: Path) -> None:
    agent = Agent(tmp_path, with_desk=False)
    with agent.held:
        agent.take(CommandKind.TEST_PRINT)
        assert agent.records() == [("c1", False, errands.NO_DESK)]


def test_a_word_of_a_later_release_is_answered(agent: Agent) -> None:
    agent.take(CommandKind.UNKNOWN)
    assert agent.records() == [("c1", False, "not known to version 0.1.0")]


@pytest.mark.parametrize("kind", DESKS)
def test_one_that_a_restart_cut_short_is_answered_by_the_next_agent(agent: Agent, kind: CommandKind) -> None:
    agent.take(kind)
    agent.start()
    assert agent.records() == [("c1", False, errands.INTERRUPTED)]
    agent.errands.desk_said(news.ErrandDone("c1", done=True))
    assert len(agent.records()) == 1


# ---- rebooting


def command_that(writes: Path, code: int = 0) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; open({str(writes)!r}, 'a').write('x'); sys.exit({code})")


def children() -> set[str]:
    """Of this process, ended ones that nobody has asked after included."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text("ascii").split()}


def look_until(agent: Agent, is_so: object, *, in_visit: bool = False) -> None:
    assert callable(is_so)
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s
        agent.errands.look_after(in_visit=in_visit)


def test_a_reboot_waits_until_nobody_is_at_the_screen_and_is_done_once(agent: Agent, tmp_path: Path) -> None:
    mark = tmp_path / "rebooted"
    agent.start(reboot_command=command_that(mark))
    before = children()
    agent.take(CommandKind.REBOOT)
    for _ in range(20):
        agent.errands.look_after(in_visit=True)
    assert not mark.exists()
    look_until(agent, mark.exists)
    look_until(agent, lambda: children() == before)
    for _ in range(20):
        agent.errands.look_after(in_visit=False)
    assert mark.read_text("ascii") == "x"
    assert agent.records() == []
    agent.start(boot_id="boot-2")
    assert agent.records() == [("c1", True, "")]


def test_a_reboot_the_machine_refuses_is_told(agent: Agent, tmp_path: Path) -> None:
    agent.start(reboot_command=command_that(tmp_path / "tried", code=3))
    agent.take(CommandKind.REBOOT)
    look_until(agent, agent.records)
    assert agent.records() == [("c1", False, "the machine refused (exit code 3)")]


def test_a_reboot_that_is_no_program_is_told(agent: Agent, tmp_path: Path) -> None:
    agent.start(reboot_command=(str(tmp_path / "nothing"),))
    agent.take(CommandKind.REBOOT)
    look_until(agent, agent.records)
    assert agent.records() == [("c1", False, "the machine refused: No such file or directory")]


def test_a_machine_that_was_not_set_up_for_it_is_not_rebooted(agent: Agent) -> None:
    agent.take(CommandKind.REBOOT)
    assert agent.records() == [("c1", False, errands.NO_REBOOT)]


# ---- what is brought


def test_a_picture_goes_with_the_reply_and_stays_nowhere(agent: Agent, tmp_path: Path) -> None:
    agent.take(CommandKind.SCREENSHOT)
    (tmp_path / "screen.png").write_bytes(b"PNG")
    agent.errands.desk_said(news.ErrandDone("c1", done=True, file="screen.png"))
    (reply,) = agent.replies
    assert (reply.done, reply.media_type, reply.attachment) == (True, "image/png", b"PNG")
    assert not (tmp_path / "screen.png").exists()


def test_a_file_elsewhere_is_not_read(agent: Agent, tmp_path: Path) -> None:
    secret = tmp_path.parent / f"{tmp_path.name}-secret"
    secret.write_bytes(b"key")
    agent.take(CommandKind.SCREENSHOT)
    agent.errands.desk_said(news.ErrandDone("c1", done=True, file=f"../{secret.name}"))
    assert (agent.replies[0].done, agent.replies[0].attachment) == (False, b"")
    assert secret.exists()


def test_what_is_too_large_is_not_sent(agent: Agent, tmp_path: Path) -> None:
    agent.take(CommandKind.SCREENSHOT)
    (tmp_path / "screen.png").write_bytes(bytes(ATTACHMENT_BYTES_MAX + 1))
    agent.errands.desk_said(news.ErrandDone("c1", done=True, file="screen.png"))
    assert (agent.replies[0].done, agent.replies[0].attachment) == (False, b"")


def test_logs_are_brought_as_text(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "agent.log").write_text("a line of the agent\n", "utf-8")
    agent.take(CommandKind.SEND_LOGS)
    (reply,) = agent.replies
    assert (reply.done, reply.media_type) == (True, "text/plain")
    assert "a line of the agent" in reply.attachment.decode()


def test_only_so_many_are_remembered(agent: Agent) -> None:
    for number in range(errands.KEPT_MAX + 5):
        agent.take(CommandKind.REFRESH, f"c{number}")
    note = agent.spool.noted(errands.NOTE)
    assert note is not None
    assert note.count(b"command_id") == errands.KEPT_MAX


def test_a_clock_that_is_a_day_off_expires_no_command_and_keeps_none_alive(agent: Agent) -> None:
    agent.take(CommandKind.REFRESH, "ahead", in_s=-86400, by_the_broker_s=60)
    assert agent.refreshed == 1
    agent.take(CommandKind.SCREENSHOT, "behind", in_s=86400, by_the_broker_s=0)
    assert agent.records() == [("ahead", True, ""), ("behind", False, errands.EXPIRED)]
