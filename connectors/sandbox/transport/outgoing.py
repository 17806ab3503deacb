"""HTTP out of the sandbox: webhook deliveries, to this machine only."""

from urllib.parse import urlsplit

import requests

TIMEOUT_S = 5
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def post(url: str, *, body: bytes, headers: dict[str, str]) -> tuple[int | None, str | None]:
    """The status, or why there is none."""
    if urlsplit(url).hostname not in LOOPBACK:
        return None, "The sandbox delivers to this machine only"
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
            return answer.status_code, None
    except requests.RequestException as error:
        return None, type(error).__name__
