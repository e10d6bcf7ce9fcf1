"""A name server on this machine, and the records of a firm that did everything right."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

RECORDS = {
    "hart.example": ["v=spf1 include:spf.protection.outlook.com -all", "another=text"],
    "selector1._domainkey.hart.example": ["v=DKIM1; k=rsa; p=MIIBIjANBg"],
    "_dmarc.hart.example": ["v=DMARC1; p=reject; rua=mailto:dmarc@hart.example"],
}


@contextmanager
def name_server(records: dict[str, list[str]]) -> Iterator[str]:
    """A name server for TXT records; what it does not have does not exist. None: it is mute."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        wire.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    packet, caller = wire.recvfrom(4096)
                except TimeoutError:
                    continue
                wire.sendto(_answer(packet, records), caller)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{wire.getsockname()[1]}"
        stop.set()
        thread.join()


def _answer(packet: bytes, records: dict[str, list[str]]) -> bytes:
    asked = dns.message.from_wire(packet)
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.RA
    question = asked.question[0]
    texts = records.get(question.name.to_text(omit_final_dot=True))
    if texts:
        quoted = [f'"{words}"' for words in texts]
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *quoted))
    else:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()
