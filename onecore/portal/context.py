"""The context processor that settings name."""

from onecore.portal.frame import frame

__all__ = ["frame"]
