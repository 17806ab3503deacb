"""Secrets at rest: unreadable without the key, bound to their row, and keys rotate while the system runs."""

from __future__ import annotations

import base64

import pytest

from onecore.lib.secretbox import CannotOpen, SecretBox, new_key

ROW = "connections.credential|7|tenant 1"


def test_what_is_sealed_is_read_back_and_never_looks_the_same() -> None:
    box = SecretBox([new_key()])
    first, second = box.seal("hunter2 é", bound_to=ROW), box.seal("hunter2 é", bound_to=ROW)
    assert first != second
    assert "hunter2" not in first
    assert box.open(first, bound_to=ROW) == box.open(second, bound_to=ROW) == "hunter2 é"


def test_a_sealed_text_swapped_into_another_row_does_not_open() -> None:
    box = SecretBox([new_key()])
    sealed = box.seal("hunter2", bound_to=ROW)
    with pytest.raises(CannotOpen, match="another row"):
        box.open(sealed, bound_to=ROW.replace("7", "8"))


def test_an_altered_byte_does_not_open() -> None:
    box = SecretBox([new_key()])
    form, key_id, body = box.seal("hunter2", bound_to=ROW).split(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(CannotOpen, match="altered"):
        box.open(f"{form}:{key_id}:{base64.b64encode(raw).decode()}", bound_to=ROW)


@pytest.mark.parametrize("text", ["", "oc1", "oc1:zz", "plain text", "oc9:00000000:AAAA"])
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(CannotOpen):
        SecretBox([new_key()]).open(text, bound_to=ROW)


def test_a_new_key_in_front_seals_while_the_old_one_still_opens() -> None:
    old, new = new_key(), new_key()
    sealed = SecretBox([old]).seal("hunter2", bound_to=ROW)
    both = SecretBox([new, old])
    assert both.open(sealed, bound_to=ROW) == "hunter2"
    assert not both.is_current(sealed)
    resealed = both.seal("hunter2", bound_to=ROW)
    assert both.is_current(resealed)
    assert SecretBox([new]).open(resealed, bound_to=ROW) == "hunter2"


def test_a_lost_key_says_which_setting_to_mend() -> None:
    sealed = SecretBox([new_key()]).seal("hunter2", bound_to=ROW)
    with pytest.raises(CannotOpen, match="ONECORE_FIELD_KEYS"):
        SecretBox([new_key()]).open(sealed, bound_to=ROW)


@pytest.mark.parametrize("keys", [[], ["too short"], [base64.b64encode(b"x" * 16).decode()]])
def test_a_wrong_key_ring_stops_the_start(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="ONECORE_FIELD_KEYS"):
        SecretBox(keys)
