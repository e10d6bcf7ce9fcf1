"""A running pair behind TLS, as a firm runs it: WebKitGTK keeps `Secure` cookies on https only.

One port answers both https (the portal, at localhost) and http (the add-in's host, 127.0.0.1): the
first byte of a connection says which it is.
"""

import http.client
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.base.settings import load_settings
from server.commands.up import prepare
from tests.e2e.pair import END_S, LETTERLOCK, STARTUP_S, Pair
from tests.sandbox.running import CLIENT, ROOT, SECRET, Sandbox, eventually, free_port, running

TLS_HANDSHAKE = b"\x16"
PIECE = 65536
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}
QUIET_S = 120


@contextmanager
def started(folder: Path) -> Iterator[Pair]:
    """Letterlock and its sandbox; the portal's address is https://localhost:PORT."""
    folder.mkdir(parents=True, exist_ok=True)
    inner, outer, log = free_port(), free_port(), folder / "log"
    addin = f"http://127.0.0.1:{outer}"
    options = ("--addin-url", f"{addin}/pane/compose", "--client-secret", SECRET)
    with running(folder / "sandbox", *options) as sandbox, log.open("wb") as lines:
        environment = os.environ | _settings(folder, outer, sandbox)
        prepare(load_settings(environment))
        commands = (["web", "--port", str(inner), "--workers", "2"], ["worker"])
        children = [
            subprocess.Popen(
                [str(LETTERLOCK), *one], cwd=ROOT, env=environment, stdout=lines, stderr=lines
            )
            for one in commands
        ]
        try:
            with terminated(inner, outer, folder):
                eventually(lambda: _answers(f"{addin}/healthz", children), within=STARTUP_S)
                yield Pair(f"https://localhost:{outer}", sandbox, folder, log)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(END_S)


def _settings(folder: Path, port: int, sandbox: Sandbox) -> dict[str, str]:
    return {
        "LETTERLOCK_DEMO": "1",
        "LETTERLOCK_DATA": str(folder),
        "LETTERLOCK_ORIGIN": f"https://localhost:{port}",
        "LETTERLOCK_ADDIN_ORIGIN": f"http://127.0.0.1:{port}",
        "LETTERLOCK_AUTHORITY": sandbox.url,
        "LETTERLOCK_GRAPH_URL": f"{sandbox.url}/v1.0",
        "LETTERLOCK_OFFICE_JS": f"{sandbox.url}/office.js",
        "LETTERLOCK_CLIENT_ID": CLIENT,
        "LETTERLOCK_CLIENT_SECRET": SECRET,
        "LETTERLOCK_PROXIES": "1",
    }


def _answers(url: str, children: list[subprocess.Popen[bytes]]) -> bool:
    assert all(child.poll() is None for child in children), "a process has ended; see the log"
    try:
        return requests.get(url, timeout=2).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


class _Terminator(ThreadingHTTPServer):
    """Takes TLS off, where there is any."""

    daemon_threads = True

    def __init__(self, port: int, inner: int, certificate: Path) -> None:
        self.inner = inner
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate)
        super().__init__(("127.0.0.1", port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, so that a slow handshake keeps nobody waiting."""
        request.settimeout(QUIET_S)
        if request.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            request = self._tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers open connections that they do not use, and close them as they like."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Hands a request on and its answer back, saying who asked and how."""

    protocol_version = "HTTP/1.1"
    server: _Terminator

    def _pass(self) -> None:
        secure = isinstance(self.connection, ssl.SSLSocket)
        said = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        said |= {
            "X-Forwarded-For": "127.0.0.1",
            "X-Forwarded-Proto": "https" if secure else "http",
            "X-Forwarded-Host": self.headers["Host"],
        }
        inner = http.client.HTTPConnection("127.0.0.1", self.server.inner, timeout=QUIET_S)
        length = int(self.headers.get("Content-Length") or 0)
        inner.request(self.command, self.path, self.rfile.read(length) if length else None, said)
        answer = inner.getresponse()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if (
            answer.getheader("Content-Length") is None
            and answer.status != http.HTTPStatus.NO_CONTENT
        ):
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        while piece := answer.read(PIECE):
            self.wfile.write(piece)
        inner.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815 its parent's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its parent's name
        """Say nothing: addresses of letters are in the paths."""


@contextmanager
def terminated(inner: int, outer: int, folder: Path) -> Iterator[None]:
    """TLS at `outer` for what answers at `inner`; `folder` gets the certificate."""
    server = _Terminator(outer, inner, _certificate(folder / "tls.pem"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


def _certificate(path: Path) -> Path:
    """Key and certificate of `localhost`, signed by itself, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
