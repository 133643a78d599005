"""The record: events written once, and what follows from them. The only room that knows databases."""

from yanmen.store.database import StoreError
from yanmen.store.records import (
    SCOPES,
    Account,
    Campaign,
    Key,
    Minute,
    ModelVersion,
    Recorded,
    Review,
    Scope,
    Sighting,
    Tool,
    Voice,
)
from yanmen.store.store import Store

__all__ = [
    "SCOPES",
    "Account",
    "Campaign",
    "Key",
    "Minute",
    "ModelVersion",
    "Recorded",
    "Review",
    "Scope",
    "Sighting",
    "Store",
    "StoreError",
    "Tool",
    "Voice",
]
