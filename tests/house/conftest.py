"""The tests of the docs run the commands on the paper world."""

from tests.world import paper_world  # noqa: F401
