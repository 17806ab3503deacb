"""The front of the pretend Procore: routes, then token, company, rate limit, and only then the resource."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from connectors.sandbox.messages import Request, Response
from connectors.sandbox.procore import codes, commitments, directory, hooks, payments, requisitions, vendors
from connectors.sandbox.procore.asking import Call, Refusal, error_response
from connectors.sandbox.procore.limits import SURPASSED, Limits
from connectors.sandbox.procore.oauth import answer_oauth, bearer, expire_tokens
from connectors.sandbox.state import Body
from connectors.sandbox.town import Town

WOC, PO = "WorkOrderContract", "PurchaseOrderContract"
Act = Callable[..., Response]
ROUTES: tuple[tuple[str, str, Act], ...] = (
    ("GET", "v1.0/companies", directory.list_companies),
    ("GET", "v1.0/me", directory.show_me),
    ("GET", "v1.0/companies/{}/me", directory.show_company_me),
    ("GET", "v1.1/companies/{}/me", directory.show_company_me),
    ("GET", "v1.2/companies/{}/me", directory.show_company_me),
    ("GET", "v1.3/companies/{}/me", directory.show_company_me),
    ("GET", "v1.0/settings/permissions", directory.show_permissions),
    ("GET", "v1.0/company_configuration", directory.show_company_configuration),
    ("GET", "v1.0/companies/{}/currency_configuration", directory.show_currency_configuration),
    ("GET", "v1.0/company_base_url", directory.show_base_url),
    ("GET", "v1.1/projects", directory.list_projects),
    ("GET", "v1.0/companies/{}/projects", directory.list_company_projects),
    ("GET", "v1.0/projects/{}", directory.show_project),
    ("GET", "v1.0/vendors", vendors.list_vendors),
    ("POST", "v1.0/vendors", vendors.create_vendor),
    ("PATCH", "v1.0/vendors/sync", vendors.sync_vendors),
    ("GET", "v1.0/vendors/{}", vendors.show_vendor),
    ("PATCH", "v1.0/vendors/{}", vendors.update_vendor),
    ("GET", "v1.0/companies/{}/vendors/inactive", vendors.list_inactive_vendors),
    ("PATCH", "v1.0/companies/{}/vendors/inactive/{}", vendors.reactivate_vendor),
    ("GET", "v1.0/standard_cost_code_lists", codes.list_standard_lists),
    ("GET", "v1.0/standard_cost_code_lists/{}", codes.show_standard_list),
    ("GET", "v1.0/standard_cost_codes", codes.list_standard_codes),
    ("GET", "v1.0/standard_cost_codes/{}", codes.show_standard_code),
    ("GET", "v1.0/cost_codes", codes.list_cost_codes),
    ("GET", "v1.0/cost_codes/{}", codes.show_cost_code),
    ("GET", "v1.0/line_item_types", codes.list_cost_types),
    ("GET", "v1.0/line_item_types/{}", codes.show_cost_type),
    ("GET", "v1.0/tax_codes", codes.list_tax_codes),
    ("GET", "v1.0/tax_codes/{}", codes.show_tax_code),
    ("GET", "v1.0/projects/{}/work_breakdown_structure/wbs_codes", codes.list_wbs_codes),
    ("GET", "v1.0/budget_views", codes.list_budget_views),
    ("GET", "v1.0/budget_views/{}/detail_rows", codes.list_budget_rows),
    ("GET", "v1.0/work_order_contracts", commitments.lister(WOC)),
    ("GET", "v1.0/work_order_contracts/{}", commitments.shower(WOC)),
    ("GET", "v1.0/work_order_contracts/{}/line_items", commitments.line_lister(WOC)),
    ("GET", "v1.0/purchase_order_contracts", commitments.lister(PO)),
    ("GET", "v1.0/purchase_order_contracts/{}", commitments.shower(PO)),
    ("GET", "v1.0/purchase_order_contracts/{}/line_items", commitments.line_lister(PO)),
    ("GET", "v1.0/commitments", commitments.list_commitments),
    ("GET", "v2.0/companies/{}/projects/{}/commitment_contracts", commitments.list_v2),
    ("GET", "v1.0/projects/{}/commitment_change_orders", commitments.list_change_orders),
    ("GET", "v1.1/requisitions", requisitions.list_requisitions),
    ("GET", "v1.1/requisitions/{}", requisitions.show_requisition),
    ("GET", "v1.0/requisitions/{}", requisitions.show_requisition_v1),
    ("PATCH", "v1.1/requisitions/{}", requisitions.update_requisition),
    ("GET", "v1.0/requisitions/{}/contract_items", requisitions.list_contract_items),
    ("GET", "v1.0/requisitions/{}/change_order_items", requisitions.list_change_order_items),
    ("GET", "v1.0/projects/{}/billing_periods", payments.list_periods),
    ("GET", "v1.0/projects/{}/billing_periods/{}", payments.show_period),
    ("GET", "v1.0/contract_payments", payments.list_payments),
    ("POST", "v1.0/contract_payments", payments.create_payment),
    ("GET", "v1.0/contract_payments/{}", payments.show_payment),
    ("PATCH", "v1.0/contract_payments/{}", payments.update_payment),
    ("DELETE", "v1.0/contract_payments/{}", payments.delete_payment),
    ("GET", "v1.0/webhooks/hooks", hooks.list_hooks),
    ("POST", "v1.0/webhooks/hooks", hooks.create_hook),
    ("PATCH", "v1.0/webhooks/hooks/{}", hooks.update_hook),
    ("DELETE", "v1.0/webhooks/hooks/{}", hooks.delete_hook),
    ("GET", "v1.0/webhooks/hooks/{}/triggers", hooks.list_triggers),
    ("POST", "v1.0/webhooks/hooks/{}/triggers", hooks.create_trigger),
    ("POST", "v1.0/webhooks/hooks/{}/triggers/bulk", hooks.create_triggers),
    ("DELETE", "v1.0/webhooks/hooks/{}/triggers/{}", hooks.delete_trigger),
    ("GET", "v1.0/webhooks/hooks/{}/deliveries", hooks.list_deliveries),
    ("GET", "v1.0/webhooks/resources", hooks.list_resources),
)
_COMPILED = tuple((method, re.compile(pattern.replace(".", r"\.").replace("{}", r"(\d+)")), act) for method, pattern, act in ROUTES)
FILES = "/procore/files/"
FILE_TEXT = b"%%PDF-1.4\n%% a pretend invoice: %s\n%%%%EOF\n"
WITHOUT_COMPANY = ("v1.0/me", "v1.0/companies")
MISSING_HEADER = "Missing Procore-Company-Id header! Send the id of the company with every request."


class Procore:
    def __init__(self, town: Town) -> None:
        self._town = town
        self.limits = Limits(town)

    def operations(self, request: Request) -> tuple[str, ...]:
        """`GET requisitions`, `PATCH vendors/sync`, `POST oauth/token`: what weather and counts go by."""
        tail = request.path.removeprefix("/procore/")
        tail = re.sub(r"^rest/v[0-9.]+/", "", tail)
        tail = re.sub(r"^(companies|projects)/\d+/(?=projects/\d+/|\w)", "", tail)
        tail = re.sub(r"^projects/\d+/(?=\w)", "", tail)
        return (f"{request.method} {re.sub(r'/[0-9]+', '/{id}', tail)}",)

    @contextmanager
    def admission(self, request: Request) -> Iterator[Response | None]:
        yield None

    def answer(self, request: Request) -> Response:
        if "expire_tokens" in request.effects:
            expire_tokens(self._town)
        if request.path.startswith(FILES):
            return self._file(request)
        if request.path.startswith("/procore/oauth/"):
            return answer_oauth(self._town, request)
        version, _, _ = request.path.removeprefix("/procore/rest/").partition("/")
        style = str(self._town.settings("procore").get("error_body", "errors"))
        headers: dict[str, str] = {}
        try:
            response = self._resource(request, version, headers)
        except Refusal as refusal:
            response = error_response(refusal, style=style, version=version)
        response.headers |= headers
        response.headers["X-Request-Id"] = secrets.token_hex(16)
        return response

    def _file(self, request: Request) -> Response:
        """An attachment asks for the token and redirects to storage, which asks for nothing."""
        number = request.path.removeprefix(FILES)
        if number.startswith("stored/"):
            return Response(200, FILE_TEXT % number.encode(), {"Content-Type": "application/pdf"})
        if bearer(self._town, request) is None:
            return error_response(Refusal(401, "The access token is invalid"), style="errors", version="v1.0")
        return Response(302, b"", {"Location": f"{self._town.address}{FILES}stored/{number}"})

    def _resource(self, request: Request, version: str, headers: dict[str, str]) -> Response:
        if not request.path.startswith("/procore/rest/"):
            raise Refusal(404, "Not found")
        token = bearer(self._town, request)
        if token is None:
            raise Refusal(401, "The access token is invalid")
        allowed, limit_headers = self.limits.take(token["client_id"])
        headers |= limit_headers
        if not allowed:
            raise Refusal(429, SURPASSED)
        call = self._call(request, token, version)
        tail = request.path.removeprefix("/procore/rest/").rstrip("/")
        for method, pattern, act in _COMPILED:
            match = pattern.fullmatch(tail)
            if match and method == request.method:
                self._company(call, tail, token)
                with self._town.state.transaction() if method != "GET" else _nothing():
                    return act(call, *(int(part) for part in match.groups()))
        raise Refusal(404, "Not found")

    def _call(self, request: Request, token: Body, version: str) -> Call:
        user = self._town.state.get("procore", "user", token["user_id"])
        app = self._town.state.find("procore", "app", token["client_id"])
        if user is None or app is None:
            raise Refusal(401, "The access token is invalid")
        gone = self._town.settings("procore").get("disconnected_companies") or []
        companies = tuple(row_id for row_id in app["companies"] if row_id in user["companies"] and row_id not in gone)
        return Call(self._town, request, user, companies, version=version)

    def _company(self, call: Call, tail: str, token: Body) -> None:
        value = call.request.headers.get("procore-company-id")
        if value is None:
            is_person = token.get("refresh") is not None
            if tail in WITHOUT_COMPANY and is_person:
                return
            raise Refusal(400, MISSING_HEADER, plain=True)
        if not value.isdigit():
            raise Refusal(400, MISSING_HEADER, plain=True)
        if int(value) not in call.companies:
            raise Refusal(403, "App is not connected to this company")
        call.company_id = int(value)


@contextmanager
def _nothing() -> Iterator[Any]:
    yield None
