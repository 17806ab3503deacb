"""The sandbox as one object: the state file, its clock and weather, and what was asked."""

from typing import Any

from connectors.sandbox.calls import Calls
from connectors.sandbox.clock import Clock
from connectors.sandbox.holding import Holding
from connectors.sandbox.state import State
from connectors.sandbox.weather import Weather

WORLD_KEY = "world"
SETTINGS_KEY = "settings"


class Town:
    def __init__(self, state: State) -> None:
        self.state = state
        self.clock = Clock(state)
        self.weather = Weather(state)
        self.calls = Calls()
        self.holding = Holding()
        self.address = ""  # set once the listener has its port

    @property
    def world(self) -> dict[str, Any]:
        """Which scenario is loaded: {"scenario", "scale", "seed"}."""
        return dict(self.state.meta(WORLD_KEY) or {})

    def settings(self, system: str) -> dict[str, Any]:
        return dict((self.state.meta(SETTINGS_KEY) or {}).get(system) or {})

    def change_settings(self, system: str, changes: dict[str, Any]) -> dict[str, Any]:
        with self.state.transaction():
            settings = dict(self.state.meta(SETTINGS_KEY) or {})
            settings[system] = {**settings.get(system, {}), **changes}
            self.state.set_meta(SETTINGS_KEY, settings)
        return dict(settings[system])

    def reload(self) -> None:
        """After a new world was written into the file."""
        self.clock.reload()
        self.weather.reload(seed=int(self.world.get("seed", 1)))
        self.calls.clear()
        self.holding.release()
