"""A real SMTP server on this machine (aiosmtpd), which a test can make strict, busy or mute."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sandbox.running import free_port

USER, PASSWORD = "letterlock", "p@ss:w/rd,%"
WRITTEN = "letterlock:p%40ss%3Aw%2Frd%2C%25"


@dataclass
class PostOffice:
    """What came, and what to answer to the next. "cut" hangs up at that command instead.

    "RCPT" answers for every reader, "RCPT" and an address for one.
    """

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[Envelope] = field(default_factory=list)
    port: int = 0

    @property
    def plain(self) -> str:
        return f"smtp://{WRITTEN}@localhost:{self.port}"

    @property
    def tls(self) -> str:
        return f"smtps://{WRITTEN}@localhost:{self.port}"

    async def handle_MAIL(  # noqa: N802 the name that aiosmtpd looks for
        self, server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._answer(server, "MAIL")

    async def handle_RCPT(  # noqa: N802 the name that aiosmtpd looks for
        self, server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        one = f"RCPT {address}"
        answer = self._answer(server, one if one in self.answers else "RCPT")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope)
        return self._answer(server, "DATA")

    def _answer(self, server: Any, command: str) -> str:
        answer = self.answers.get(command, "250 OK")
        if answer == "cut":
            server.transport.abort()
        return answer


@contextmanager
def post_office(
    context: ssl.SSLContext | None = None, *, implicit: bool = False, asks: bool = False
) -> Iterator[PostOffice]:
    """Open one; `context` offers STARTTLS, or TLS from the start; `asks` for user and password."""
    office = PostOffice(port=free_port())

    def authenticate(*arguments: Any) -> AuthResult:
        data = arguments[-1]
        known = isinstance(data, LoginPassword) and data == LoginPassword(
            USER.encode(), PASSWORD.encode()
        )
        return AuthResult(success=known, handled=False)

    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        ssl_context=context if implicit else None,
        tls_context=None if implicit else context,
        authenticator=authenticate,
        auth_required=asks,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


@dataclass(frozen=True)
class Certificate:
    """Files of a certificate for localhost and its key; it is its own CA."""

    chain: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.chain))


def certificate(folder: Path, name: str = "localhost") -> Certificate:
    """A certificate that nobody knows yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = Certificate(folder / "chain.pem", folder / "key.pem")
    files.chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
