"""The migrations make the tables that the code knows, on both engines."""

from alembic import command
from sqlalchemy import create_engine, inspect

from server import migrations


def test_the_migrated_tables_are_those_of_the_code(database_url: str) -> None:
    command.check(migrations.config(database_url))


def test_a_migrated_database_can_be_migrated_again(database_url: str) -> None:
    migrations.upgrade(database_url)


def test_downgrading_takes_everything_away(database_url: str) -> None:
    command.downgrade(migrations.config(database_url), "base")
    engine = create_engine(database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
