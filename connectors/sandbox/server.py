"""Start and stop the sandbox: in the foreground from the command line, or in a thread for tests."""

import argparse
import logging
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from connectors.sandbox.answering import System, answer
from connectors.sandbox.control.desk import ControlDesk
from connectors.sandbox.intacct.gateway import Intacct
from connectors.sandbox.procore.app import Procore
from connectors.sandbox.procore.postman import Postman
from connectors.sandbox.state import State
from connectors.sandbox.town import Town
from connectors.sandbox.transport.listener import Listener
from connectors.sandbox.world.scenarios import SCENARIOS, UnknownScenario, load_world

DEFAULT_PORT = 9100
logger = logging.getLogger(__name__)


@dataclass
class Server:
    town: Town
    listener: Listener
    postman: Postman

    @property
    def port(self) -> int:
        return int(self.listener.server_address[1])

    @property
    def address(self) -> str:
        return self.town.address

    def stop(self) -> None:
        """Stop listening, let the postman finish his letter, close the file."""
        self.listener.end()
        self.postman.stop()
        self.town.holding.release()
        self.town.state.close()


def serve(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    state: str | Path = ":memory:",
    scenario: str = "contractor",
    scale: int = 1,
) -> Server:
    """Start in threads of this process; port 0 picks a free one. A file that holds a world keeps it."""
    kept = State(state)
    town = Town(kept)
    if not town.world:
        load_world(kept, scenario=scenario, scale=scale)
    procore, intacct = Procore(town), Intacct(town)
    postman = Postman(town)
    control = ControlDesk(town, procore=procore, postman=postman)
    systems: dict[str, System] = {"procore": procore, "intacct": intacct}
    listener = Listener(host, port, lambda request: answer(town, systems, control.answer, request))
    town.address = f"http://{host}:{listener.server_address[1]}"
    threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True).start()
    postman.start()
    return Server(town, listener, postman)


def environment(address: str) -> dict[str, str]:
    """The variables that point the adapters here."""
    return {
        "ONECORE_PROCORE_API_URL": f"{address}/procore",
        "ONECORE_PROCORE_AUTH_URL": f"{address}/procore/oauth/authorize",
        "ONECORE_PROCORE_TOKEN_URL": f"{address}/procore/oauth/token",
        "ONECORE_INTACCT_API_URL": f"{address}/intacct/ia/xml/xmlgw.phtml",
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sandbox", description="Pretend Procore and Sage Intacct on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--state", default=":memory:", help="SQLite file that keeps the world (default: memory only)")
    parser.add_argument("--scenario", default="contractor", choices=sorted(SCENARIOS))
    parser.add_argument("--scale", type=int, default=1)
    options = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        server = serve(options.host, options.port, options.state, options.scenario, options.scale)
    except (OSError, UnknownScenario) as error:
        sys.stderr.write(f"The sandbox cannot start on {options.host}:{options.port}: {error}. Choose another --port or --scale.\n")
        return 2
    lines = [f"The sandbox listens on {server.address}", *(f"export {key}={value}" for key, value in environment(server.address).items())]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    stopped.wait()
    server.stop()
    return 0
