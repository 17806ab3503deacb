"""What is known of the company while one source is open: its projects, currency and code lists, each read once, on demand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from connectors.port.errors import Refused
from connectors.port.refs import Kind

from .client import LIST_PAGE, Client
from .lines import Lists
from .lists import cost_codes as read_cost_codes
from .reading import ident

_PROJECTS_PAGE = 300
_WEB = {"api.procore.com": "https://app.procore.com"}


class Company:
    """Lists of one Procore company."""

    def __init__(self, client: Client, *, api: str) -> None:
        self._client = client
        self._api = api
        self._types_known = False

    @cached_property
    def projects(self) -> dict[str, dict[str, Any]]:
        """Every project the account sees, by id, finished ones too."""
        asked = (("company_id", self._client.company_id), ("filters[by_status]", "All"))
        rows = self._client.pages("/rest/v1.1/projects", operation="list projects", params=asked, per_page=_PROJECTS_PAGE)
        return {ident(raw.get("id")): raw for raw in rows}

    @property
    def active(self) -> list[str]:
        """Ids of the projects that are worked on."""
        return [project for project, raw in self.projects.items() if raw.get("active") is not False]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The company's currency settings; empty where the account may not see them."""
        asked = (("company_id", self._client.company_id),)
        return self._allowed("/rest/v1.0/company_configuration", "read company settings", asked)

    @cached_property
    def cost_types(self) -> list[dict[str, Any]]:
        asked = (("company_id", self._client.company_id),)
        return list(self._client.pages("/rest/v1.0/line_item_types", operation="list cost types", params=asked, per_page=LIST_PAGE))

    def cost_codes_of(self, project: str) -> Iterator[dict[str, Any]]:
        """A project's cost codes, read anew: a company of hundreds of projects has too many to remember whole."""
        return self._client.pages("/rest/v1.0/cost_codes", operation="list cost codes", params=(("project_id", project),), per_page=LIST_PAGE)

    @cached_property
    def lists(self) -> Lists:
        """What the translator needs; code lists are added by the two methods below."""
        return Lists(
            currency=str(self.settings.get("currency_iso_code") or "").strip().upper(),
            web=self._web_address(),
            company_id=self._client.company_id,
            projects={project: str(raw.get("name") or "") for project, raw in self.projects.items()},
        )

    def know_cost_types(self) -> None:
        if not self._types_known:
            rows = [(str(raw.get("code") or ""), ident(raw.get("id"))) for raw in self.cost_types]
            self.lists.cost_types.update({code.casefold(): (remote_id, code) for code, remote_id in rows if code})
            self._types_known = True

    def know_cost_codes(self, project: str) -> None:
        if project not in self.lists.cost_codes:
            found = read_cost_codes(Kind.PROJECT_COST_CODE, self.cost_codes_of(project), parent=project)
            self.lists.cost_codes[project] = {each.remote_id: each.code for each in found}

    def _web_address(self) -> str:
        """Where people look at Procore: what it says itself, if that is a Procore address; companies live in zones."""
        told = self._allowed("/rest/v1.0/company_base_url", "read web address", ()).get("web_base_url")
        parts = urlsplit(told) if isinstance(told, str) else urlsplit("")
        host = parts.hostname or ""
        if parts.scheme == "https" and (host == "procore.com" or host.endswith(".procore.com")):
            return f"https://{parts.netloc}"
        api = urlsplit(self._api)
        return _WEB.get(api.hostname or "", f"{api.scheme}://{api.netloc}")

    def _allowed(self, path: str, operation: str, asked: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """An object that is good to have; empty where Procore does not show it to us."""
        try:
            found = self._client.get(path, operation=operation, params=asked)
        except Refused:
            return {}
        return found if isinstance(found, dict) else {}
