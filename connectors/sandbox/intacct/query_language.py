"""readByQuery and readMore: the older, SQL-like reading with result ids bound to the session."""

import re
import secrets

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import refuse
from connectors.sandbox.intacct.filtering import Test, bad_filter, compile_filter
from connectors.sandbox.intacct.objects import Definition
from connectors.sandbox.intacct.querying import object_named
from connectors.sandbox.intacct.reading import wanted_fields
from connectors.sandbox.state import Body, Where
from connectors.sandbox.transport.xml import Node

MAX_PAGE, DEFAULT_PAGE = 1000, 100
TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|(<=|>=|!=|<>|=|<|>|\(|\)|,)|([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?))")
OPERATORS = {
    "=": "equalto", "!=": "notequalto", "<>": "notequalto", "<": "lessthan", "<=": "lessthanorequalto", ">": "greaterthan",
    ">=": "greaterthanorequalto",
}  # fmt: skip
STATE_CODES = {"D": "Draft", "S": "Submitted", "PA": "Partially Approved", "U": "Declined", "A": "Posted", "V": "Reversed"}
STATUS_CODES = {"T": "active", "F": "inactive"}

Token = tuple[str, str]  # kind (text, sign, word, number), value


def read_by_query(desk: Desk, node: Node) -> list[Node]:
    definition = object_named(node.value("object"), errorno="DL02000001")
    text = (node.value("query") or "").strip()
    test = _Parser(desk, definition, text).parse() if text else None
    rows = desk.rows(definition.name, Where(visible_at=desk.town.clock.stamp()))
    rows = [row for row in rows if test is None or test(row)]
    size_text = node.value("pagesize") or str(DEFAULT_PAGE)
    if not size_text.isdigit() or not 1 <= int(size_text) <= MAX_PAGE:
        raise bad_filter(f"pagesize must be between 1 and {MAX_PAGE}")
    names = wanted_fields(definition, node.value("fields"))
    result_id = secrets.token_urlsafe(18)
    numbers = [int(row["RECORDNO"]) for row in rows]
    kept: Body = {"result_id": result_id, "session": desk.sessionid, "object": definition.name, "fields": names,
            "numbers": numbers[int(size_text) :], "size": int(size_text), "total": len(rows)}  # fmt: skip
    desk.town.state.put(desk.space, "result", desk.town.state.next_id(f"{desk.space}:result"), kept, k1=result_id)
    return [_page(definition, names, rows[: int(size_text)], total=len(rows), remaining=len(kept["numbers"]), result_id=result_id)]


def read_more(desk: Desk, node: Node) -> list[Node]:
    kept = desk.town.state.find(desk.space, "result", node.value("resultId") or "")
    if kept is None or kept["session"] != desk.sessionid or not desk.sessionid:
        raise refuse("DL02000001", "There was an error processing the request. The resultId is not valid in this session")
    definition = object_named(kept["object"])
    chosen, rest = kept["numbers"][: kept["size"]], kept["numbers"][kept["size"] :]
    rows = [row for number in chosen if (row := desk.record(definition.name, number))]
    desk.town.state.delete(desk.space, "result", Where(k1=[kept["result_id"]]))
    number = desk.town.state.next_id(f"{desk.space}:result")
    desk.town.state.put(desk.space, "result", number, {**kept, "numbers": rest}, k1=kept["result_id"])
    return [_page(definition, kept["fields"], rows, total=kept["total"], remaining=len(rest), result_id=kept["result_id"])]


def _page(definition: Definition, names: list[str], rows: list[Body], *, total: int, remaining: int, result_id: str) -> Node:
    data = Node("data", "", {"listtype": definition.name.lower(), "count": str(len(rows)), "totalcount": str(total),
                             "numremaining": str(remaining), "resultId": result_id})  # fmt: skip
    for row in rows:
        entry = data.add(definition.name.lower())
        for name in names:
            value = str(row.get("RAWSTATE") if name == "STATE" and row.get("RAWSTATE") else row.get(name) or "")
            entry.add(name, value)
    return data


class _Parser:
    """OR of ANDs of comparisons, with parentheses."""

    def __init__(self, desk: Desk, definition: Definition, text: str) -> None:
        self._desk, self._definition = desk, definition
        self._tokens = self._split(text)
        self._at = 0

    @staticmethod
    def _split(text: str) -> list[Token]:
        tokens: list[Token] = []
        position = 0
        while position < len(text.rstrip()):
            match = TOKEN.match(text, position)
            if match is None:
                raise bad_filter(f"Cannot read the query at: {text[position : position + 20]}")
            quoted, sign, word, number = match.groups()
            if quoted is not None:
                tokens.append(("text", quoted.replace("\\'", "'")))
            else:
                tokens.append(("sign", sign) if sign else ("word", word) if word else ("number", number))
            position = match.end()
        return tokens

    def parse(self) -> Test:
        test = self._any()
        if self._at < len(self._tokens):
            raise bad_filter(f"Unexpected {self._tokens[self._at][1]} in the query")
        return test

    def _any(self) -> Test:
        tests = [self._all()]
        while self._word("OR"):
            tests.append(self._all())
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._word("AND"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._sign("("):
            test = self._any()
            self._need(")")
            return test
        name = self._take("word")
        if self._word("IS"):
            negative = self._word("NOT")
            if not self._word("NULL"):
                raise bad_filter("IS needs NULL")
            return self._compiled("isnotnull" if negative else "isnull", name, [])
        negative = self._word("NOT")
        if self._word("IN"):
            return self._compiled("notin" if negative else "in", name, self._list())
        if self._word("LIKE"):
            return self._compiled("notlike" if negative else "like", name, [self._value()])
        operator = OPERATORS.get(self._take("sign"))
        if operator is None:
            raise bad_filter(f"An operator is missing after {name}")
        return self._compiled(operator, name, [self._value()])

    def _list(self) -> list[str]:
        self._need("(")
        values = [self._value()]
        while self._sign(","):
            values.append(self._value())
        self._need(")")
        return values

    def _compiled(self, operator: str, name: str, values: list[str]) -> Test:
        if name == "STATE":
            values = [STATE_CODES.get(value, value) for value in values]
        if name == "STATUS":
            values = [STATUS_CODES.get(value, value) for value in values]
        node = Node(operator, children=[Node("field", name), *(Node("value", value) for value in values)])
        return compile_filter(self._desk, self._definition, node, ignore_case=False)

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _word(self, word: str) -> bool:
        kind, value = self._peek()
        hit = kind == "word" and value.upper() == word
        self._at += hit
        return hit

    def _sign(self, sign: str) -> bool:
        hit = self._peek() == ("sign", sign)
        self._at += hit
        return hit

    def _need(self, sign: str) -> None:
        if not self._sign(sign):
            raise bad_filter(f"{sign} is missing in the query")

    def _take(self, kind: str) -> str:
        found, value = self._peek()
        if found != kind:
            raise bad_filter(f"Unexpected {value or 'end'} in the query")
        self._at += 1
        return value

    def _value(self) -> str:
        kind, value = self._peek()
        if kind not in ("text", "number"):
            raise bad_filter(f"Unexpected {value or 'end'} in the query")
        self._at += 1
        return value
