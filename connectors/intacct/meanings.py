"""What Sage Intacct's error numbers and texts mean: a table of rules, specific before general.

A number alone says little (BL01001973 is an umbrella), so a rule asks for a number, for a pattern in the text, or for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connectors.port.errors import Code


@dataclass(frozen=True, slots=True)
class GatewayError:
    """One `error` element. `text` is what it says, cleaned; `support_id` helps Sage's support find the call."""

    number: str
    text: str
    correction: str = ""
    support_id: str = ""
    error_id: str = ""  # module-prefixed, from additionalinfo

    @property
    def words(self) -> str:
        """Everything it says, folded for comparing."""
        return f"{self.text} {self.correction}".lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """If the number is one of these (where any are named) and the pattern occurs (where there is one), it means `code`."""

    code: Code
    pattern: re.Pattern[str] | None = None
    numbers: frozenset[str] = field(default_factory=frozenset)
    advice: str = ""

    def fits(self, error: GatewayError) -> bool:
        if self.numbers and error.number not in self.numbers:
            return False
        return self.pattern is None or self.pattern.search(error.words) is not None


def _says(code: Code, pattern: str, advice: str = "") -> Rule:
    return Rule(code, re.compile(pattern), advice=advice)


def _number(code: Code, numbers: str, advice: str = "") -> Rule:
    return Rule(code, numbers=frozenset(numbers.split()), advice=advice)


_NOT_BANK = "Map the cost code to an account that no bank account uses."
_DIMENSIONS = r"(?:location|department|project|task|cost type|class|item|customer|vendor|employee)"
_UNUSABLE = r"(?:invalid|not valid|does not exist|doesn't exist|not found|cannot be found|can't be found|inactive|not active|unknown)"

# The first rule that fits any of a function's errors decides.
RULES = (
    _says(Code.ALREADY_DONE, r"control ?id\b.*(?:already|duplicate|unique|processed)|(?:already|duplicate|unique|processed)\b.*control ?id"),
    _number(Code.ACCOUNT_IS_BANK, "BL03002112", _NOT_BANK),
    _says(Code.ACCOUNT_IS_BANK, r"account\b.*(?:tied to|associated with|linked to|used by|is) an? (?:bank|checking|savings)", _NOT_BANK),
    _says(
        Code.DIMENSION_MISSING,
        rf"transaction is missing the|missing ['\"‘“].*dimension|dimension\b.*(?:for the account|required|missing)"
        rf"|{_DIMENSIONS}(?: dimension)?\b[^.]{{0,30}}\bis required"
        rf"|requires an? {_DIMENSIONS}|missing an? {_DIMENSIONS}|{_DIMENSIONS} is missing",
        "Give the mapping the dimension the account asks for.",
    ),
    _says(
        Code.PERIOD_CLOSED,
        r"date must be on or after|period\b.*(?:closed|not open|locked)|(?:closed|locked) (?:accounting |reporting )?period|books\b.*closed",
        "Open the period in Sage Intacct, or choose the first open day as the policy for closed periods.",
    ),
    _number(Code.PERMISSION_MISSING, "PL04000005", "Give the Web Services user's role this permission."),
    _says(
        Code.PERMISSION_MISSING,
        r"(?:do not|don't|does not) have (?:the )?(?:permission|rights?)|not authorized to",
        "Give the user's role this permission.",
    ),
    _says(Code.SUBSCRIPTION_MISSING, r"object definition .*not found|not subscribed|subscription is required"),
    _says(
        Code.PAID_CANNOT_CHANGE,
        r"we can't find this transaction|(?:paid|reversed|posted)\b.*(?:cannot|can't|can not)|(?:cannot|can't)\b.*\b(?:paid|reversed)",
    ),
    _number(Code.PAID_CANNOT_CHANGE, "BL03002101 BL03002129"),
    _says(Code.VENDOR_UNUSABLE, r"activate the vendor|vendor\b.*\bon hold", "Activate the vendor in Sage Intacct, or map another one."),
    _number(Code.VENDOR_UNUSABLE, "CRE-3211", "Renew the vendor's compliance record in Sage Intacct."),
    _says(Code.DUPLICATE_NUMBER, r"another \S+(?: \S+)? with the (?:given )?value|already exists|already in use|\bduplicate\b"),
    _number(Code.DUPLICATE_NUMBER, "BL34000061 BL03002185 PL05000104"),
    _says(Code.TOO_LONG, r"too long|exceeds? the (?:maximum|length)|(?:maximum|more than|at most|longer than|limit of)\b.*\bcharacters"),
    _says(Code.CURRENCY_UNKNOWN, rf"currency\b.*{_UNUSABLE}|{_UNUSABLE}\b.*\bcurrency|exchange rate"),
    _number(Code.AMOUNT_UNUSABLE, "XL03000027"),
    _says(Code.AMOUNT_UNUSABLE, rf"amount\b.*(?:{_UNUSABLE}|greater than|negative|zero)|total\b.*negative|negative (?:total|amount)"),
)

