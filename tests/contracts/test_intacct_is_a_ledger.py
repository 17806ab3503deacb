"""Sage Intacct keeps the ledger contract."""

from tests.contracts.ledger_contract import LedgerContract


class TestIntacct(LedgerContract):
    key = "intacct"
    vendor, account, retainage, project, location = "V-10001", "5030", "2110", "25-101", "100"
    posting = "APBILL"
    wrong = {"user_password": "no-such-password-4711"}
