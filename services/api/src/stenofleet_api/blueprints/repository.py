"""Blueprints and their versions in PostgreSQL; every query asks for the owner's rows only."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer
from stenofleet.db.models import Blueprint, BlueprintVersion

from stenofleet_api.blueprints.errors import BlueprintNotFound, VersionNotFound
from stenofleet_api.blueprints.filters import Cursor


def get(db: Session, owner: str, blueprint_id: uuid.UUID, *, lock: bool = False) -> Blueprint:
    """The blueprint; locked, nobody else changes it until the transaction ends.

    Raises:
        BlueprintNotFound: the owner has none with this id.
    """
    query = select(Blueprint).where(Blueprint.id == blueprint_id, Blueprint.owner_id == owner)
    found = db.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise BlueprintNotFound(blueprint_id)
    return found


def page(
    db: Session,
    owner: str,
    *,
    is_active: bool | None,
    limit: int,
    offset: int,
    after: Cursor | None,
) -> tuple[Sequence[Blueprint], int]:
    """A part of the owner's blueprints, newest first, and how many there are in all."""
    mine = [Blueprint.owner_id == owner]
    if is_active is not None:
        mine.append(Blueprint.is_active.is_(is_active))
    newest_first = (Blueprint.created_at.desc(), Blueprint.id.desc())
    query = select(Blueprint).where(*mine).order_by(*newest_first).limit(limit)
    query = query.offset(offset) if after is None else query.where(after.after())
    total = db.scalar(select(func.count()).select_from(Blueprint).where(*mine))
    return db.scalars(query).all(), total or 0


def keep_version(db: Session, blueprint: Blueprint) -> None:
    """Keeps what the blueprint is now as its version."""
    db.add(
        BlueprintVersion(
            blueprint_id=blueprint.id,
            version=blueprint.version,
            name=blueprint.name,
            description=blueprint.description,
            mapping_data=blueprint.mapping_data,
            camera_id=blueprint.camera_id,
        )
    )


def version(db: Session, blueprint: Blueprint, number: int) -> BlueprintVersion:
    """What the blueprint was.

    Raises:
        VersionNotFound: it has no such version.
    """
    found = db.get(BlueprintVersion, (blueprint.id, number))
    if found is None:
        raise VersionNotFound(blueprint.id, number)
    return found


def versions(
    db: Session, blueprint: Blueprint, limit: int, offset: int
) -> tuple[Sequence[BlueprintVersion], int]:
    """A part of the blueprint's versions, newest first, and how many there are in all."""
    its = BlueprintVersion.blueprint_id == blueprint.id
    query = select(BlueprintVersion).where(its).order_by(BlueprintVersion.version.desc())
    query = query.options(defer(BlueprintVersion.mapping_data)).limit(limit).offset(offset)
    total = db.scalar(select(func.count()).select_from(BlueprintVersion).where(its))
    return db.scalars(query).all(), total or 0
