"""Forms to add a person and to change a role; they offer only what the person filling them in may grant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from onecore.lib.scope import current_tenant_id
from onecore.tenants.models import Membership
from onecore.tenants.people import why_not_add
from onecore.tenants.roles import ACTS, ROLE_ACTS, Role, may_grant

_ROLES_EXPLAINED = format_html_join(
    mark_safe("<br>"),
    "{} may {}",
    ((role.label, "; ".join(words for act, words in ACTS.items() if act in ROLE_ACTS[role])) for role in Role),
)


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """`by`, the person filling it in, is set on a subclass by the admin page."""

    by: Any = None

    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER, widget=UnfoldAdminSelectWidget, help_text=_ROLES_EXPLAINED)

    class Meta:
        model = Membership
        fields = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            choices = [(key, label) for key, label in Role.choices if may_grant(self.by, key, current_tenant_id())]
            self.fields["role"].choices = choices  # type: ignore[attr-defined]


class AddPerson(RoleForm):
    """An address and a role; the account is made if it does not exist."""

    email = forms.EmailField(widget=UnfoldAdminEmailInputWidget, help_text="An e-mail with a link to set a password goes there.")
    first_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    last_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)

    field_order = ("email", "first_name", "last_name", "role")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            why = why_not_add(tenant_id=current_tenant_id(), email=data["email"], role=data["role"], by=self.by)
            if why:
                raise forms.ValidationError(why)
        return data
