"""What happens to tenants and people, for observers such as the audit trail. Signals never carry business acts.

tenant_entered(user, tenant_id): a person switched to a tenant; always sent when a superuser does.
access_denied(user, tenant_id, what): somebody asked for a tenant that is not theirs. `tenant_id` may name no tenant.
membership_changed(membership, by, before, after): roles as text; "" where there was or is none.
"""

from django.dispatch import Signal

tenant_entered = Signal()
access_denied = Signal()
membership_changed = Signal()
