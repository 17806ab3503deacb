"""The two files an onboarding team would bring: the provisioning file and the mapping workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook

from onecore.lib.digest import short_token

PEOPLE = (("ana", "owner"), ("carl", "finance"), ("vera", "viewer"))
PASSWORD = "onecore-demo-{name}"  # noqa: S105  (printed for people to sign in to a demo on their own machine)


def write_workbook(path: Path, answers: dict[str, Any]) -> None:
    """Cost codes, vendors and projects as the customer's accountant listed them; two codes are forgotten, as people do."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Cost codes")
    sheet.append(["Cost code", "Cost code name", "Project", "Cost type", "Ledger account"])
    for row in answers["cost_codes"]:
        sheet.append([row["full_code"], row["name"], "", "", row["account"]])
    vendors = book.create_sheet("Vendors")
    vendors.append(["Source vendor", "Vendor name", "Ledger vendor id"])
    for row in answers["vendors"]:
        vendors.append([str(row["id"]), row["name"], row["vendor_id"]])
    projects = book.create_sheet("Projects")
    projects.append(["Project number", "Project name", "Ledger project id", "Location"])
    for row in answers["projects"]:
        projects.append([row["number"], row["name"], row["project_id"], row["location_id"]])
    book.save(path)


def write_plan(path: Path, *, pair: dict[str, Any], answers: dict[str, Any], workbook: Path, portal: str = "") -> None:
    """The provisioning file of one contractor; webhooks go to `portal` where one is given. Its secrets are the pretend systems' own."""
    procore, intacct = pair["procore"], pair["intacct"]
    tenant = {
        "slug": slug_of(pair),
        "name": pair["name"],
        "time_zone": "America/Los_Angeles",
        "environment": "test",
        "users": [
            {"username": name, "email": f"{name}@{slug_of(pair)}.example", "role": role, "password": PASSWORD.format(name=name)}
            for name, role in PEOPLE
        ],
        "connections": [
            {
                "name": "Procore",
                "system": "procore",
                "config": {"company_id": str(procore["company_id"]), "client_id": procore["client_id"]},
                "secrets": {"client_secret": procore["client_secret"]},
                "webhooks": portal,
            },
            {
                "name": "Sage Intacct",
                "system": "intacct",
                "config": {"sender_id": intacct["sender_id"], "company_id": intacct["company_id"], "user_id": intacct["user_id"]},
                "secrets": {"sender_password": intacct["sender_password"], "user_password": intacct["user_password"]},
            },
        ],
        "integrations": [
            {
                "slug": slug_of(pair),
                "name": f"{pair['name']}: Procore to Sage Intacct",
                "source": "Procore",
                "ledger": "Sage Intacct",
                "start_date": "2020-01-01",
                "policy": {
                    "arrive_as": "approved",
                    "retainage_account": answers["defaults"]["retainage_account"],
                    "default_location": answers["defaults"]["location_id"],
                },
                "mappings": workbook.name,
                "flows": [{"key": "requisitions", "every_minutes": 15}],
            }
        ],
    }
    path.write_text(yaml.safe_dump({"tenants": [tenant]}, sort_keys=False, allow_unicode=True), encoding="utf-8")
    path.chmod(0o600)


def slug_of(pair: dict[str, Any]) -> str:
    """Short name of the contractor: its first word."""
    word = str(pair["name"]).split()[0].lower()
    return word if word.isascii() and word.isalnum() else short_token(pair["name"]).lower()
