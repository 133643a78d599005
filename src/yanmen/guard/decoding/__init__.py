"""What a text says once its disguises are taken off."""

from yanmen.guard.decoding.view import View
from yanmen.guard.decoding.walk import DEPTH, Decoded, decoded, disguised

__all__ = ["DEPTH", "Decoded", "View", "decoded", "disguised"]
