"""A Graph that answers as a test wants, byte by byte, and counts what it was asked."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket], None]


@dataclass
class FakeGraph:
    """Where it is, and the requests that came whole."""

    url: str
    requests: list[bytes] = field(default_factory=list)


def answers(status: str, *headers: str, body: str = "") -> Behaviour:
    """An answer such as `answers("429 Too Many", "Retry-After: 7")`."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
    wire = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
    return lambda connection: connection.sendall(wire)


def hangs_up(connection: socket.socket) -> None:
    """Reset the connection after the whole request was read."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stalls(released: threading.Event) -> Behaviour:
    """Say nothing until the test is over."""
    return lambda _: released.wait(30) and None


def drips(released: threading.Event) -> Behaviour:
    """Send an answer's head byte by byte, each in time for the client's patience with one read."""

    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            for _ in range(1000):
                connection.sendall(b"x")
                if released.wait(0.05):
                    return

    return drip


@contextmanager
def fake_graph(behave: Behaviour) -> Iterator[FakeGraph]:
    """Every request gets the same."""
    server = socket.create_server(("127.0.0.1", 0))
    made = FakeGraph(f"http://localhost:{server.getsockname()[1]}/v1.0")
    threads: list[threading.Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                thread = threading.Thread(target=serve, args=(connection,))
                threads.append(thread)
                thread.start()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            made.requests.append(_whole(connection))
            behave(connection)
        connection.close()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield made
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for thread in (accepting, *threads):
            thread.join()


def _whole(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = sum(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
