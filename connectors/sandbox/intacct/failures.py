"""How the gateway says no: error entries in its four-field shape, with support ids, often followed by a generic one."""

import zlib
from dataclasses import dataclass

from connectors.sandbox.transport.xml import Node

ROLLED_BACK = "The entire transaction in this operation has been rolled back due to an error."


@dataclass(frozen=True)
class ErrorEntry:
    errorno: str
    description2: str
    correction: str = ""
    description: str = ""


class Failure(Exception):
    """One function fails; its siblings go on."""

    def __init__(self, *errors: ErrorEntry) -> None:
        super().__init__("; ".join(f"{error.errorno} {error.description2}" for error in errors))
        self.errors = list(errors)


class ControlFailure(Failure):
    """The whole request is refused before any company is asked."""


class SignInFailure(Failure):
    """The company does not let this request in."""


def refuse(errorno: str, text: str, correction: str = "") -> Failure:
    return Failure(ErrorEntry(errorno, text, correction))


def invalid(text: str, correction: str = "") -> Failure:
    return refuse("BL01001973", text, correction)


def unknown_field(name: str, object_name: str) -> Failure:
    return refuse("DL02000001", f"There was an error processing the request. Field {name} does not exist on {object_name}")


def support_id(text: str) -> str:
    mark = f"{zlib.crc32(text.encode()):08X}"
    return f"[Support ID: {mark[:4]}EB%7E{mark[4:]}P1t%7E0]"


def error_message(errors: list[ErrorEntry], *, extra: bool) -> Node:
    message = Node("errormessage")
    for error in errors:
        node = message.add("error")
        node.add("errorno", error.errorno)
        node.add("description", error.description)
        text = error.description2.replace("'", "&#039;")  # apostrophes arrive escaped twice
        node.add("description2", f"{text} {support_id(text)}" if text else "")
        node.add("correction", error.correction)
        if extra:
            info = node.add("additionalinfo")
            info.add("errorid", "AP-0000")
            info.add("category", "error")
    return message
