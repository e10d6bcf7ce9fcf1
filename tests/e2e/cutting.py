"""A line that breaks: a TCP proxy which resets a connection after so many bytes on their way up."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

RESET = struct.pack("ii", 1, 0)
PIECE = 65536


@dataclass
class CuttingLine:
    """Passes everything on to `target`. Large bodies break off after each of `cuts` bytes, in turn.

    `up` counts what came from callers. A body counts as large when its first piece says so.
    """

    target: int
    cuts: list[int] = field(default_factory=list)
    up: int = 0
    done: int = 0
    door: socket.socket = field(init=False)
    ends: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.door.getsockname()[1])

    def serve(self) -> None:
        while True:
            try:
                caller, _ = self.door.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self.ends += [caller, server]
            for work in (self._up, self._down):
                threading.Thread(target=work, args=(caller, server), daemon=True).start()

    def _up(self, caller: socket.socket, server: socket.socket) -> None:
        left: int | None = None
        with contextlib.suppress(OSError):
            while data := caller.recv(PIECE):
                if left is None and data.startswith(b"PATCH ") and self.cuts:
                    with self._lock:
                        left = self.cuts.pop(0)
                if left is not None:
                    data, left = data[:left], left - len(data)
                server.sendall(data)
                with self._lock:
                    self.up += len(data)
                if left is not None and left <= 0:
                    self.done += 1
                    _reset(caller)
                    _reset(server)
                    return
            server.shutdown(socket.SHUT_WR)

    def _down(self, caller: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(PIECE):
                caller.sendall(data)
            caller.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    """Not a polite end: a reset, as from a lost Wi-Fi or an impatient proxy."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RD)
    end.close()


@contextlib.contextmanager
def cutting(target: int, cuts: Sequence[int]) -> Iterator[CuttingLine]:
    """A line to a port of this machine."""
    line = CuttingLine(target, list(cuts))
    thread = threading.Thread(target=line.serve, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.door.shutdown(socket.SHUT_RDWR)
        thread.join()
        for end in (line.door, *line.ends):
            end.close()
