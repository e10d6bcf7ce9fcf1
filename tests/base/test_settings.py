"""Settings: what must be set, and what is refused."""

from pathlib import Path

import pytest

from server.base.settings import BadSetting, load_settings

GOOD = {
    "LETTERLOCK_DATA": "/data",
    "LETTERLOCK_ORIGIN": "https://portal.hart.example",
    "LETTERLOCK_ADDIN_ORIGIN": "https://addin.hart.example",
    "LETTERLOCK_CLIENT_ID": "client",
    "LETTERLOCK_CLIENT_SECRET": "the-secret",
}


def test_the_defaults_are_microsofts_and_a_local_folder() -> None:
    settings = load_settings(GOOD)
    assert settings.database_url == "sqlite:////data/letterlock.db"
    assert settings.blob_url == "file:///data/blobs"
    assert settings.master_key == Path("/data/master.key")
    assert settings.graph_url == "https://graph.microsoft.com/v1.0"
    assert settings.office_js.startswith("https://appsforoffice.microsoft.com/")
    assert settings.metrics is None


def test_metrics_are_answered_on_this_machine() -> None:
    settings = load_settings({**GOOD, "LETTERLOCK_METRICS": "localhost:9100"})
    assert settings.metrics == ("127.0.0.1", 9100)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(BadSetting, match=name):
        load_settings({**GOOD, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LETTERLOCK_ORIGIN", "http://portal.hart.example"),
        ("LETTERLOCK_ORIGIN", "https://portal.hart.example/path"),
        ("LETTERLOCK_ORIGIN", "ftp://portal.hart.example"),
        ("LETTERLOCK_ADDIN_ORIGIN", "https://portal.hart.example:8443"),
        ("LETTERLOCK_OFFICE_JS", "http://localhost/office.js"),
        ("LETTERLOCK_GRAPH_URL", "http://graph.evil.example/v1.0"),
        ("LETTERLOCK_AUTHORITY", "http://login.evil.example"),
        ("LETTERLOCK_ORIGIN", "https://Portal.hart.example"),
        ("LETTERLOCK_ORIGIN", "https://portal.hart.example:443"),
        ("LETTERLOCK_ORIGIN", "https://ann@portal.hart.example"),
        ("LETTERLOCK_PROXIES", "x1"),
        ("LETTERLOCK_METRICS", "0.0.0.0:9100"),
        ("LETTERLOCK_METRICS", "127.0.0.1:65535"),
    ],
)
def test_a_wrong_setting_is_named_and_never_echoed(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name.removeprefix("LETTERLOCK_")) as refusal:
        load_settings({**GOOD, name: value})
    assert value not in str(refusal.value)


@pytest.mark.parametrize(
    "end",
    ["db.hart.example/x", "db.hart.example/x?sslmode=prefer", "db.hart.example/x?sslmode=require",
     "db/x?sslmode=verify-ca", "10.0.0.5/x", "/x?host=db.hart.example"],
)  # fmt: skip
def test_a_database_on_another_machine_needs_tls_with_its_certificate_checked(end: str) -> None:
    with pytest.raises(BadSetting, match="sslmode=verify-full") as refusal:
        load_settings({**GOOD, "LETTERLOCK_DATABASE_URL": f"postgresql+psycopg://u:hunter22@{end}"})
    assert "hunter22" not in str(refusal.value)


@pytest.mark.parametrize(
    "end",
    ["localhost/x", "127.0.0.1:5433/x", "/x", "/x?host=/run/postgresql", "[::1]/x",
     "db.hart.example/x?sslmode=verify-full&sslrootcert=/etc/ca.pem"],
)  # fmt: skip
def test_a_database_on_this_machine_or_with_checked_tls_is_taken(end: str) -> None:
    url = f"postgresql+psycopg://u:hunter22@{end}"
    assert load_settings({**GOOD, "LETTERLOCK_DATABASE_URL": url}).database_url == url


def test_settings_do_not_show_the_secret() -> None:
    assert "the-secret" not in repr(load_settings(GOOD))


def test_one_transport_carries_both_lanes_and_two_carry_one_each() -> None:
    def mail(value: str) -> dict[str, str]:
        return dict(load_settings({**GOOD, "LETTERLOCK_MAIL_URL": value}).mail)

    smtp = "smtps://user:p%2Cw@mail.hart.example"
    assert mail("") == {"codes": "graph:", "notices": "graph:"}
    assert mail(smtp) == {"codes": smtp, "notices": smtp}
    assert mail(f"notices=graph:, codes={smtp}") == {"codes": smtp, "notices": "graph:"}


@pytest.mark.parametrize(
    "value",
    [
        "codes=graph:", "codes=graph:, codes=graph:", "codes=graph:, other=graph:", "graph:, graph:",
        "https://mail.hart.example", "smtp:///", "smtp://user@host", "smtp://host/path", "graph:x",
        "smtp://host:70000", "smtp://host?tls=no", "codes=graph:, notices=graph:, codes=smtp://h",
    ],
)  # fmt: skip
def test_a_transport_that_is_none_is_refused_and_never_echoed(value: str) -> None:
    with pytest.raises(BadSetting, match="LETTERLOCK_MAIL_URL") as refusal:
        load_settings({**GOOD, "LETTERLOCK_MAIL_URL": value})
    assert value not in str(refusal.value)


@pytest.mark.parametrize("value", ["127.0.0.1", "127.0.0.1:dns", ":53"])
def test_a_resolver_needs_an_address_and_a_port(value: str) -> None:
    with pytest.raises(BadSetting, match="LETTERLOCK_RESOLVER"):
        load_settings({**GOOD, "LETTERLOCK_RESOLVER": value})
