"""The menu, the home page and the look of the portal, as tables. Screens above the core are named as strings only."""

from __future__ import annotations

from typing import Any, NamedTuple


class Item(NamedTuple):
    """One line of the sidebar. `screen` is an admin list ("sync.Document") or a URL name ("desk:search")."""

    title: str
    screen: str
    icon: str
    badge: str = ""


class Group(NamedTuple):
    title: str
    items: tuple[Item, ...]


MENU = (
    Group(
        "Work",
        (
            Item("Documents", "sync.Document", "description"),
            Item("Holds", "sync.Hold", "front_hand", badge="connectors.sync.counts:held_badge"),
            Item("Postings", "sync.Posting", "outbox"),
            Item("Runs", "sync.Run", "play_circle"),
            Item("Flows", "sync.Flow", "swap_calls"),
            Item("Opening figures", "sync.Opening", "start"),
        ),
    ),
    Group(
        "Mapping",
        (
            Item("Cost codes", "mappings.CostCodeMapping", "account_tree", badge="mappings.counts:unmapped_badge"),
            Item("Cost types", "mappings.CostTypeMapping", "category"),
            Item("Vendors", "mappings.VendorMapping", "storefront", badge="mappings.counts:unmapped_vendors_badge"),
            Item("Projects", "mappings.ProjectMapping", "apartment", badge="mappings.counts:unmapped_projects_badge"),
            Item("References", "mappings.Reference", "list_alt"),
        ),
    ),
    Group(
        "Connections",
        (
            Item("Connections", "connections.Connection", "cable"),
            Item("Integrations", "connections.Integration", "join"),
            Item("Webhooks", "webhooks.Hook", "webhook"),
        ),
    ),
    Group(
        "Proof",
        (Item("Audit trail", "audit.Entry", "verified"),),
    ),
    Group(
        "Settings",
        (
            Item("Tenants", "tenants.Tenant", "domain"),
            Item("People", "tenants.Membership", "group"),
            Item("Accounts", "auth.User", "badge"),
        ),
    ),
)

# Panels of the home page, top to bottom: "module:function" taking the request (see onecore.portal.home).
HOME: tuple[str, ...] = ("connectors.desk.home.panels:panels",)

_ACCENT = {  # a calm teal; everything else is grey
    "50": "oklch(98.4% .014 180.7)",
    "100": "oklch(95.3% .045 181.1)",
    "200": "oklch(91% .085 181)",
    "300": "oklch(85.5% .11 182)",
    "400": "oklch(74% .12 183)",
    "500": "oklch(62% .105 185)",
    "600": "oklch(51.5% .089 187)",
    "700": "oklch(44.5% .076 188)",
    "800": "oklch(38% .062 189)",
    "900": "oklch(33.5% .052 190)",
    "950": "oklch(24% .042 192)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "OneCore",
    "SITE_HEADER": "OneCore",
    "SITE_SUBHEADER": "Construction and ledger in step",
    "SITE_SYMBOL": "join_inner",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": _ACCENT},
    "STYLES": ["onecore.portal.frame.stylesheet"],
    "ENVIRONMENT_TITLE_PREFIX": "onecore.portal.frame.title_prefix",
    "DASHBOARD_CALLBACK": "onecore.portal.home.dashboard",
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": "onecore.portal.frame.password_link"},
            {"title": "Two-step sign-in", "link": "onecore.portal.frame.mfa_link"},
        ]
    },
    # Search names pages only: the theme keeps its results per person, not per tenant, so rows must stay out of it.
    "COMMAND": {"search_models": False, "show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "command_search": False,
        "show_all_applications": False,
        "navigation": "onecore.portal.sidebar.navigation",
    },
}
