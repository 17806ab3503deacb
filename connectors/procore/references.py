"""Fetch Procore's lists, each in the calls it needs; `lists` puts the rows in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.port.errors import Misfit
from connectors.port.refs import Kind, Reference

from . import lists
from .client import LIST_PAGE, Client, Params
from .company import Company
from .reading import ident


def references(client: Client, company: Company, kind: Kind, *, changed: Params = ()) -> Iterator[Reference]:
    """The rows of one list. `changed` is a filter for vendors."""
    readers: dict[Kind, Callable[[], Iterator[Reference]]] = {
        Kind.VENDOR: lambda: _vendors(client, changed),
        Kind.PROJECT: lambda: (lists.project(raw) for raw in company.projects.values()),
        Kind.COST_CODE: lambda: _standard_cost_codes(client),
        Kind.PROJECT_COST_CODE: lambda: _project_cost_codes(company),
        Kind.COST_TYPE: lambda: (lists.cost_type(raw) for raw in company.cost_types),
        Kind.TAX_CODE: lambda: _tax_codes(client),
    }
    if kind not in readers:
        raise Misfit(f"Procore has no list of the kind {kind.value}.")
    return readers[kind]()


def _vendors(client: Client, changed: Params) -> Iterator[Reference]:
    """Nobody says whether the list holds inactive vendors too; so both lists are read, and each vendor is told once."""
    seen: set[str] = set()
    for raw in client.pages("/rest/v1.0/vendors", operation="list vendors", params=(_mine(client), *changed), per_page=LIST_PAGE):
        seen.add(ident(raw.get("id")))
        yield lists.vendor(raw)
    inactive = f"/rest/v1.0/companies/{client.company_id}/vendors/inactive"
    for raw in client.pages(inactive, operation="list inactive vendors", per_page=LIST_PAGE):
        if ident(raw.get("id")) not in seen:
            yield lists.vendor(raw, active=False)


def _standard_cost_codes(client: Client) -> Iterator[Reference]:
    for found in client.pages("/rest/v1.0/standard_cost_code_lists", operation="list standard cost code lists", params=(_mine(client),)):
        list_id = ident(found.get("id"))
        asked = (_mine(client), ("standard_cost_code_list_id", list_id))
        rows = client.pages("/rest/v1.0/standard_cost_codes", operation="list standard cost codes", params=asked, per_page=LIST_PAGE)
        yield from lists.cost_codes(Kind.COST_CODE, rows, parent=list_id)


def _project_cost_codes(company: Company) -> Iterator[Reference]:
    for project in company.active:
        yield from lists.cost_codes(Kind.PROJECT_COST_CODE, company.cost_codes_of(project), parent=project)


def _tax_codes(client: Client) -> Iterator[Reference]:
    rows = client.pages("/rest/v1.0/tax_codes", operation="list tax codes", params=(_mine(client),))
    return (lists.tax_code(raw) for raw in rows)


def _mine(client: Client) -> tuple[str, str]:
    return ("company_id", client.company_id)
