"""An open loop: requests leave when they were meant to, however slow the answers are.

A time is measured from the moment a request was meant to leave, so a stall is charged to every
request that it held up (no coordinated omission).
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from setting import Request

TIMEOUT_S = 30
WRITES = 0.3
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass
class Heard:
    """Seconds of all answers with 200, and how many others there were, by status."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)

    def add(self, more: "Heard") -> None:
        """Add another slice of the same run."""
        self.reads += more.reads
        self.writes += more.writes
        self.others += more.others


class Client:
    """Connections to one server, kept open as a proxy in front of it would."""

    def __init__(self, port: int, host: str) -> None:
        self._port, self._host = port, host
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def call(self, request: Request) -> int:
        """One request; its status. A kept connection that the server has closed is not used."""
        payload = request.bytes_for(self._host)
        while self._idle:
            reader, writer = self._idle.pop()
            try:
                return await self._exchange(reader, writer, payload)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        return await self._exchange(reader, writer, payload)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, payload: bytes
    ) -> int:
        writer.write(payload)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        if _CLOSE.search(head):
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head[9:12])

    def close(self) -> None:
        """Give back the connections."""
        for _, writer in self._idle:
            writer.close()


def load(
    port: int,
    host: str,
    *,
    reads: Sequence[Request],
    writes: Sequence[Request],
    rate: float,
    seconds: float,
    seed: int,
) -> Heard:
    """Put Poisson arrivals of this rate on a server, 30 % writes."""
    chance, plan, at = random.Random(seed), [], 0.0  # noqa: S311 arrivals
    while (at := at + chance.expovariate(rate)) < seconds:
        is_write = chance.random() < WRITES
        plan.append((at, is_write, chance.choice(writes if is_write else reads)))
    return asyncio.run(_load(Client(port, host), plan))


async def _load(client: Client, plan: Sequence[tuple[float, bool, Request]]) -> Heard:
    heard = Heard()

    async def one(meant: float, request: Request, *, is_write: bool) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status = str(await client.call(request))
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            status = type(error).__name__
        if status == "200":
            (heard.writes if is_write else heard.reads).append(time.monotonic() - meant)
        else:
            heard.others[status] += 1

    start = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for at, is_write, request in plan:
            await asyncio.sleep(max(0.0, start + at - time.monotonic()))
            tasks.create_task(one(start + at, request, is_write=is_write))
    client.close()
    return heard
