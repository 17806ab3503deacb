"""The plain form of one mapping: targets are typed as codes, so it works without script and with thousands of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from mappings.importing.names import Names, NotFound
from mappings.kinds import TargetField, kind_of
from mappings.models import Mapping, Reference
from mappings.targets import Refusal, refuse_source, refuse_target


class TargetInput(forms.CharField):
    """Text that names a row of one ledger list by its code, id or unambiguous name."""

    def __init__(self, target: TargetField, *, integration: Any) -> None:
        super().__init__(
            label=target.label,
            required=False,
            max_length=255,
            strip=True,
            widget=UnfoldAdminTextInputWidget(),
            help_text="Its code in the ledger, or its exact name. Empty: none.",
        )
        self.target, self.integration = target, integration

    def prepare_value(self, value: Any) -> Any:
        """The stored row's id becomes the code people know; what they typed stays as typed."""
        if not isinstance(value, int):
            return value
        row = Reference.everywhere.filter(pk=value).first()
        return (row.code or row.remote_id) if row else ""

    def clean(self, value: Any) -> Reference | None:
        text = super().clean(value)
        if not text:
            return None
        names = Names.read(connection_id=self.integration.ledger_id, kind=self.target.kind)
        try:
            found = Reference.everywhere.get(pk=names.find(text).id)
            refuse_target(self.target, found, integration=self.integration)
        except (NotFound, Refusal) as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return found


def form_for(mapping: Mapping) -> type[forms.ModelForm[Any]]:
    """A form class for this very row, whose ledger decides what can be named."""
    kind = kind_of(mapping)

    def clean(form: Any) -> Any:
        try:
            refuse_source(kind, mapping.source, integration=mapping.integration)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return form.cleaned_data

    inputs = {target.name: TargetInput(target, integration=mapping.integration) for target in kind.targets}
    meta = type("Meta", (), {"model": kind.model, "fields": list(inputs)})
    return type("TargetsForm", (forms.ModelForm,), {**inputs, "clean": clean, "Meta": meta})
