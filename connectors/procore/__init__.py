"""Procore: a source of subcontractor invoices, commitments, vendors, projects and cost codes."""
