"""An owner's stores and cameras in PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute
from stenofleet.db.models import Camera, Store

from stenofleet_api.blueprints.plan import Changes, Plan, PlanChanges, Rows

PLANS = 0x57656E6F
"""Names these advisory locks among all of the database."""

Row = TypeVar("Row", Store, Camera)
_STORE = ("name", "category", "polygon", "is_mapped", "matrix")
_CAMERA = ("position", "orientation", "fov_angle", "fov_range")
_KEYS: dict[type[Any], InstrumentedAttribute[str]] = {
    Store: Store.store_id,
    Camera: Camera.camera_id,
}


def lock(db: Session, owner: str) -> None:
    """Nobody else applies to or undoes the owner's plan until the transaction ends.

    Rows would not do: what is to be added has none to lock.
    """
    db.execute(select(func.pg_advisory_xact_lock(PLANS, func.hashtext(owner))))


def read(db: Session, owner: str) -> Plan:
    """What is there; whoever writes must hold the lock."""
    return Plan(_rows(db, owner, Store, _STORE), _rows(db, owner, Camera, _CAMERA))


def write(db: Session, owner: str, before: Plan, after: Plan) -> PlanChanges:
    """Makes the plan that is as ``before`` as ``after``, and says what that changed."""
    changes = PlanChanges.between(before, after)
    _write(db, owner, Store, changes.stores, after.stores)
    _write(db, owner, Camera, changes.cameras, after.cameras)
    return changes


def page(
    db: Session, owner: str, kind: type[Row], limit: int, after: str | None
) -> tuple[Sequence[Row], int]:
    """A part of the owner's stores or cameras by their ids, and how many there are in all."""
    key = _KEYS[kind]
    query = select(kind).where(kind.owner_id == owner).order_by(key).limit(limit)
    query = query if after is None else query.where(key > after)
    total = db.scalar(select(func.count()).select_from(kind).where(kind.owner_id == owner))
    return db.scalars(query).all(), total or 0


def get(db: Session, owner: str, kind: type[Row], key: str) -> Row | None:
    """A store or a camera of the owner's, or None."""
    return db.scalar(select(kind).where(kind.owner_id == owner, _KEYS[kind] == key))


def _rows(db: Session, owner: str, kind: type[Row], columns: Iterable[str]) -> Rows:
    key = _KEYS[kind].key
    found = db.scalars(select(kind).where(kind.owner_id == owner))
    return {getattr(row, key): {name: getattr(row, name) for name in columns} for row in found}


def _write(db: Session, owner: str, kind: type[Row], changes: Changes, rows: Rows) -> None:
    key = _KEYS[kind]
    if changes.removed:
        db.execute(delete(kind).where(kind.owner_id == owner, key.in_(changes.removed)))
    written = [{"owner_id": owner, key.key: each, **rows[each]} for each in changes.written()]
    if written:
        statement = insert(kind)
        anew: dict[str, Any] = {name: statement.excluded[name] for name in written[0]}
        anew["updated_at"] = func.now()
        upsert = statement.on_conflict_do_update(index_elements=["owner_id", key.key], set_=anew)
        db.execute(upsert, written)
