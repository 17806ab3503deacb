"""Addresses that came from outside, made safe to show as links: our own pages and http(s) only."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString

from onecore.lib.text import isolated


def safe_address(address: str) -> str:
    """The address if a click on it can only open a page; "" for anything else (`javascript:`, `//host`, broken ones)."""
    if any(character.isspace() or ord(character) < 32 or character == "\\" for character in address):
        return ""
    if address.startswith("/"):
        return "" if address.startswith("//") else address
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc else ""


def is_outside(address: str) -> bool:
    """True if the address leaves this portal."""
    return not address.startswith("/")


def link(address: str, words: str, *, css: str = "oc-link") -> SafeString:
    """A link; plain text where the address is not safe. One that leaves the portal opens beside it and tells nothing of us."""
    address, words = safe_address(address), isolated(words)
    if not address:
        return format_html("{}", words)
    if is_outside(address):
        return format_html(
            '<a class="{}" href="{}" target="_blank" rel="noopener noreferrer">{} <span aria-hidden="true">↗</span></a>', css, address, words
        )
    return format_html('<a class="{}" href="{}">{}</a>', css, address, words)
