"""Gives the page of the bench to any browser, and takes its result into results/<name>.json.

Build the page first: `node bench/sealing/build.mjs`. Then either open
http://localhost:8600/?post=firefox (any name) in the browser; its title is "done" or "failed" at
the end. Or let this start it and wait: `python bench/sealing/serve.py --name firefox --run
"firefox-esr --headless --no-remote --profile {profile}"`, where {profile} is a new, empty folder.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DIST = Path(__file__).parent / "dist"
RESULTS = Path(__file__).parent / "results"
NAME = re.compile(r"/results/([a-z0-9-]{1,40})")
LARGEST = 16 * 1024 * 1024


class Page(SimpleHTTPRequestHandler):
    """The two files of the page, isolated, so that the clock steps by microseconds."""

    def __init__(self, *args: object, results: Path | None = None, **kwargs: object) -> None:
        self.results = results
        super().__init__(*args, directory=str(DIST), **kwargs)  # type: ignore[arg-type]

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def do_POST(self) -> None:
        name = NAME.fullmatch(self.path)
        length = int(self.headers.get("Content-Length", "0"))
        if name is None or self.results is None or length > LARGEST:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        result = json.loads(self.rfile.read(length))
        self.results.mkdir(parents=True, exist_ok=True)
        whole = self.results / f"{name[1]}.json.new"
        whole.write_text(json.dumps(result))
        whole.rename(whole.with_suffix(""))
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Silent: whoever measures does not want lines."""


def serve(port: int = 0, results: Path | None = None) -> ThreadingHTTPServer:
    """A server on loopback; the caller runs and closes it. Port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Page, results=results))


def measure(command: str, name: str, query: str, results: Path, longest: float) -> bool:
    """Start a browser on the page, wait for its result, and end it. False if none came in time."""
    result = results / f"{name}.json"
    result.unlink(missing_ok=True)
    with serve(0, results) as server, tempfile.TemporaryDirectory() as profile:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://localhost:{server.server_port}/?post={name}&{query}"
        arguments = [*shlex.split(command.format(profile=profile)), url]
        browser = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        end = time.monotonic() + longest
        while time.monotonic() < end and not result.exists() and browser.poll() is None:
            time.sleep(1)
        browser.terminate()
        browser.wait()
        server.shutdown()
    return result.exists()


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=8600)
    arguments.add_argument("--results", type=Path, default=RESULTS)
    arguments.add_argument("--run", help="command that starts a browser; the address is added")
    arguments.add_argument("--name", default="browser", help="of the result of --run")
    arguments.add_argument("--query", default="", help="changes of the plan: see src/main.ts")
    arguments.add_argument("--longest", type=float, default=1800, help="seconds to wait for --run")
    given = arguments.parse_args()
    if given.run:
        return not measure(given.run, given.name, given.query, given.results, given.longest)
    with serve(given.port, given.results) as server:
        print(f"http://localhost:{server.server_port}/?post=<name of the browser>", flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
