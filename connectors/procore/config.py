"""What a person enters to connect a Procore company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.port.connector import ConfigField
from connectors.port.errors import Misfit

FIELDS = (
    ConfigField("company_id", "Company ID", help="The number in the address of your Procore company, e.g. 4281379."),
    ConfigField("client_id", "Client ID", help="Of the service account (Company Admin > Service Accounts) or of the installed app."),
    ConfigField("client_secret", "Client secret", help="Shown once when the service account is made. It is stored encrypted.", secret=True),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The entered values, checked."""

    company_id: str
    client_id: str
    client_secret: str

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Settings:
        """Raises Misfit with a sentence that names what is missing or malformed."""
        found = {field.name: str(values.get(field.name, "")).strip() for field in FIELDS}
        missing = [field.label for field in FIELDS if not found[field.name]]
        if missing:
            raise Misfit(f"Procore is not set up: {', '.join(missing)} missing. Use Set credentials on the connection.")
        if not (found["company_id"].isascii() and found["company_id"].isdigit()):
            raise Misfit(f"The Procore Company ID must be a number, not {found['company_id']!r}.", field_name="company_id")
        return cls(**found)
