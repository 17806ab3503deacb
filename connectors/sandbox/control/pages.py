"""The screens people see in the pretend Procore: an invoice with its lines, where a line can be given another cost code."""

import html
import re
from typing import Any

from connectors.sandbox.control.directory_acts import recode_line
from connectors.sandbox.messages import Request, Response, html_response
from connectors.sandbox.procore.oauth_form import read_form
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town
from connectors.sandbox.world import figures
from connectors.sandbox.world.money import text

_INVOICE = re.compile(r"/procore/(\d+)/project/commitments/(?:work_order_contracts|purchase_order_contracts)/\d+/requisitions/(\d+)/?")
_STYLE = (
    "body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;color:#1f2937}table{border-collapse:collapse;width:100%}"
    "td,th{padding:.4rem .6rem;border-bottom:1px solid #e5e7eb;text-align:left}td.n{text-align:right}tr.header td{background:#fef3c7}"
    "small{color:#6b7280}button{padding:.25rem .8rem}"
)


def is_page(path: str) -> bool:
    """True for the address of a screen, as deep links name it."""
    return _INVOICE.fullmatch(path) is not None


def answer_page(town: Town, request: Request) -> Response:
    match = _INVOICE.fullmatch(request.path)
    assert match is not None
    found = _find(town, int(match[2]))
    if found is None:
        return html_response("<h1>Not found</h1>", status=404)
    space, invoice = found
    said = ""
    if request.method == "POST":
        form = read_form(request)
        done: dict[str, Any] = recode_line(town, space, line_id=int(form.get("line") or 0), code_id=int(form.get("code") or 0))
        said = f"The line is now coded to {done['full_code']}."
        invoice = town.state.get(space, "requisition", invoice["id"]) or invoice
    return html_response(_page(town, space, invoice, said))


def _find(town: Town, requisition: int) -> tuple[str, Body] | None:
    for pair in town.state.meta("pairs") or []:
        space = f"procore:{pair['procore']['company_id']}"
        row = town.state.get(space, "requisition", requisition)
        if row is not None and not row["deleted_at"]:
            return space, row
    return None


def _page(town: Town, space: str, invoice: Body, said: str) -> str:
    commitment = town.state.get(space, "commitment", invoice["commitment_id"]) or {}
    codes = sorted(town.state.select(space, "cost_code", Where(parents=[invoice["project_id"]])), key=lambda code: str(code["full_code"]))
    headers = {code["parent"]["id"] for code in codes if code.get("parent") and code["parent"].get("id")}
    lines = "".join(_line(town, space, item, codes, headers) for item in invoice["items"])
    title = f"{commitment.get('number', '')} invoice {invoice['number']}"
    note = f"<p><strong>{html.escape(said)}</strong></p>" if said else ""
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{html.escape(title)} | Pretend Procore</title><style>{_STYLE}</style></head>"
        f"<body><small>Pretend Procore</small><h1>{html.escape(title)}</h1><p>{html.escape(str(invoice['invoice_number'] or 'no number'))}, "
        f"{html.escape(invoice['status'])}, {text(figures.due(invoice))} due this period</p>{note}"
        f"<table><tr><th>Line</th><th>This period</th><th>Cost code</th></tr>{lines}</table></body></html>"
    )


def _line(town: Town, space: str, item: Body, codes: list[Body], headers: set[int]) -> str:
    line = town.state.get(space, "line", item["line"]) or {}
    options = "".join(
        f'<option value="{code["id"]}"{" selected" if code["id"] == line.get("cost_code_id") else ""}>{html.escape(code["full_code"])} '
        f"{html.escape(code['name'])}</option>"
        for code in codes
        if code["id"] not in headers or code["id"] == line.get("cost_code_id")
    )
    mark = ' class="header"' if line.get("cost_code_id") in headers else ""
    return (
        f"<tr{mark}><td>{html.escape(str(line.get('description', '')))}</td><td class=n>{text(figures.gross(item))}</td><td><form method=post>"
        f'<input type=hidden name=line value="{item["line"]}"><select name=code aria-label="Cost code">{options}</select> '
        "<button>Save</button></form></td></tr>"
    )
