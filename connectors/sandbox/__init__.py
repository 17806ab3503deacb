"""Pretend Procore and pretend Sage Intacct over real HTTP, as strict as the systems they stand for."""
