"""Nothing sent, or perhaps stored? The door tells, over real sockets."""

from __future__ import annotations

import socket
import time

import pytest

from connectors.kit.http import Door
from connectors.port.errors import Misfit, Refused, TryLater, Uncertain

from .outside import Journal, outside, signing

pytestmark = pytest.mark.sandbox


def ask(door: Door, url: str, *, writes: bool):
    return door.exchange("POST" if writes else "GET", url, operation="the thing", writes=writes, body=b"x" if writes else None)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.mark.parametrize("writes", [True, False])
def test_it_says_that_nothing_was_sent_when_nobody_listens(writes):
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(TryLater, match=r"cannot be reached.*refused.*Nothing was sent"):
        ask(Door(signing(url)), f"{url}/x", writes=writes)


def test_it_says_that_nothing_was_sent_when_the_name_is_unknown():
    with pytest.raises(TryLater, match="Nothing was sent"):
        ask(Door(signing("https://nobody.invalid")), "https://nobody.invalid/x", writes=True)


@pytest.mark.parametrize(("writes", "error"), [(True, Uncertain), (False, TryLater)])
@pytest.mark.parametrize(
    "behave",
    [
        lambda h: time.sleep(0.6),
        lambda h: h.reset(),
        lambda h: h.say(b'{"half":', length=500) or setattr(h, "close_connection", True),
        lambda h: h.drip(3),
        lambda h: h.say(b"x" * 3000),
        lambda h: h.say(b"x", length=10**9),
    ],
    ids=["silent", "reset", "half a body", "dripping", "too large", "says it is huge"],
)
def test_it_is_uncertain_about_a_write_and_asks_again_for_a_read(behave, writes, error):
    with outside(behave) as server:
        door = Door(signing(server.url, read_s=0.3, total_s=0.5, max_bytes=2000))
        with pytest.raises(error):
            ask(door, f"{server.url}/x", writes=writes)


def test_it_gives_up_a_dripping_answer_at_the_total_deadline():
    with outside(lambda h: h.drip(5)) as server:
        started = time.monotonic()
        with pytest.raises(Uncertain, match="total deadline"):
            ask(Door(signing(server.url, total_s=0.4)), f"{server.url}/x", writes=True)
        assert time.monotonic() - started < 1.5


def test_it_repeats_a_read_after_a_reset_but_never_a_write():
    def once_broken(handler):
        handler.reset() if len(handler.server.asked) % 3 else handler.say(b'{"a": 1}')

    with outside(once_broken) as server:
        door = Door(signing(server.url))
        assert ask(door, f"{server.url}/x", writes=False).json() == {"a": 1}
        assert len(server.asked) == 3
        with pytest.raises(Uncertain):
            ask(door, f"{server.url}/x", writes=True)
        assert len(server.asked) == 4


def test_it_stops_at_a_peer_that_cannot_speak_tls_and_does_not_fall_back():
    with outside(lambda h: h.say()) as server:
        secure = server.url.replace("http:", "https:")
        with pytest.raises(Refused, match="could not prove who it is"):
            ask(Door(signing(secure)), f"{secure}/x", writes=True)
        assert server.asked == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://10.0.0.8/x", "http://api.example/x", "ftp://api.example/x", "https://a:b@api.example/"]
)
def test_it_calls_no_address_that_the_environment_did_not_name(url):
    with pytest.raises(Misfit):
        ask(Door(signing("https://api.example")), url, writes=True)


def test_it_checks_the_address_a_name_leads_to_when_it_connects():
    with outside(lambda h: h.say()) as server:
        port = server.server_address[1]
        stranger = Door(signing("https://api.example"))
        with pytest.raises(Misfit, match=r"localhost leads to .* Nothing was sent.*ONECORE_EGRESS_ALLOW"):
            ask(stranger, f"https://localhost:{port}/x", writes=False)
        allowed = Door(signing("https://api.example", egress_allow=("localhost",)))
        assert ask(allowed, f"http://localhost:{port}/x", writes=False).status == 200
        assert len(server.asked) == 1


def test_it_follows_no_redirect_and_keeps_no_cookie():
    with outside(lambda h: h.say(status=302, Location="http://127.0.0.1:1/steal", Set_Cookie="a=b; Path=/")) as server:
        door = Door(signing(server.url))
        assert ask(door, f"{server.url}/x", writes=False).status == 302
        assert len(door._session.cookies) == 0


def test_it_asks_the_guard_right_before_sending_and_sends_nothing_when_it_refuses():
    class LeaseOver(Exception):
        pass

    def guard():
        raise LeaseOver

    journal = Journal()
    with outside(lambda h: h.say()) as server:
        door = Door(signing(server.url, journal=journal))
        with pytest.raises(LeaseOver):
            door.exchange("POST", f"{server.url}/x", operation="x", writes=True, body=b"x", guard=guard)
        assert server.asked == []
    assert journal.calls == []


def test_it_answers_with_any_status_and_the_remotes_own_request_id():
    with outside(lambda h: h.say(b"no", status=503, X_Request_Id="abc-1")) as server:
        answer = ask(Door(signing(server.url)), f"{server.url}/x", writes=True)
        assert (answer.status, answer.text, answer.request_id) == (503, "no", "abc-1")
