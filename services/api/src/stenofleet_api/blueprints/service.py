"""What can be done with blueprints, other than applying them."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Depends
from sqlalchemy.orm import Session
from stenofleet.db.models import Blueprint, BlueprintVersion

from stenofleet_api.blueprints import plan_repository, repository
from stenofleet_api.blueprints.filters import Cursor
from stenofleet_api.blueprints.schemas import BlueprintChange, NewBlueprint, NewCopy
from stenofleet_api.deps import Context, InContext, Owner

_VERSIONED: Final = ("name", "description", "mapping_data", "camera_id")


class BlueprintService:
    """One owner's blueprints."""

    def __init__(self, context: Context, owner: str) -> None:
        """Writes to the context's database."""
        self._db = context.sessions
        self._owner = owner

    def create(self, new: NewBlueprint) -> Blueprint:
        """A blueprint at version 1."""
        with self._db.begin() as db:
            return self._save(db, new, new.mapping_data.stored())

    def create_from_current(self, new: NewCopy) -> Blueprint:
        """A blueprint of the stores and cameras that are there now."""
        with self._db.begin() as db:
            # Without the lock, stores and cameras could be read around an apply.
            plan_repository.lock(db, self._owner)
            return self._save(db, new, plan_repository.read(db, self._owner).mapping())

    def page(
        self,
        limit: int,
        offset: int = 0,
        after: Cursor | None = None,
        *,
        is_active: bool | None = None,
    ) -> tuple[Sequence[Blueprint], int]:
        """A part of the list, newest first, and how many there are in all."""
        with self._db() as db:
            return repository.page(
                db, self._owner, is_active=is_active, limit=limit, offset=offset, after=after
            )

    def get(self, blueprint_id: uuid.UUID) -> Blueprint:
        """The blueprint, or BlueprintNotFound."""
        with self._db() as db:
            return repository.get(db, self._owner, blueprint_id)

    def change(self, blueprint_id: uuid.UUID, change: BlueprintChange) -> Blueprint:
        """Changes the blueprint, as a new version where it differs, or BlueprintNotFound."""
        wanted = change.given()
        with self._db.begin() as db:
            blueprint = repository.get(db, self._owner, blueprint_id, lock=True)
            is_new = any(
                wanted[name] != getattr(blueprint, name) for name in _VERSIONED if name in wanted
            )
            for name, value in wanted.items():
                setattr(blueprint, name, value)
            if is_new:
                blueprint.version += 1
                repository.keep_version(db, blueprint)
            db.flush()
            db.refresh(blueprint)
        return blueprint

    def delete(self, blueprint_id: uuid.UUID) -> None:
        """Makes the blueprint inactive, again without an effect, or BlueprintNotFound."""
        with self._db.begin() as db:
            repository.get(db, self._owner, blueprint_id, lock=True).is_active = False

    def version(self, blueprint_id: uuid.UUID, number: int | None = None) -> BlueprintVersion:
        """What the blueprint was, or is, or BlueprintNotFound, or VersionNotFound."""
        with self._db() as db:
            blueprint = repository.get(db, self._owner, blueprint_id)
            return repository.version(db, blueprint, number or blueprint.version)

    def versions(
        self, blueprint_id: uuid.UUID, limit: int, offset: int
    ) -> tuple[Sequence[BlueprintVersion], int]:
        """A part of the versions, newest first, and how many there are, or BlueprintNotFound."""
        with self._db() as db:
            blueprint = repository.get(db, self._owner, blueprint_id)
            return repository.versions(db, blueprint, limit, offset)

    def _save(self, db: Session, new: NewCopy, mapping: dict[str, Any]) -> Blueprint:
        blueprint = Blueprint(
            owner_id=self._owner,
            name=new.name,
            description=new.description,
            camera_id=new.camera_id,
            mapping_data=mapping,
        )
        db.add(blueprint)
        db.flush()
        db.refresh(blueprint)
        repository.keep_version(db, blueprint)
        return blueprint


async def _service(context: InContext, owner: Owner) -> BlueprintService:
    return BlueprintService(context, owner)


Blueprints = Annotated[BlueprintService, Depends(_service)]
