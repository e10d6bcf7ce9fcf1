"""A million mutated inputs for each parser in Python: `python -m tests.prove.mutations`.

An input is refused in the parser's own words or read rightly, within one second of processor
time; anything else is a fault, and the run fails. As the control each parser loses one rule, and
one turns slow, and the same run must find it.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import reduce

from tests.prove.mutate import mutated
from tests.prove.parsers import Parser, all_parsers
from tests.prove.report import section, table

LIMIT = 1.0
HANG = 20.0
SHARD = 25_000
CONTROL = 100_000
KEPT = 5


class Hang(Exception):
    """An input took twenty seconds."""


@dataclass
class Tally:
    """What happened to some inputs; times are processor time in seconds."""

    inputs: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> "Tally":
        return Tally(
            self.inputs + other.inputs,
            self.refused + other.refused,
            self.seconds + other.seconds,
            max(self.slowest, other.slowest),
            [*self.faults, *other.faults][:KEPT],
        )


def hold(parser: Parser, count: int, seed: str, *, until_fault: bool = False) -> Tally:
    """Try `count` inputs; the seed and the number of the input name it again."""
    chance, tally = random.Random(seed), Tally()  # noqa: S311 the same inputs each time
    signal.signal(signal.SIGVTALRM, _hang)
    for number in range(count):
        data = mutated(chance, chance.choice(parser.valid), parser.tokens)
        signal.setitimer(signal.ITIMER_VIRTUAL, HANG)
        before = time.process_time()
        refused, fault = _one(parser, data)
        took = time.process_time() - before
        tally.inputs += 1
        tally.refused += refused
        tally.seconds += took
        tally.slowest = max(tally.slowest, took)
        if took > LIMIT:
            fault = fault or f"took {took:.1f} s"
        if fault and len(tally.faults) < KEPT:
            tally.faults.append(f"{parser.name}, {seed}, input {number}: {fault}")
        if fault and until_fault:
            break
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return tally


def shard(task: tuple[str, int, int]) -> Tally:
    """One part of a parser's inputs, in a process of its own."""
    name, number, count = task
    return hold(_named(name), count, f"{name}/{number}")


def control(name: str) -> int:
    """How many inputs it takes to find the planted fault; 0 if it is not found."""
    parser = _named(name)
    with parser.weaken():
        tally = hold(parser, CONTROL, f"{name}/control", until_fault=True)
    return tally.inputs if tally.faults else 0


def slow_control() -> int:
    """The same for a parser that thinks for longer than the limit about two closing braces in a row."""
    parser = _named("canonical JSON")
    slow = replace(parser, parse=_slow(parser.parse))
    tally = hold(slow, CONTROL, "slow/control", until_fault=True)
    return tally.inputs if tally.faults and "took" in tally.faults[0] else 0


def main() -> int:
    """Run all, write the section, and say on the standard error what went wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--inputs", type=int, default=1_000_000)
    options.add_argument("--processes", type=int, default=os.cpu_count())
    given = options.parse_args()
    names = [parser.name for parser in all_parsers()]
    counts = [min(SHARD, given.inputs - at) for at in range(0, given.inputs, SHARD)]
    with ProcessPoolExecutor(given.processes) as pool:
        found = dict(zip(names, pool.map(control, names), strict=True))
        slow = pool.submit(slow_control).result()
        tallies = {
            name: reduce(Tally.add, pool.map(shard, [(name, n, c) for n, c in enumerate(counts)]))
            for name in names
        }
    section(
        "mutations-python",
        "Mutated inputs, Python",
        _markdown(tallies, found, slow),
        command=f"python -m tests.prove.mutations --inputs {given.inputs}",
    )
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    faults += [f"{name}: the planted fault was not found" for name, at in found.items() if not at]
    faults += [] if slow else ["the planted slowness was not found"]
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


def _one(parser: Parser, data: bytes) -> tuple[bool, str]:
    """Whether it was refused, and what was wrong with that, if anything."""
    try:
        result = parser.parse(data)
    except parser.refused:
        return True, ""
    except Exception as error:  # noqa: BLE001 whatever else comes out is a fault of the parser
        return True, f"raised {type(error).__name__}"
    return False, "" if parser.check(data, result) else "read what was not written"


def _markdown(tallies: dict[str, Tally], found: dict[str, int], slow: int) -> str:
    planted = {parser.name: parser.planted for parser in all_parsers()}
    rows: list[list[object]] = [
        [
            name,
            tally.inputs,
            tally.refused,
            tally.inputs - tally.refused,
            round(tally.seconds, 1),
            round(tally.slowest * 1000, 1),
            "; ".join(tally.faults) or "none",
            f"{planted[name]}: " + (f"input {found[name]:,}" if found[name] else "**not found**"),
        ]
        for name, tally in tallies.items()
    ]
    head = [
        "parser",
        "inputs",
        "refused",
        "read",
        "s",
        "slowest, ms",
        "faults",
        "planted, and found at",
    ]
    return f"""One to four changes to a valid input: bits, bytes, pieces cut, doubled, moved, and words of the
format put in. What is read must be what was written, in its one spelling; times are of the processor.

{table(head, rows)}

Control: each parser without one rule, as the last column says, until the run finds it. A parser that
takes 1.2 s over some inputs is found at input {slow:,}."""


def _named(name: str) -> Parser:
    return next(parser for parser in all_parsers() if parser.name == name)


def _slow(parse: Callable[[bytes], object]) -> Callable[[bytes], object]:
    def slow(data: bytes) -> object:
        end = time.process_time() + 1.2
        while b"}}" in data and time.process_time() < end:
            pass
        return parse(data)

    return slow


def _hang(*_: object) -> None:
    raise Hang


if __name__ == "__main__":
    sys.exit(main())
