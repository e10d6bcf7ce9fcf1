"""Alembic migrations; `upgrade` brings a database to the newest."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url

FOLDER: Final = Path(__file__).parent


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database at an SQLAlchemy URL to a revision."""
    command.upgrade(config(database_url), revision)


def is_current(database_url: str) -> bool:
    """Whether a database's tables are those of this version."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return False
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return set(at) == set(ScriptDirectory.from_config(config(database_url)).get_heads())


def head() -> str:
    """The revision of this version's tables."""
    return str(_scripts().get_current_head())


def knows(revision: str) -> bool:
    """Whether a revision is this version's or an older one's."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config("sqlite://"))


def config(database_url: str) -> Config:
    """Alembic's configuration for a database."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return settings
