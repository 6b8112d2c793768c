"""An owner's stores and cameras as one value, and what becomes of it; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Columns: TypeAlias = dict[str, Any]
Rows: TypeAlias = Mapping[str, Columns]
"""By id."""


class Mode(StrEnum):
    """How a blueprint is applied."""

    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True)
class Plan:
    """Stores, each with its matrix or None, and cameras."""

    stores: Rows
    cameras: Rows

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> "Plan":
        """What a mapping in its stored form says."""
        matrices = mapping["calibration"]["store_matrices"]
        stores = {
            store_id: {**store, "matrix": matrices.get(store_id)}
            for store_id, store in mapping["stores"].items()
        }
        return cls(stores, dict(mapping["cameras"]))

    def mapping(self) -> dict[str, Any]:
        """As a mapping in its stored form."""
        matrices = {
            store_id: store["matrix"]
            for store_id, store in self.stores.items()
            if store["matrix"] is not None
        }
        return {
            "stores": {key: _without_matrix(store) for key, store in self.stores.items()},
            "cameras": dict(self.cameras),
            "calibration": {"store_matrices": matrices},
        }

    def after(self, wanted: "Plan", mode: Mode) -> "Plan":
        """What is there once ``wanted`` was applied.

        Replaced, it is ``wanted`` and nothing else. Merged, what ``wanted`` does not name stays: a
        store, a camera, and a store's matrix.
        """
        if mode is Mode.REPLACE:
            return wanted
        stores = {key: self._calibrated(key, store) for key, store in wanted.stores.items()}
        return Plan({**self.stores, **stores}, {**self.cameras, **wanted.cameras})

    def _calibrated(self, store_id: str, store: Columns) -> Columns:
        if store["matrix"] is not None or store_id not in self.stores:
            return store
        return {**store, "matrix": self.stores[store_id]["matrix"]}


def _without_matrix(store: Columns) -> Columns:
    return {name: value for name, value in store.items() if name != "matrix"}


class Changed(BaseModel):
    """One store or camera that is there before and after, and not the same."""

    id: str = Field(examples=["store_1"])
    fields: list[str] = Field(examples=[["polygon", "matrix"]])


class Changes(BaseModel):
    """What differs between two states of the stores, or of the cameras."""

    added: list[str] = Field(examples=[["store_2"]])
    changed: list[Changed]
    removed: list[str] = Field(examples=[[]])
    unchanged: int = Field(description="How many stayed as they were.", examples=[4])

    @classmethod
    def between(cls, before: Rows, after: Rows) -> "Changes":
        """Each by its id, in order."""
        kept = sorted(before.keys() & after.keys())
        told = [Changed(id=key, fields=_differing(before[key], after[key])) for key in kept]
        return cls(
            added=sorted(after.keys() - before.keys()),
            changed=[each for each in told if each.fields],
            removed=sorted(before.keys() - after.keys()),
            unchanged=sum(not each.fields for each in told),
        )

    def written(self) -> list[str]:
        """The ids whose rows are written anew."""
        return [*self.added, *(each.id for each in self.changed)]


class PlanChanges(BaseModel):
    """What differs between two plans."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "stores": {"added": ["s2"], "changed": [], "removed": [], "unchanged": 4},
                    "cameras": {"added": [], "changed": [], "removed": [], "unchanged": 2},
                }
            ]
        }
    )

    stores: Changes
    cameras: Changes

    @classmethod
    def between(cls, before: Plan, after: Plan) -> "PlanChanges":
        """From one to the other."""
        return cls(
            stores=Changes.between(before.stores, after.stores),
            cameras=Changes.between(before.cameras, after.cameras),
        )


def _differing(one: Columns, other: Columns) -> list[str]:
    return [name for name in one if one[name] != other[name]]
