"""Migrations only add, so that the code before them still reads and writes: expand, then contract.

What code no longer uses may go one release later, which is then an exception to be named here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from alembic import command
from sqlalchemy import Engine, Inspector, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn
from stenofleet.db import upgrade as schema
from stenofleet.db.engine import make_engine
from stenofleet.settings import DatabaseSettings
from support.servers import PostgresServer

REVISIONS = sorted(each.revision for each in schema._scripts().walk_revisions())

Columns = dict[tuple[str, str], "Column"]
"""By table and name."""


@dataclass(frozen=True)
class Column:
    """What code that writes a column, or does not know it, has to do with."""

    type: str
    may_be_null: bool
    may_be_left_out: bool


@pytest.fixture
def empty(postgres_server: PostgresServer) -> Iterator[Engine]:
    engine = make_engine(DatabaseSettings(database_url=postgres_server.create("expanding")))
    yield engine
    engine.dispose()
    postgres_server.drop("expanding")


def upgrade_to(engine: Engine, revision: str) -> Inspector:
    config = schema._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return inspect(engine)


def columns(found: Inspector, tables: set[str]) -> Columns:
    return {
        (table, each["name"]): _column(each)
        for table in tables
        for each in found.get_columns(table)
    }


def _column(each: ReflectedColumn) -> Column:
    made = each["default"] is not None or "identity" in each or "computed" in each
    return Column(str(each["type"]), each["nullable"], each["nullable"] or made)


def demands(found: Inspector, tables: set[str]) -> set[str]:
    """What rows have to be like, beyond their columns."""
    told = set()
    for table in tables:
        told |= {f"{table}: {each['sqltext']}" for each in found.get_check_constraints(table)}
        told |= {
            f"{table}: {each['constrained_columns']}" for each in found.get_foreign_keys(table)
        }
        unique = [each for each in found.get_indexes(table) if each["unique"]]
        told |= {f"{table}: one {each['column_names']}" for each in unique}
    return told


@pytest.mark.parametrize(("before", "after"), list(pairwise(REVISIONS)))
def test_code_from_before_a_migration_finds_all_it_uses_and_may_leave_out_what_came(
    empty: Engine, before: str, after: str
) -> None:
    old = upgrade_to(empty, before)
    tables = set(old.get_table_names()) - {"alembic_version"}
    had, demanded = columns(old, tables), demands(old, tables)

    new = upgrade_to(empty, after)
    has = columns(new, tables)

    for name, column in had.items():
        assert has[name].type == column.type, name
        assert has[name].may_be_null >= column.may_be_null, name
        assert has[name].may_be_left_out >= column.may_be_left_out, name
    assert [name for name in has if name not in had and not has[name].may_be_left_out] == []
    assert demands(new, tables) - demanded == set()
