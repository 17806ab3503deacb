"""Checks a bill line shares with an adjustment line: the account, the dimensions that must exist, those it demands."""

from collections.abc import Mapping

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import ErrorEntry, Failure, invalid, refuse
from connectors.sandbox.intacct.values import BadValue
from connectors.sandbox.state import Body

DIMENSIONS = {  # field -> object, the field's name shown beside it
    "LOCATIONID": ("LOCATION", "LOCATIONNAME", "NAME", "Location"),
    "DEPARTMENTID": ("DEPARTMENT", "DEPARTMENTNAME", "TITLE", "Department"),
    "PROJECTID": ("PROJECT", "PROJECTNAME", "NAME", "Project"),
    "CUSTOMERID": ("CUSTOMER", "CUSTOMERNAME", "NAME", "Customer"),
    "VENDORID": ("VENDOR", "VENDORNAME", "NAME", "Vendor"),
    "ITEMID": ("ITEM", "ITEMNAME", "NAME", "Item"),
    "CLASSID": ("CLASS", "CLASSNAME", "NAME", "Class"),
}
REQUIRED_BY = {
    "REQUIREDEPT": "DEPARTMENTID", "REQUIRELOC": "LOCATIONID", "REQUIREPROJECT": "PROJECTID", "REQUIRETASK": "TASKID",
    "REQUIRECUSTOMER": "CUSTOMERID", "REQUIREVENDOR": "VENDORID", "REQUIREITEM": "ITEMID", "REQUIRECLASS": "CLASSID",
}  # fmt: skip
LABELS = {**{name: entry[3] for name, entry in DIMENSIONS.items()}, "TASKID": "Task", "COSTTYPEID": "Cost type"}


def account_of(desk: Desk, number: str) -> Body:
    account = desk.by_key("GLACCOUNT", number)
    if account is None:
        raise invalid(f"Invalid GL account number '{number}' specified.", "Use an account that exists.")
    if account["STATUS"] != "active":
        raise invalid(f"GL account {number} specified is not valid. The account is inactive.", "Activate the account.")
    if account["CATEGORY"] == "Header":
        raise invalid(f"GL account {number} specified is not valid. GL account is restricted for direct posting.")
    for bank in desk.town.state.select(desk.space, "CHECKINGACCOUNT"):
        if bank["GLACCOUNTNO"] == number:
            raise refuse("BL03002112", f"The account {number} is tied to a bank account.", "Choose another account.")
    return account


def line_dimensions(desk: Desk, values: Mapping[str, str], account: Body) -> dict[str, str]:
    """The dimension fields of a stored line, names included. Raises a Failure for the first that is not right."""
    found: dict[str, str] = {}
    for name, (kind, shown, title, label) in DIMENSIONS.items():
        value = values.get(name) or ""
        found[name] = value
        if value:
            found[shown] = str(_existing(desk, kind, value, label)[title])
    if not found["LOCATIONID"]:
        found["LOCATIONID"] = desk.location
    found |= _job(desk, values)
    _location_fits(desk, found["LOCATIONID"])
    for flag, name in REQUIRED_BY.items():
        if account.get(flag) == "true" and not found.get(name):
            label = LABELS[name]
            raise invalid(
                f"This transaction is missing the '{label}' dimension for the Account '{account['ACCOUNTNO']}'.",
                f"Add the {label} and try again.",
            )
    return found


def _existing(desk: Desk, kind: str, value: str, label: str) -> Body:
    row = desk.by_key(kind, value)
    if row is None:
        raise invalid(f"Invalid {label} '{value}' specified.", f"Select a valid {label.lower()}.")
    if row.get("STATUS") == "inactive":
        raise invalid(f"{label} '{value}' is inactive.", f"Activate the {label.lower()} and try again.")
    return row


def _job(desk: Desk, values: Mapping[str, str]) -> dict[str, str]:
    project, task, cost_type = (values.get(name) or "" for name in ("PROJECTID", "TASKID", "COSTTYPEID"))
    found = {"TASKID": task, "COSTTYPEID": cost_type}
    if task:
        row = desk.by_key("TASK", project, task) if project else None
        if row is None:
            raise invalid(f"Invalid Task '{task}' specified for the project '{project}'.", "Select a valid task.")
        found["TASKNAME"] = row["NAME"]
    if cost_type:
        row = desk.by_key("COSTTYPE", project, task, cost_type) if project and task else None
        if row is None:
            raise invalid(f"Invalid Cost type '{cost_type}' specified for the task '{task}'.", "Select a valid cost type.")
        found["COSTTYPENAME"] = row["NAME"]
    return found


def _location_fits(desk: Desk, location: str) -> None:
    if not location:
        raise invalid("This transaction is missing the 'Location' dimension.", "A top-level session needs a location on each line.")
    row = desk.by_key("LOCATION", location)
    if desk.location and row is not None and row.get("ENTITY", location) != desk.location:
        raise invalid(f"Location '{location}' does not belong to the entity '{desk.location}'.")


def as_failure(error: BadValue, field: str) -> Failure:
    return Failure(ErrorEntry("BL03000018", f"{error} in field {field}."))
