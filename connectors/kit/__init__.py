"""What adapters are built from: one HTTP door, throttle arithmetic, paging, OAuth 2, hardened XML. Pure, no Django."""
