"""How big a world is and where its oddities sit; everything else follows from the seed."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Chain = Literal[1, 2, 3]

COST_TYPES = (("L", "Labor"), ("M", "Materials"), ("S", "Subcontract"), ("E", "Equipment"), ("O", "Other"))
CLOSED_THROUGH = date(2026, 8, 31)
BILLING_DATES = (date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 15))
PERIODS = (
    (date(2026, 8, 1), date(2026, 8, 31)),
    (date(2026, 9, 1), date(2026, 9, 30)),
    (date(2026, 10, 1), date(2026, 10, 31)),
    (date(2026, 11, 1), date(2026, 11, 30)),
)


@dataclass(frozen=True)
class Oddities:
    """Positions of commitments in the first set that carry something unusual."""

    stored: int = 0
    release: int = 3
    closed: tuple[int, ...] = (6, 7, 8)
    header_coded: int = 9
    unmapped: tuple[tuple[int, int], ...] = ((12, 2), (14, 1))  # commitment, requisition that first bills the line
    negative: int = 15
    odd_text: int = 18
    blank_number: tuple[int, ...] = (1, 4)
    long_number: int = 10
    not_payable: tuple[int, ...] = (2, 5, 11, 17, 20, 23, 26, 29, 32, 35)  # a later requisition still in review


@dataclass(frozen=True)
class CompanyPlan:
    procore_id: int
    name: str
    intacct_id: str
    id_base: int  # keeps Procore ids of different companies apart
    budgets: tuple[int, ...]  # one project each, whole currency units
    project_names: tuple[str, ...]
    commitments_per_project: int
    chains: tuple[Chain, ...]  # repeated over the commitments
    vendors: int
    client_id: str
    client_secret: str
    user_login: str
    sender_password: str
    user_password: str
    code_count: int = 150
    twins: bool = False
    oddities: Oddities | None = None
    sets: int = 1
    documents: bool = True
    currency: str = "USD"

    @property
    def projects(self) -> int:
        return len(self.budgets) * self.sets

    @property
    def vendor_count(self) -> int:
        return min(self.vendors + 4 * (self.sets - 1), 400)


CASCADIA = CompanyPlan(
    procore_id=4281379,
    name="Cascadia Builders",
    intacct_id="CASCADIA",
    id_base=0,
    budgets=(12_500_000, 8_200_000, 6_300_000, 4_750_000, 3_250_000),
    project_names=(
        "Harborview Medical Office", "Lakeside Elementary Modernization", "Foundry Lofts", "Eastgate Distribution Center",
        "Civic Library Renewal",
    ),
    commitments_per_project=12,
    chains=(3, 2, 1),
    vendors=64,
    client_id="cascadia-service-account",
    client_secret="cascadia-procore-secret",  # noqa: S106 - a pretend credential
    user_login="dana.controller@cascadia.example",
    sender_password="onecore-dev-password",  # noqa: S106
    user_password="cascadia-gateway-password",  # noqa: S106
    twins=True,
    oddities=Oddities(),
)  # fmt: skip

BOREALIS = CompanyPlan(
    procore_id=4299120,
    name="Borealis Civil",
    intacct_id="BOREALIS",
    id_base=500_000,
    budgets=(1_900_000,),
    project_names=("North Fork Bridge",),
    commitments_per_project=3,
    chains=(3, 2, 1),
    vendors=4,
    client_id="borealis-service-account",
    client_secret="borealis-procore-secret",  # noqa: S106
    user_login="kim.owner@borealis.example",
    sender_password="onecore-dev-password",  # noqa: S106
    user_password="borealis-gateway-password",  # noqa: S106
    code_count=24,
)

HARBOR = CompanyPlan(
    procore_id=4310077,
    name="Harbor Point Builders",
    intacct_id="HARBORPT",
    id_base=700_000,
    budgets=(1_400_000,),
    project_names=("Pier 9 Renovation",),
    commitments_per_project=3,
    chains=(3, 2, 1),
    vendors=3,
    client_id="harbor-service-account",
    client_secret="harbor-procore-secret",  # noqa: S106
    user_login="alex.books@harbor.example",
    sender_password="onecore-dev-password",  # noqa: S106
    user_password="harbor-gateway-password",  # noqa: S106
    code_count=24,
)
