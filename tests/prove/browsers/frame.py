"""Letters that mean harm, in three browsers: `python -m tests.prove.browsers.frame [chromium ...]`.

Each plays the corpus of tests/e2e/frame_corpus as the reader's page shows it, then again with layers
taken away: what stands between a letter and the page is shown to be there, and what it holds.
"""

import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import combinations
from pathlib import Path

import structlog

from tests.browser import chromium
from tests.e2e.frame_corpus.stage import ALL, ALLOWED, Layer, Report, Stage, Way, names, staged
from tests.prove.browsers import firefox, webkit
from tests.prove.report import FOLDER, section, table
from tests.sandbox.running import running

Visit = Callable[[str], object]
NONE: frozenset[Layer] = frozenset()
# What stands, then how a letter gets into its frame. The first must hold everything.
RUNS = [
    (ALL, Way.READER),
    *((frozenset(some), Way.READER) for n in (2, 1, 0) for some in combinations(Layer, n)),
    (NONE, Way.WRITTEN),
    (NONE, Way.REWRITTEN),
]
WORDS = {
    Way.READER: "none, put in as our page does",
    Way.WRITTEN: "none, served as a page",
    Way.REWRITTEN: "none, read, written and served",
}
EXPLAINED = (
    "{} letters, each in the reader's page of the running application, pointed at, entered and "
    "pressed all over. A cell: how many did anything; of those, how many ran a script; how many "
    "asked for something. The first row must be 0. The rows below it are the control: the same "
    "letters without some of the three layers."
)
POPUPS = {"dom.disable_open_during_load": False}


@contextmanager
def by_chromium(folder: Path) -> Iterator[Visit]:
    """Visits in a Chromium that blocks no window."""
    with chromium("--disable-popup-blocking") as running_one:
        page = running_one.new_page()
        yield page.goto


@contextmanager
def by_firefox(folder: Path) -> Iterator[Visit]:
    """Visits in a Firefox that blocks no window."""
    with firefox.started(folder, **POPUPS) as running_one:
        yield running_one.open


@contextmanager
def by_webkit(folder: Path) -> Iterator[Visit]:
    """Visits in a MiniBrowser."""
    with webkit.started(folder) as running_one:
        yield running_one.open


BROWSERS: dict[str, Callable[[Path], AbstractContextManager[Visit]]] = {
    "chromium": by_chromium,
    "firefox": by_firefox,
    "webkit": by_webkit,
}
Played = dict[tuple[frozenset[Layer], Way], Report]


def play_all(stage: Stage, start: Callable[[Path], AbstractContextManager[Visit]]) -> Played:
    """Every run, each in a browser of its own."""
    played = {}
    for layers, way in RUNS:
        with tempfile.TemporaryDirectory() as folder, start(Path(folder) / "browser") as visit:
            played[layers, way] = stage.play(visit, layers, way)
    return played


def faults(stage: Stage, played: dict[str, Played]) -> list[str]:
    """What is not as it must be, in words."""
    found = []
    for browser, runs in played.items():
        ours = runs[ALL, Way.READER]
        found += [f"{browser}: {name} did something" for name in names(stage.cases, ours.fired)]
        found += [f"{browser}: the page keeps {one}" for one in sorted(ours.kept - ALLOWED)]
        if not ours.stayed:
            found.append(f"{browser}: the page does not show an ordinary letter any more")
        for case in stage.cases:
            if browser == (case.only or "chromium") and case.id not in free(runs):
                found.append(f"{browser}: without our protection, {case.name} does nothing")
    return found


def free(runs: Played) -> set[str]:
    """The cases that did something where nothing stood in their way."""
    return {mark for (layers, _), report in runs.items() if not layers for mark in report.fired}


def main(chosen: list[str]) -> int:
    """Write the section; 1 if a letter did anything, or a control did not."""
    played: dict[str, Played] = {}
    with tempfile.TemporaryDirectory() as place:
        with running(Path(place) / "sandbox") as sandbox, staged(sandbox, Path(place)) as stage:
            silent = structlog.make_filtering_bound_logger(logging.CRITICAL)
            structlog.configure(wrapper_class=silent)
            for name in chosen or BROWSERS:
                played[name] = play_all(stage, BROWSERS[name])
        wrong = faults(stage, played)
    section("frame", "Letters that mean harm", _markdown(stage, played))
    _keep(played)
    sys.stderr.write("".join(f"{one}\n" for one in wrong))
    return 1 if wrong else 0


def _keep(played: dict[str, Played]) -> None:
    """Every case's effects, for who wants to look."""
    every = {
        browser: {
            f"{'+'.join(sorted(layers)) or 'none'} {way}": {
                mark: sorted(effects) for mark, effects in report.effects.items() if effects
            }
            for (layers, way), report in runs.items()
        }
        for browser, runs in played.items()
    }
    (FOLDER / "frame.json").write_text(json.dumps(every, indent=1))


def _markdown(stage: Stage, played: dict[str, Played]) -> str:
    rows: list[list[object]] = []
    for layers, way in RUNS:
        name = ", ".join(sorted(layers)) if layers else WORDS[way]
        rows.append([name, *(_count(runs[layers, way]) for runs in played.values())])
    rows.append(["any of the last three", *(str(len(free(runs))) for runs in played.values())])
    anywhere = {mark for runs in played.values() for mark in free(runs)}
    inert = [f"- {case.name}: {case.why}" for case in stage.cases if case.id not in anywhere]
    parts = [
        EXPLAINED.format(len(stage.cases)),
        table(["what stands", *played], rows),
        f"### Letters that do nothing anywhere\n\nTried all the same, {len(inert)} of them:",
        "\n".join(inert),
    ]
    return "\n\n".join(parts)


def _count(report: Report) -> str:
    effects = [one for one in report.effects.values() if one]
    ran, asked = (sum(kind in one for one in effects) for kind in ("script", "request"))
    return f"{len(effects)}; {ran}; {asked}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