# What a document points at, and what it means that Sage Intacct cannot use it. The thing named first is the culprit.
_POINTED_AT = {
    "vendor": (Code.VENDOR_UNUSABLE, "Activate the vendor in Sage Intacct, or map another one."),
    "account": (Code.ACCOUNT_UNUSABLE, "Choose another account in the mapping."),
}
_ELSE = (Code.REFERENCE_UNKNOWN, "Refresh the lists from Sage Intacct and check the mapping.")
_THING = r"\b(location|department|project|task|cost type|class|item|customer|vendor|account|term|tax detail|entity|dimension)s?\b"
_UNUSABLE_THING = re.compile(
    rf"(?:invalid|unknown|inactive)\s+(?:\S+\s){{0,2}}?{_THING}"
    rf"|{_THING}[^;]{{0,80}}?(?:{_UNUSABLE}|restricted|non-posting|heading|header|posted to directly)"
)
_MISSING_RECORD = Rule(Code.NOT_FOUND, re.compile(r"does not exist|not found|could not be found"))


def rule_for(error: GatewayError) -> Rule | None:
    """What one error that is neither in the table of RULES says about something the document points at, or a missing record."""
    found = _UNUSABLE_THING.search(error.words)
    if found:
        code, advice = _POINTED_AT.get(found.group(1) or found.group(2), _ELSE)
        return Rule(code, advice=advice)
    return _MISSING_RECORD if _MISSING_RECORD.fits(error) else None


MEANS = {
    Code.ALREADY_DONE: "Sage Intacct has already carried out this very request",
    Code.ACCOUNT_IS_BANK: "The account belongs to a bank account, and Sage Intacct takes none of those on a bill",
    Code.ACCOUNT_UNUSABLE: "Sage Intacct does not take this account on a bill line",
    Code.DIMENSION_MISSING: "The account asks for a dimension the line does not carry",
    Code.PERIOD_CLOSED: "The accounting period is closed in Sage Intacct",
    Code.PERMISSION_MISSING: "The Web Services user lacks a permission in Sage Intacct",
    Code.SUBSCRIPTION_MISSING: "The company has not subscribed to this part of Sage Intacct",
    Code.PAID_CANNOT_CHANGE: "The document cannot be changed in the state it has in Sage Intacct",
    Code.VENDOR_UNUSABLE: "Sage Intacct does not take this vendor",
    Code.DUPLICATE_NUMBER: "A document with this number exists for the vendor in Sage Intacct",
    Code.NAME_EXISTS: "Sage Intacct has a record with this id or name",
    Code.TOO_LONG: "A text is longer than Sage Intacct stores",
    Code.CURRENCY_UNKNOWN: "Sage Intacct does not take the currency of this document",
    Code.AMOUNT_UNUSABLE: "Sage Intacct does not take an amount of this document",
    Code.REFERENCE_UNKNOWN: "Sage Intacct does not know something the document points at",
    Code.NOT_FOUND: "Sage Intacct cannot find the record",
    Code.UNSPECIFIED: "Sage Intacct refused it",
}
