"""Plays the corpus: the real application, a reader's page that runs our harness, ears on loopback.

The harness stands in the page's own html, under the page's own policy, where its script would be.
A control takes away one or more of the three layers that hold a letter.
"""

import json
import queue
import re
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.parse import parse_qs, urlencode

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from server import migrations
from tests.e2e.frame_corpus.corpus import Addresses, Case, read
from tests.house import ORIGIN, House, furnished
from tests.sandbox.running import Sandbox

HERE = Path(__file__).parent
HOST = ORIGIN.partition("//")[2]
SILENT_S = 280  # a machine that is busy with other things takes this long for all letters
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Layer(StrEnum):
    """What stands between a letter and the page."""

    SANITISER = "sanitiser"
    SANDBOX = "sandbox"
    POLICY = "policy"


class Way(StrEnum):
    """How a letter gets into its frame: as in the reader's page; as a page; as one read twice."""

    READER = "reader"
    WRITTEN = "written"
    REWRITTEN = "rewritten"


ALL = frozenset(Layer)
_MARKS = (
    "p", "br", "div", "span", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote", "pre",
    "code", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "a",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
)  # fmt: skip
_ATTRIBUTES = ("start", "colspan", "rowspan", "scope", "lang", "dir", "href", "rel", "target")
# What may be left of a letter; `kept` of a report is held against it.
# The page's own: the region around a table. A picture has nothing but its address and its words.
_OWN = ("figure", "figure[tabindex]", "figure[role]", "figure[aria-label]")
ALLOWED = {
    *_MARKS,
    *(f"{mark}[{one}]" for mark in _MARKS for one in _ATTRIBUTES),
    *("img", "img[src]", "img[alt]"),
    *_OWN,
}


