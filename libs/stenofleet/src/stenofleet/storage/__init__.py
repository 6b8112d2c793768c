"""Recordings in a store that obstore can reach (extra: storage)."""

from stenofleet.storage.recordings import Recordings

__all__ = ["Recordings"]
