"""Admin pages of the engine's rows: documents, holds, postings, runs, flows and opening figures."""

from django.contrib import admin

from connectors.sync.models import Document, Flow, Hold, Opening, Posting, Run
from onecore.adminkit.tenant_admin import TenantAdmin

admin.site.register([Document, Hold, Posting, Run, Flow, Opening], TenantAdmin)
