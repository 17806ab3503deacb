"""The form for credentials, made from what the system declares. A secret is typed in and never comes back out."""

from __future__ import annotations

from typing import Any

from django import forms

from connectors.port.connector import ConfigField

from . import vault
from .models import Connection
from .opening import declaration

KEPT = "Stored. Leave it empty to keep it."


class CredentialsForm(forms.Form):
    """Everything a connection needs, secrets write-only. Spaces are kept here so that `configure` can say that it trimmed them."""

    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = vault.names(connection)
        for declared in declaration(connection).config:
            self.fields[declared.name] = _secret(declared, is_stored=declared.name in stored) if declared.secret else _plain(declared, connection)


def _secret(declared: ConfigField, *, is_stored: bool) -> forms.Field:
    help_text = " ".join(part for part in (declared.help, KEPT if is_stored else "") if part)
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"})
    field = forms.CharField(
        label=declared.label, help_text=help_text, required=declared.required and not is_stored, strip=False, max_length=4000, widget=widget
    )
    field.is_stored = is_stored  # type: ignore[attr-defined]  # the page says so beside the label
    return field


def _plain(declared: ConfigField, connection: Connection) -> forms.Field:
    return forms.CharField(
        label=declared.label,
        help_text=declared.help,
        required=declared.required,
        strip=False,
        max_length=500,
        initial=connection.config.get(declared.name, declared.default),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