@dataclass
class Report:
    """What happened. `effects` of a case: request, script, away, taken, broken."""

    effects: dict[str, set[str]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    stayed: bool = False

    @property
    def fired(self) -> set[str]:
        """The cases that did anything."""
        return {mark for mark, effects in self.effects.items() if effects}


class Stage:
    """One address to open in a browser, and what arrived meanwhile. One run at a time."""

    def __init__(self, house: House, folder: Path) -> None:
        self.cases = self._playing = read()
        self._house, self._folder = house, folder
        self._page = f"/m/{house.pane().send()}"
        self._layers, self._run = ALL, 0
        self._kept: dict[str, Response] = {}
        self._arrived: set[str] = set()
        self._been: set[str] = set()
        self._outcome: queue.Queue[dict[str, Any]] = queue.Queue()
        subprocess.run(["node", str(HERE / "build.mjs"), str(folder)], check=True)

    def play(
        self,
        visit: Callable[[str], object],
        layers: frozenset[Layer] = ALL,
        way: Way = Way.READER,
        *,
        every: int = 1,
    ) -> Report:
        """Have a browser `visit` the page; returns when it has tried every (second, third) case."""
        self._layers, self._run = layers, self._run + 1
        self._arrived, self._playing = set(), self.cases[::every]
        asked = {"way": way, "run": self._run} | ({"held": ""} if layers == ALL else {})
        visit(f"{self.own}/harness?{urlencode(asked)}")
        said = self._outcome.get(timeout=SILENT_S)
        assert "failed" not in said, said["failed"]
        return self._report(said)

    def _report(self, said: dict[str, Any]) -> Report:
        report = Report({case.id: set() for case in self._playing}, stayed=said["stayed"])
        for one in said["outcomes"]:
            happened = {
                "script": one["ran"],
                "away": one["away"],
                "taken": one["taken"],
                "broken": one["error"],
                "request": one["id"] in self._arrived,
            }
            report.effects[one["id"]] = {name for name, is_so in happened.items() if is_so}
            report.kept |= set(one["kept"])
        return report

    @contextmanager
    def standing(self) -> Iterator["Stage"]:
        """Answer on loopback."""
        with _served(self._answer) as own, _served(self._listen) as other, self._ear() as knock:
            self.own = f"http://localhost:{own}"
            self._addresses = f"http://127.0.0.1:{other}", f"http://127.0.0.1:{knock}"
            yield self

    def _letters(self) -> list[dict[str, str]]:
        elsewhere, connection = self._addresses
        path = f"/hit/{self._run}/"
        where = Addresses(f"{elsewhere}{path}", f"{self.own}{path}", connection)
        return [{"id": case.id, "html": case.html(where)} for case in self._playing]

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/hit/"):
            return self._listen(environ, start)
        if path.startswith("/harness/"):
            return self._harness(environ)(environ, start)
        page = path == "/harness"
        response = self._real(environ, self._page if page else path)
        if page:
            self._take_over(response)
        if Layer.POLICY not in self._layers:
            response.headers.remove("Content-Security-Policy")
        return response(environ, start)

    def _real(self, environ: dict[str, Any], path: str) -> Response:
        """The application's answer; hundreds ask for the frame's document, which is always the same."""
        response = self._kept.get(path)
        if response is None:
            own = environ | {"HTTP_HOST": HOST, "PATH_INFO": path}
            response = Response.from_app(self._house.app, own)
            response.get_data()
            response.close()
            if path == "/frame":
                self._kept[path] = response
        return Response(response.get_data(), response.status, response.headers.copy())

    def _take_over(self, response: Response) -> None:
        """Our script for the page's own; without the sandbox where a control wants it so."""
        html = response.get_data(as_text=True)
        html, scripts = re.subn(r"/static/reader-\w+\.js", "/harness/run.js", html)
        assert scripts == 1
        if Layer.SANDBOX not in self._layers:
            html, frames = re.subn(r'(<iframe [^>]*) sandbox="[^"]*"', r"\1", html)
            assert frames == 1
        response.set_data(html)

    def _harness(self, environ: dict[str, Any]) -> Response:
        request = Request(environ)
        if request.path.endswith(".js"):
            name = "with" if Layer.SANITISER in self._layers else "without"
            return Response((self._folder / f"{name}.js").read_bytes(), mimetype="text/javascript")
        kind, _, mark = request.path.removeprefix("/harness/").partition("/")
        if kind == "last":
            self._been.add(mark)
            return Response(status=204)
        if kind == "been":
            return Response("yes" if mark in self._been else "no")
        if kind == "letters":
            return Response(json.dumps(self._letters()), mimetype="application/json")
        if parse_qs(environ["QUERY_STRING"])["run"] == [str(self._run)]:
            self._outcome.put(json.loads(request.get_data()))
        return Response(status=204)

    def _listen(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Note who asks, and answer so that nothing changes on the page."""
        _, _, run, mark = f"{environ['PATH_INFO']}///".split("/")[:4]
        if run == str(self._run):
            self._arrived.add(mark)
        start("204 No Content", [])
        return []

    @contextmanager
    def _ear(self) -> Iterator[int]:
        """A port that notes a connection, without a word on it."""
        (mark,) = [case.id for case in self.cases if "{connect}" in case.text]
        with create_server(("127.0.0.1", 0)) as ear:

            def hear() -> None:
                while True:
                    try:
                        ear.accept()[0].close()
                    except OSError:  # the port was closed
                        return
                    self._arrived.add(mark)

            threading.Thread(target=hear, daemon=True).start()
            yield ear.getsockname()[1]
            ear.shutdown(2)


@contextmanager
def staged(microsoft: Sandbox, folder: Path) -> Iterator[Stage]:
    """A stage in a house of its own."""
    url = f"sqlite:///{folder / 'letterlock.db'}"
    migrations.upgrade(url)
    for house in furnished(url, microsoft, folder, graph_url=f"{microsoft.url}/v1.0"):
        with Stage(house, folder).standing() as stage:
            yield stage


def names(cases: Iterable[Case], marks: set[str]) -> list[str]:
    """What cases are called, for people."""
    return [case.name for case in cases if case.id in marks]


class _SilentHandler(WSGIRequestHandler):
    """Does not log: letters and marks are many."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 its parent's
        pass


@contextmanager
def _served(application: Application) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_SilentHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
