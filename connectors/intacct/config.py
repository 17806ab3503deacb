"""What a person enters to connect Sage Intacct, and the same as typed settings.

The sender id belongs to the integrator, the Web Services user to the customer: messages keep the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.port.connector import ConfigField
from connectors.port.errors import Code, Misfit

FIELDS = (
    ConfigField(
        "sender_id", "Sender ID", help="The Web Services sender ID of this installation, authorised under Company > Setup > Company > Security."
    ),
    ConfigField("sender_password", "Sender password", help="The password that belongs to the sender ID.", secret=True),
    ConfigField("company_id", "Company ID", help="The company ID typed when signing in to Sage Intacct."),
    ConfigField("user_id", "Web Services user", help="A Web Services user: type Business, admin privileges Full, status Active."),
    ConfigField("user_password", "User password", help="The password of the Web Services user. A wrong one, repeated, locks the user.", secret=True),
    ConfigField(
        "entity_id", "Entity ID", required=False, help="Work inside this entity. Leave empty for the top level: every line then needs a location."
    ),
    ConfigField("base_currency", "Base currency", required=False, default="USD", help="The company's (or entity's) base currency, three letters."),
    ConfigField(
        "currencies",
        "Other currencies",
        required=False,
        help="Only where multi-currency is on: the other currencies bills may have, separated by commas. Documents in any other currency are held.",
    ),
)

_ISO_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Settings:
    """The entered configuration, checked. Holds secrets: never printed (`repr` leaves them out)."""

    sender_id: str
    sender_password: str
    company_id: str
    user_id: str
    user_password: str
    entity_id: str
    base_currency: str
    currencies: frozenset[str]

    def __repr__(self) -> str:
        return f"Settings(company_id={self.company_id!r}, entity_id={self.entity_id!r}, base_currency={self.base_currency!r})"

    @property
    def multi_currency(self) -> bool:
        """True where documents in more than one currency are expected, so that each must name its own."""
        return len(self.currencies) > 1


def read_settings(config: Mapping[str, str]) -> Settings:
    """The typed settings. Raises Misfit naming the first field that is missing or malformed."""
    values = {field.name: (config.get(field.name) or field.default).strip() for field in FIELDS}
    for field in FIELDS:
        if field.required and not values[field.name]:
            raise Misfit(f"{field.label} is empty. Enter it under Connects, Set credentials.", field_name=field.name)
    base = values["base_currency"].upper()
    others = [part.strip().upper() for part in values["currencies"].split(",") if part.strip()]
    for currency in (base, *others):
        if not _ISO_CURRENCY.fullmatch(currency):
            raise Misfit(
                f"{currency!r} is not a currency code. Use three letters such as USD.", code=Code.CURRENCY_UNKNOWN, field_name="base_currency"
            )
    return Settings(
        sender_id=values["sender_id"],
        sender_password=values["sender_password"],
        company_id=values["company_id"],
        user_id=values["user_id"],
        user_password=values["user_password"],
        entity_id=values["entity_id"],
        base_currency=base,
        currencies=frozenset({base, *others}),
    )
