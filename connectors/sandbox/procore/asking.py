"""One signed-in call: who asks, for which company, with which parameters; and the refusals it can meet."""

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.messages import Request, Response, json_response
from connectors.sandbox.state import Body
from connectors.sandbox.town import Town


class Refusal(Exception):
    """An error answer; the body's shape follows the chosen style."""

    def __init__(self, status: int, message: str, *, fields: dict[str, list[str]] | None = None, plain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = fields
        self.plain = plain


@dataclass
class Call:
    town: Town
    request: Request
    caller: Body  # the directory user behind the token
    companies: tuple[int, ...]  # where the app is installed and the user is known
    company_id: int = 0
    version: str = "v1.0"

    @property
    def space(self) -> str:
        return f"procore:{self.company_id}"

    def require_int(self, name: str) -> int:
        """A required id from the query, or from the body of a write."""
        value: Any = self.request.one(name)
        if value is None and self.request.method in ("POST", "PATCH", "PUT", "DELETE"):
            value = self.body().get(name)
        if value is None or value == "":
            raise Refusal(400, f"param is missing or the value is empty: {name}", fields={name: ["is required"]})
        try:
            return int(str(value))
        except ValueError as error:
            raise Refusal(400, f"{name} must be an integer", fields={name: ["is not a number"]}) from error

    def body(self) -> dict[str, Any]:
        if self.request.body and "json" not in self.request.headers.get("content-type", ""):
            raise Refusal(406, "Content-Type must be application/json")
        try:
            value = self.request.json()
        except ValueError as error:
            raise Refusal(400, f"The body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise Refusal(400, "The body must be a JSON object")
        return value

    def wrapped(self, name: str) -> dict[str, Any]:
        """v1 bodies wrap the record: {"company_id": 1, "vendor": {...}}."""
        value = self.body().get(name)
        if not isinstance(value, dict) or not value:
            raise Refusal(400, f"param is missing or the value is empty: {name}", fields={name: ["is required"]})
        return value

    @property
    def is_admin(self) -> bool:
        return self.caller.get("level") == "admin"

    def project(self, project_id: int) -> Body:
        """The project, if the caller can see it; otherwise it does not exist."""
        permitted = self.caller.get("permitted_projects")
        project = self.town.state.get(self.space, "project", project_id)
        if project is None:
            raise Refusal(404, "Project not found")
        if permitted is not None and project_id not in self.first_projects(int(permitted)):
            raise Refusal(404, "Project not found")
        return project

    def first_projects(self, count: int) -> list[int]:
        return [project["id"] for _, project in zip(range(count), self.town.state.select(self.space, "project"), strict=False)]

    def admin_only(self) -> None:
        if not self.is_admin:
            raise Refusal(403, "You do not have permission to perform this action")


def error_response(refusal: Refusal, *, style: str, version: str) -> Response:
    if refusal.plain:
        return Response(refusal.status, refusal.message.encode(), {"Content-Type": "text/plain; charset=utf-8"})
    return json_response(_error_body(refusal, style=style, version=version), status=refusal.status)


def _error_body(refusal: Refusal, *, style: str, version: str) -> Any:
    status, message, fields = refusal.status, refusal.message, refusal.fields
    if style == "message":
        return {"message": message, "exception": "ActionController::BadRequest"}
    if style == "code":
        return {"code": status, "message": message, "fields": ",".join(fields or {}), "reason": message, "error": None}
    if style == "base":
        return {"base": [message], "fields": {name: errors[0] for name, errors in (fields or {}).items()}}
    if style == "short_error":
        return {"error": {"code": str(status), "message": message}}
    if style == "v2" or (style == "errors" and version.startswith("v2")):
        names = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT"}
        details = [{"reason_code": "invalid", "message": errors[0], "source": name} for name, errors in (fields or {}).items()]
        return {"error": {"code": names.get(status, "UNPROCESSABLE_ENTITY"), "message": message, "details": details}}
    return {"errors": fields or message}
