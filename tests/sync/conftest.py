"""The engine's tests stand on the paper world."""

from tests.world import paper_world  # noqa: F401
