"""A web server for the tests' own add-in, on another site than the sandbox."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.sandbox.running import CLIENT, ROOT, Sandbox

PAGE = """<!doctype html><html lang="en"><title>Add-in</title>
<body data-client="{client}" data-authority="{authority}"><p>Add-in of the tests</p>
<script src="{sandbox}/office.js"></script><script type="module" src="/page.js"></script>"""
CSP = "default-src 'none'; script-src 'self' {sandbox}; connect-src 'self'"


def bundle(target: Path, *sources: Path, form: str) -> None:
    """Build scripts as the project builds its own."""
    command = [str(ROOT / "node_modules/.bin/esbuild"), *map(str, sources), "--bundle",
               f"--format={form}", "--log-level=warning", f"--outdir={target}"]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT)


class AddIn:
    """The add-in's server; `sandbox` is set once it runs, since each needs the other's address."""

    def __init__(self, script: bytes) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._script = script
        self.sandbox: Sandbox | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/pane/compose"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        assert self.sandbox is not None
        is_script = handler.path == "/page.js"
        page = PAGE.format(
            client=CLIENT, authority=self.sandbox.authority, sandbox=self.sandbox.url
        )
        body = self._script if is_script else page.encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "text/javascript" if is_script else "text/html")
        handler.send_header("Content-Security-Policy", CSP.format(sandbox=self.sandbox.url))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def addin_host(script: bytes) -> Iterator[AddIn]:
    """Serve until the end of the block."""
    addin = AddIn(script)
    thread = threading.Thread(target=addin.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield addin
    finally:
        addin.server.shutdown()
        addin.server.server_close()
        thread.join()
