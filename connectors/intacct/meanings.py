"""What Sage Intacct's error numbers and texts mean: a table of rules, specific before general.

A number alone says little (BL01001973 is an umbrella), so a rule asks for a number, for fragments of text, or for both.
"""

from __future__ import annotations

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
    """If the number fits (or none is asked) and all fragments of one alternative occur, it means `code`."""

    code: Code
    any_of: tuple[tuple[str, ...], ...] = ()
    numbers: frozenset[str] = field(default_factory=frozenset)
    advice: str = ""

    def fits(self, error: GatewayError) -> bool:
        if self.numbers and error.number not in self.numbers:
            return False
        return not self.any_of or any(all(part in error.words for part in parts) for parts in self.any_of)


def _rule(code: Code, *fragments: str | tuple[str, ...], numbers: str = "", advice: str = "") -> Rule:
    alternatives = tuple((part,) if isinstance(part, str) else part for part in fragments)
    return Rule(code, alternatives, frozenset(numbers.split()), advice)


# Specific before general: the first rule that fits any error of the function decides.
RULES = (
    _rule(
        Code.ALREADY_DONE,
        ("controlid", "already"),
        ("control id", "already"),
        ("controlid", "duplicate"),
        ("control id", "duplicate"),
        ("controlid", "unique"),
        ("control id", "unique"),
    ),
    _rule(Code.ACCOUNT_IS_BANK, numbers="BL03002112", advice="Map the cost code to an account that no bank account uses."),
    _rule(
        Code.ACCOUNT_IS_BANK,
        ("account", "tied to a bank"),
        ("account", "associated with a bank"),
        ("account", "bank account"),
        ("account", "checking account"),
        advice="Map the cost code to an account that no bank account uses.",
    ),
    _rule(
        Code.DIMENSION_MISSING,
        "this transaction is missing the",
        ("missing '", "dimension"),
        ("dimension", "for the account"),
        ("dimension", "required"),
        ("dimension", "is missing"),
        ("requires a", "location"),
        ("requires a", "department"),
        ("requires a", "project"),
        ("location", "is required"),
        ("department", "is required"),
        ("project", "is required"),
        advice="Give the mapping the dimension the account asks for.",
    ),
    _rule(
        Code.PERIOD_CLOSED,
        "date must be on or after",
        ("period", "closed"),
        ("books", "closed"),
        ("period", "not open"),
        ("period", "locked"),
        advice="Open the period in Sage Intacct, or choose the first open day as the policy for closed periods.",
    ),
    _rule(Code.PERMISSION_MISSING, numbers="PL04000005", advice="Give the Web Services user's role this permission."),
    _rule(
        Code.PERMISSION_MISSING,
        "do not have permission",
        "don't have permission",
        "not authorized to",
        advice="Give the user's role this permission.",
    ),
    _rule(Code.SUBSCRIPTION_MISSING, ("object definition", "not found"), "is not subscribed", "subscription is required"),
    _rule(
        Code.PAID_CANNOT_CHANGE,
        "we can't find this transaction",
        ("paid", "cannot"),
        ("paid", "can't"),
        ("reversed", "cannot"),
        ("reversed", "can't"),
    ),
    _rule(Code.PAID_CANNOT_CHANGE, numbers="BL03002101 BL03002129"),
    _rule(
        Code.VENDOR_UNUSABLE,
        "activate the vendor",
        ("vendor", "inactive"),
        ("vendor", "on hold"),
        ("vendor", "is not valid"),
        ("vendor", "invalid"),
        ("vendor", "does not exist"),
        ("vendor", "not found"),
        advice="Activate the vendor in Sage Intacct, or map another one.",
    ),
    _rule(Code.VENDOR_UNUSABLE, numbers="CRE-3211", advice="Renew the vendor's compliance record in Sage Intacct."),
    _rule(Code.DUPLICATE_NUMBER, "another record with the value", "with the given value(s)", "already exists", "duplicate"),
    _rule(Code.DUPLICATE_NUMBER, numbers="BL34000061 BL03002185 PL05000104"),
    _rule(Code.TOO_LONG, "too long", "exceeds the maximum", ("maximum", "characters"), ("more than", "characters"), ("at most", "characters")),
    _rule(Code.CURRENCY_UNKNOWN, ("currency", "invalid"), ("currency", "not valid"), ("currency", "does not exist"), "exchange rate"),
    _rule(
        Code.ACCOUNT_UNUSABLE,
        ("account", "restricted"),
        ("account", "not valid"),
        ("account", "invalid"),
        ("account", "inactive"),
        ("account", "does not exist"),
        ("account", "not found"),
        ("account", "non-posting"),
        ("account", "header"),
        ("account", "cannot be posted"),
        ("account", "direct posting"),
        advice="Choose another account in the mapping.",
    ),
    _rule(
        Code.AMOUNT_UNUSABLE,
        ("amount", "invalid"),
        ("amount", "not valid"),
        ("amount", "greater than"),
        ("total", "negative"),
        ("amount", "negative"),
    ),
    _rule(Code.AMOUNT_UNUSABLE, numbers="XL03000027"),
    _rule(
        Code.REFERENCE_UNKNOWN,
        *(
            (word, state)
            for word in (
                "location",
                "department",
                "project",
                "task",
                "cost type",
                "class",
                "item",
                "customer",
                "term",
                "tax detail",
                "entity",
                "dimension",
            )
            for state in ("invalid", "not valid", "does not exist", "not found", "inactive", "cannot be found")
        ),
        advice="Refresh the lists from Sage Intacct and check the mapping.",
    ),
    _rule(Code.NOT_FOUND, "does not exist", "not found", "could not be found"),
)

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
