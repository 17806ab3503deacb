"""Import and export in the portal: upload, preview, apply; a stale preview is shown anew instead."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mappings.assign import assign
from mappings.models import CostCodeMapping, WorkbookUpload
from tests.mappings.books import book, cells
from tests.mappings.conftest import Place
from tests.mappings.test_grid import GRID, signed_in
from tests.mappings.test_importing import FULL


def upload(client: Client, place: Place, content: bytes, name: str = "codes.xlsx") -> Any:
    return client.post(f"{GRID}import/", {"integration": place.integration.pk, "file": SimpleUploadedFile(name, content)})


def apply(client: Client, place: Place) -> Any:
    return client.post(f"{GRID}import/", {"integration": place.integration.pk, "upload": WorkbookUpload.everywhere.latest("pk").pk}, follow=True)


def test_a_preview_stores_nothing_and_applying_it_does(acme: Place) -> None:
    client = signed_in(acme)
    page = upload(client, acme, book(FULL)).content.decode()
    assert "Ledger account: nothing → 5010 Concrete" in page
    assert not CostCodeMapping.everywhere.exists()
    assert "10 mappings set from codes.xlsx" in apply(client, acme).content.decode()
    assert CostCodeMapping.everywhere.filter(account__isnull=False).count() == 5
    assert not WorkbookUpload.everywhere.exists()


def test_invalid_rows_are_shown_first_with_their_cell(acme: Place) -> None:
    sheets = {"Cost codes": [["Cost code", "Ledger account"], ["03-300", "5010"], ["09-250", "1000"]]}
    page = upload(signed_in(acme), acme, book(sheets)).content.decode()
    assert page.index("B3") < page.index("nothing → 5010")
    assert "left out until its rows are mended" in page
    assert "Apply these changes" not in page


def test_an_unreadable_file_is_one_sentence(acme: Place) -> None:
    answer = upload(signed_in(acme), acme, b"nonsense")
    assert answer.status_code == 422
    assert "no Excel workbook" in answer.content.decode()


def test_a_stale_preview_is_shown_anew_and_then_applies(acme: Place) -> None:
    client = signed_in(acme)
    upload(client, acme, book(FULL))
    assign((acme.integration, "cost_code", acme.ref("cost_code", "101")), account=acme.account("5100"), by="dora", how="grid")
    page = apply(client, acme).content.decode()
    assert "changed since this preview" in page
    assert "5100 Subcontract labor → 5010 Concrete" in page
    assert acme.row(acme.ref("cost_code", "101")).account == acme.account("5100")
    apply(client, acme)
    assert acme.row(acme.ref("cost_code", "101")).account == acme.account("5010")


def test_somebody_elses_upload_is_not_there(acme: Place) -> None:
    upload(signed_in(acme), acme, book(FULL))
    assert apply(signed_in(acme, name="cora"), acme).status_code == 404


def test_the_export_button_gives_the_workbook(acme: Place) -> None:
    client = signed_in(acme, "viewer", "vera")
    answer = client.get(f"{GRID}export/", {"integration": acme.integration.pk})
    assert answer["Content-Disposition"] == 'attachment; filename="mappings-acme-main.xlsx"'
    assert "Vendors" in cells(answer.content)
