"""Applies blueprints to the owner's stores and cameras, and undoes it."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session
from stenofleet.db.models import BlueprintApplication, BlueprintVersion

from stenofleet_api.blueprints import application_repository as applications
from stenofleet_api.blueprints import plan_repository, repository
from stenofleet_api.blueprints.application_schemas import ApplicationView, Applied, Undone, Wish
from stenofleet_api.blueprints.errors import (
    AlreadyUndone,
    AppliedAfter,
    BlueprintInactive,
    PlanTooLarge,
)
from stenofleet_api.blueprints.mapping import MOST
from stenofleet_api.blueprints.plan import Plan, PlanChanges
from stenofleet_api.deps import Context, InContext, Owner


class ApplicationService:
    """One owner's stores and cameras, as blueprints change them."""

    def __init__(self, context: Context, owner: str) -> None:
        """Each change is one transaction, and one owner's come one after another."""
        self._db = context.sessions
        self._owner = owner

    def apply(self, blueprint_id: uuid.UUID, wish: Wish) -> Applied:
        """Makes the plan what the blueprint says, or only says what that would change.

        Raises:
            BlueprintNotFound: there is none.
            BlueprintInactive: it was deleted.
            VersionNotFound: it has no such version.
            PlanTooLarge: there would be too many stores or cameras.
        """
        with self._db.begin() as db:
            plan_repository.lock(db, self._owner)
            version = self._applicable(db, blueprint_id, wish.version)
            before = plan_repository.read(db, self._owner)
            after = before.after(Plan.of(version.mapping_data), wish.mode)
            _refuse_too_large(after)
            if wish.dry_run:
                return _told(version, wish, PlanChanges.between(before, after))
            changes = plan_repository.write(db, self._owner, before, after)
            return _told(version, wish, changes, self._keep(db, version, wish, before))

    def undo(self, application_id: uuid.UUID) -> Undone:
        """Makes the plan what it was before.

        Raises:
            ApplicationNotFound: nothing was applied under this id.
            AlreadyUndone: it was undone before.
            AppliedAfter: something else was applied since, which this would undo with it.
        """
        with self._db.begin() as db:
            plan_repository.lock(db, self._owner)
            application = applications.get(db, self._owner, application_id)
            _refuse_undone(application)
            _refuse_older(applications.applied_after(db, application))
            now = plan_repository.read(db, self._owner)
            changes = plan_repository.write(db, self._owner, now, Plan.of(application.before))
            application.undone_at = applications.now(db)
            return Undone(application=ApplicationView.model_validate(application), changes=changes)

    def get(self, application_id: uuid.UUID) -> BlueprintApplication:
        """What was applied, or ApplicationNotFound."""
        with self._db() as db:
            return applications.get(db, self._owner, application_id)

    def page(
        self, blueprint_id: uuid.UUID | None, limit: int, offset: int
    ) -> tuple[Sequence[BlueprintApplication], int]:
        """A part of what was applied, newest first, and how much there is in all."""
        with self._db() as db:
            return applications.page(db, self._owner, blueprint_id, limit, offset)

    def _applicable(
        self, db: Session, blueprint_id: uuid.UUID, number: int | None
    ) -> BlueprintVersion:
        blueprint = repository.get(db, self._owner, blueprint_id, lock=True)
        if not blueprint.is_active:
            raise BlueprintInactive(blueprint_id)
        return repository.version(db, blueprint, number or blueprint.version)

    def _keep(self, db: Session, version: BlueprintVersion, wish: Wish, before: Plan) -> uuid.UUID:
        application = BlueprintApplication(
            owner_id=self._owner,
            blueprint_id=version.blueprint_id,
            version=version.version,
            mode=wish.mode.value,
            before=before.mapping(),
        )
        applications.keep(db, application)
        return application.id


def _told(
    version: BlueprintVersion,
    wish: Wish,
    changes: PlanChanges,
    application_id: uuid.UUID | None = None,
) -> Applied:
    return Applied(
        application_id=application_id,
        blueprint_id=version.blueprint_id,
        version=version.version,
        mode=wish.mode,
        dry_run=wish.dry_run,
        changes=changes,
    )


def _refuse_too_large(plan: Plan) -> None:
    for what, rows in (("stores", plan.stores), ("cameras", plan.cameras)):
        if len(rows) > MOST:
            raise PlanTooLarge(what, MOST, len(rows))


def _refuse_undone(application: BlueprintApplication) -> None:
    if application.undone_at is not None:
        raise AlreadyUndone(application.id)


def _refuse_older(newer: Sequence[uuid.UUID]) -> None:
    if newer:
        raise AppliedAfter(newer)


async def _service(context: InContext, owner: Owner) -> ApplicationService:
    return ApplicationService(context, owner)


Applications = Annotated[ApplicationService, Depends(_service)]
