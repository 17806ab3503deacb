"""Between the port's words and Sage Intacct's. Pure: no clock, no calls, no tables."""
