"""`make bench`: measures sealing in real Chromium and writes docs/bench.md.

The page does the measuring (src/); this starts the browser, samples the memory of its renderer
while the streams run, and hands everything to report.py. Results that other browsers made
(serve.py) are taken from results/*.json, if there are any.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from report import write  # noqa: E402
from serve import RESULTS, serve  # noqa: E402

from tests.browser import SWITCHES, find_outside  # noqa: E402

POLL = 0.1
LONGEST = 30 * 60


def main() -> int:
    given = _arguments()
    waited = _wait_for_quiet(given.load, given.wait)
    before = os.getloadavg()
    with _page_server() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_outside(), args=SWITCHES)
        page = browser.new_page()
        root = browser.new_browser_cdp_session()
        query = f"?runs={given.runs}&mib={given.mib}&stream_runs={given.stream_runs}"
        page.goto(f"http://localhost:{port}/{query}&sets={given.sets}")
        samples = _watch(page, root)
        result: dict[str, Any] = json.loads(page.locator("#result").inner_text())
        result["browser"] = f"Chromium {browser.version}"
        browser.close()
    if result["error"]:
        print(result["error"], file=sys.stderr)
        return 1
    result["samples"] = samples
    result["code"] = _commit()
    result["load"] = {"before": before, "after": os.getloadavg(), "waited": waited}
    given.keep.parent.mkdir(parents=True, exist_ok=True)
    given.keep.write_text(json.dumps(result))
    if given.report:
        write(given.report, result, _others(given.results))
    return 0


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=9, help="kept runs of each figure")
    arguments.add_argument("--stream-runs", type=int, default=3)
    arguments.add_argument("--mib", type=int, default=1024, help="length of the stream")
    arguments.add_argument("--sets", default="letters,files,streams")
    arguments.add_argument("--load", type=float, default=3.0, help="begin when the load is below")
    arguments.add_argument("--wait", type=float, default=120.0, help="seconds to wait for that")
    arguments.add_argument("--keep", type=Path, default=RESULTS / "chromium.json")
    arguments.add_argument("--results", type=Path, default=RESULTS, help="of other browsers")
    arguments.add_argument("--report", type=Path, default=ROOT / "docs/bench.md")
    arguments.add_argument("--no-report", dest="report", action="store_const", const=None)
    return arguments.parse_args()


def _wait_for_quiet(load: float, longest: float) -> float:
    """Wait until the machine is quiet, or for so long. Returns the seconds waited."""
    start = time.monotonic()
    while os.getloadavg()[0] >= load and time.monotonic() - start < longest:
        time.sleep(2)
    return time.monotonic() - start


def _commit() -> str | None:
    """The commit that was measured, "+" if the tree has changes; None outside of a repository."""
    git = ["git", "describe", "--always", "--dirty=+", "--abbrev=7", "--exclude=*"]
    found = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or None


@contextmanager
def _page_server() -> Iterator[int]:
    server = serve()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def _watch(page: Page, root: CDPSession) -> list[dict[str, float]]:
    """Wait for the end; meanwhile sample the renderer's memory, where streams run."""
    heap = page.context.new_cdp_session(page)
    renderers = _renderers(root)
    samples: list[dict[str, float]] = []
    began, shown = time.monotonic(), ""
    while (title := page.title()) not in {"done", "failed"}:
        if time.monotonic() - began > LONGEST:
            raise TimeoutError(f"after {LONGEST} s the page still says: {title}")
        if title != shown:
            print(f"{time.monotonic() - began:6.1f} s  {title}", flush=True)
            shown = title
        if "stream" in title:
            samples.append(_sample(heap, renderers))
        page.wait_for_timeout(POLL * 1000)
    return samples


def _renderers(root: CDPSession) -> list[int]:
    processes = root.send("SystemInfo.getProcessInfo")["processInfo"]
    return [process["id"] for process in processes if process["type"] == "renderer"]


def _sample(heap: CDPSession, renderers: list[int]) -> dict[str, float]:
    """Bytes at a time (milliseconds since 1970): JavaScript's heap, its buffers, the process."""
    usage = heap.send("Runtime.getHeapUsage")
    return {
        "at": time.time() * 1000,
        "heap": usage["usedSize"],
        "buffers": usage.get("backingStorageSize", 0),
        "rss": max(_rss(pid) for pid in renderers),
    }


def _rss(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # not on this system, or the process has gone
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("VmRSS", "0 kB").split()[0]) * 1024


def _others(results: Path) -> dict[str, dict[str, Any]]:
    """Results by file name; Chromium's own is not among them."""
    files = sorted(results.glob("*.json")) if results.exists() else []
    return {file.stem: json.loads(file.read_text()) for file in files if file.stem != "chromium"}


if __name__ == "__main__":
    sys.exit(main())
