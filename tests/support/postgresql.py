"""A PostgreSQL of our own: a cluster in a folder on a free port, gone afterwards; the machine's own is not touched."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.ports import free_port

START_TIMEOUT_S = 60


class Cluster:
    """A running server. ``address`` of a database is what SALA_DATABASE takes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._password = secrets.token_urlsafe(12)
        self.port = free_port()
        self._as_owner = _as_owner(folder)
        (folder / "password").write_text(self._password, "utf-8")
        (folder / "password").chmod(0o644)  # for the server's user; the folder is closed to others
        self._run(
            *("initdb", "--pgdata", folder / "data", "--username", "sala", "--pwfile", folder / "password"),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale"),
        )
        self.start()

    def start(self) -> None:
        """Start the server; returns when it answers."""
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories="
        self._run(
            *("pg_ctl", "start", "--wait", "--timeout", START_TIMEOUT_S, "--pgdata", self._folder / "data"),
            *("--log", self._folder / "log", "--options", options),
        )

    def stop(self, mode: str = "fast") -> None:
        """End it; ``immediate`` is how a power cut looks to the files."""
        self._run("pg_ctl", "stop", "--wait", "--mode", mode, "--pgdata", self._folder / "data")

    def kill(self) -> None:
        """Kill the server and all its processes at once, and wait until none holds its memory any more."""
        postmaster = int((self._folder / "data" / "postmaster.pid").read_text("ascii").split()[0])
        family = [postmaster, *map(int, Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split())]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until_s = time.monotonic() + START_TIMEOUT_S
        while any(Path(f"/proc/{pid}").exists() for pid in family):
            if time.monotonic() > until_s:
                raise RuntimeError("the server that was killed is still there")
            time.sleep(0.02)

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._as_owner, _program(program), *map(str, arguments)]
        # Not into a pipe: the server inherits it and would keep it open.
        with (self._folder / "commands.log").open("ab") as log:
            done = subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {(self._folder / 'commands.log').read_text('utf-8')[-2000:]}")

    def address(self, database: str) -> str:
        """Of a database that is there."""
        return f"postgresql://sala:{self._password}@127.0.0.1:{self.port}/{database}"

    def create(self, *, template: str = "template0") -> str:
        """A new database, a copy of ``template``; its name."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A cluster for the length of a ``with``."""
    folder = Path(tempfile.mkdtemp(prefix="sala-postgresql-"))
    try:
        cluster = Cluster(folder)
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _as_owner(folder: Path) -> list[str]:
    """What stands before a command: initdb refuses to be root, so root becomes nobody much."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", "--"]


def _program(name: str) -> str:
    """Debian keeps the server's programs in a folder of their version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(versions[-1]) if versions else None)
    if found is None:
        raise RuntimeError(f"{name} is not installed; try: sudo apt install postgresql")
    return found
