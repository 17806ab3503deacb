"""Where the demo lives: its folder, its two ports, and the addresses of the pretend systems."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from onecore.lib.command import Exit, Stop
from onecore.lib.env import Env

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """Ports stay the same from run to run: the pretend Procore remembers where to send its webhooks."""

    folder: Path
    web: int
    sandbox: int

    @property
    def portal(self) -> str:
        return f"http://{HOST}:{self.web}"

    @property
    def control(self) -> str:
        return f"http://{HOST}:{self.sandbox}/control"

    def point_at_sandbox(self) -> None:
        """For this process and all it starts: the systems live in the sandbox."""
        base = f"http://{HOST}:{self.sandbox}"
        addresses = {
            "ONECORE_PROCORE_API_URL": f"{base}/procore",
            "ONECORE_PROCORE_AUTH_URL": f"{base}/procore/oauth/authorize",
            "ONECORE_PROCORE_TOKEN_URL": f"{base}/procore/oauth/token",
            "ONECORE_INTACCT_API_URL": f"{base}/intacct/ia/xml/xmlgw.phtml",
        }
        os.environ.update(addresses)
        self.environment.write_text("".join(f"export {name}={url}\n" for name, url in addresses.items()), encoding="utf-8")

    @property
    def environment(self) -> Path:
        """A file for other shells: with it, commands beside a served demo reach the pretend systems and not the real ones."""
        return self.folder / "environment"


def find_place() -> Place:
    """The folder under var/, and two ports that are free. Raises Stop if the remembered ones are taken."""
    folder = Path(settings.VAR_DIR) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    remembered = folder / "ports.json"
    if remembered.exists():
        ports = json.loads(remembered.read_text(encoding="utf-8"))
        taken = [port for port in ports.values() if not _is_free(port)]
        if taken:
            listed = " and ".join(map(str, taken))
            raise Stop(Exit.WRONG_USE, f"Port {listed} of the demo is in use: is `make serve` or another `make demo` running? Stop it and try again.")
    else:
        env = Env()
        ports = {"web": _port(env.integer("ONECORE_DEMO_WEB_PORT", 8000)), "sandbox": _port(env.integer("ONECORE_DEMO_SANDBOX_PORT", 9100))}
        remembered.write_text(json.dumps(ports), encoding="utf-8")
    return Place(folder, ports["web"], ports["sandbox"])


def _port(wanted: int) -> int:
    if _is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
