"""The pretend Procore: OAuth, the company header, rate limits, paging, and the finance resources."""
