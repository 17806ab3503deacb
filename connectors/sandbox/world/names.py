"""Vendor names as directories really hold them, with the duplicates people really make."""

import random
from dataclasses import dataclass

DUPLICATE_PAIRS = (  # position of the first entry, the name under which somebody entered it again
    (3, "Evergreen Dry Wall, L.L.C."),
    (11, "CASCADE ELECTRIC INC"),
    (19, "Puget Sound  Plumbing & Heating"),
    (27, "Rainier Structural Steel Company"),
)
_PLACES = [
    "Cascade",
    "Evergreen",
    "Rainier",
    "Olympic",
    "Columbia",
    "Pioneer",
    "Summit",
    "Harbor",
    "Timberline",
    "Ironwood",
    "Northgate",
    "Silverton",
    "Tidewater",
    "Granite",
    "Meridian",
    "Redwood",
]
_TRADES = (
    ("Concrete", "03"), ("Drywall", "09"), ("Electric", "26"), ("Mechanical", "23"), ("Plumbing", "22"),
    ("Roofing", "07"), ("Steel Erectors", "05"), ("Glass & Glazing", "08"), ("Excavating", "31"), ("Paving", "32"),
    ("Masonry", "04"), ("Fire Protection", "21"), ("Elevator", "14"), ("Millwork", "06"), ("Utilities", "33"),
    ("Interiors", "09"),
)  # fmt: skip
_FORMS = ("LLC", "Inc.", "Co.", "Corp.", "L.L.C.", "Ltd.")
_FIXED = {
    3: "Evergreen Drywall LLC",
    11: "Cascade Electric, Inc.",
    19: "Puget Sound Plumbing & Heating",
    27: "Rainier Structural Steel Co.",
    33: "O'Brien & Sons Masonry",
    41: "Peña Hermanos Concrete <Northwest>",
}
_CITIES = (
    ("Seattle", "WA", "98101"), ("Tacoma", "WA", "98402"), ("Everett", "WA", "98201"), ("Portland", "OR", "97204"),
    ("Spokane", "WA", "99201"), ("Bellevue", "WA", "98004"),
)  # fmt: skip


@dataclass(frozen=True)
class VendorName:
    name: str
    abbreviated: str
    ein: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    zip: str
    twin_of: int | None = None  # position of the entry it repeats


def vendor_names(count: int, *, seed: int, twins: bool) -> list[VendorName]:
    """`count` entries; with twins the last four repeat earlier ones under another spelling and the same EIN."""
    picks = random.Random(seed)  # noqa: S311 - repeatable on purpose
    taken: set[str] = set()
    distinct = count - len(DUPLICATE_PAIRS) if twins else count
    entries = [_entry(position, picks, taken, fixed=twins) for position in range(distinct)]
    if twins:
        for position, spelling in DUPLICATE_PAIRS:
            first = entries[position]
            entries.append(
                VendorName(spelling, "", first.ein, first.email.replace("ap@", "billing@"), first.phone,
                           first.street, first.city, first.state, first.zip, twin_of=position)
            )  # fmt: skip
    return entries


def _entry(position: int, picks: random.Random, taken: set[str], *, fixed: bool) -> VendorName:
    name = _FIXED.get(position) if fixed else None
    while name is None or name in taken:
        place, (trade, _) = picks.choice(_PLACES), picks.choice(_TRADES)
        suffix = f" {len(taken) + 1}" if len(taken) > 180 else ""
        name = f"{place} {trade}{suffix} {picks.choice(_FORMS)}"
    taken.add(name)
    slug = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())[:18]
    city, state, zip_code = _CITIES[position % len(_CITIES)]
    return VendorName(
        name=name,
        abbreviated=slug[:8].upper(),
        ein=f"91{1_000_000 + position * 7919 % 9_000_000:07d}",
        email=f"ap@{slug}.example",
        phone=f"206-555-{position % 10_000:04d}",
        street=f"{100 + position * 7} Industrial Way",
        city=city,
        state=state,
        zip=zip_code,
    )
