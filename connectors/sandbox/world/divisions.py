"""150 cost codes on the public divisions 01-48: 35 division headers and the codes below them."""

from typing import NamedTuple


class CostCode(NamedTuple):
    division: str
    part: str  # "" for the division header itself
    name: str

    @property
    def full_code(self) -> str:
        return f"{self.division}-{self.part}" if self.part else self.division


UNMAPPED_CODES = ("13-340", "44-100")  # in the world, absent from the answer key

_TABLE = """
01 General Requirements|100 Project Management|200 Price and Payment Procedures|310 Supervision|320 Progress Documentation|410 Permits and Fees|500 Temporary Facilities|520 Construction Facilities|540 Site Safety|560 Temporary Barriers|740 Final Cleaning|780 Closeout
02 Existing Conditions|200 Site Assessment|300 Subsurface Investigation|410 Selective Demolition|820 Asbestos Abatement
03 Concrete|100 Formwork|200 Reinforcing Steel|300 Cast-in-Place Concrete|350 Concrete Finishing|400 Precast Concrete|540 Floor Underlayment|600 Grouting
04 Masonry|200 Unit Masonry|400 Stone Assemblies|720 Cast Stone
05 Metals|120 Structural Steel|210 Steel Joists|310 Steel Deck|400 Cold-Formed Framing|500 Miscellaneous Metals|510 Metal Stairs|520 Handrails
06 Wood, Plastics and Composites|100 Rough Carpentry|160 Sheathing|200 Finish Carpentry|400 Architectural Woodwork
07 Thermal and Moisture Protection|110 Dampproofing|210 Insulation|270 Air Barriers|420 Wall Panels|500 Membrane Roofing|620 Sheet Metal Flashing|840 Firestopping
08 Openings|110 Hollow Metal Doors|140 Wood Doors|410 Storefronts|440 Curtain Wall|710 Door Hardware|800 Glazing
09 Finishes|210 Plaster and Gypsum|290 Drywall|300 Tiling|510 Acoustical Ceilings|650 Resilient Flooring|680 Carpet|900 Painting
10 Specialties|110 Visual Display|140 Signage|210 Toilet Compartments|280 Toilet Accessories|440 Fire Extinguishers
11 Equipment|130 Loading Dock Equipment|400 Food Service Equipment
12 Furnishings|240 Window Shades|360 Countertops
13 Special Construction|110 Swimming Pools|340 Engineered Structures
14 Conveying Equipment|200 Elevators|240 Hydraulic Elevators
21 Fire Suppression|100 Standpipes|130 Sprinkler Systems
22 Plumbing|050 Plumbing Methods|110 Domestic Water|130 Sanitary Sewerage|400 Plumbing Fixtures
23 Heating, Ventilating and Air Conditioning|050 HVAC Methods|090 HVAC Controls|210 Hydronic Piping|310 Ductwork|740 Air Handling Units
25 Integrated Automation|100 Automation Network
26 Electrical|050 Electrical Methods|240 Switchboards|270 Wiring Devices|320 Generators|510 Interior Lighting
27 Communications|100 Structured Cabling|410 Audio-Video Systems
28 Electronic Safety and Security|100 Access Control|310 Fire Alarm
31 Earthwork|100 Site Clearing|200 Grading|230 Excavation and Fill|250 Erosion Control|500 Shoring|630 Bored Piles
32 Exterior Improvements|110 Base Courses|120 Paving|160 Curbs and Sidewalks|310 Fences and Gates|900 Planting
33 Utilities|100 Water Utilities|300 Sanitary Utilities|400 Storm Drainage
34 Transportation|710 Roadway Construction
35 Waterway and Marine Construction|310 Shoreline Protection
40 Process Interconnections|100 Process Piping
41 Material Handling Equipment|220 Cranes and Hoists
42 Process Heating and Cooling|200 Process Drying
43 Process Gas and Liquid Handling|200 Liquid Pumps
44 Pollution Control Equipment|100 Air Pollution Control
45 Manufacturing Equipment|110 Oil and Gas Equipment
46 Water and Wastewater Equipment|070 Packaged Treatment
47 Reserved for Owner Equipment|100 Owner Furnished Items
48 Electrical Power Generation|140 Solar Energy
"""  # noqa: E501 - a table, one division a line


def _parse(table: str) -> tuple[CostCode, ...]:
    codes: list[CostCode] = []
    for line in table.strip().splitlines():
        head, *parts = line.split("|")
        division, name = head.split(" ", 1)
        codes.append(CostCode(division, "", name))
        codes += [CostCode(division, *part.split(" ", 1)) for part in parts]
    return tuple(codes)


COST_CODES = _parse(_TABLE)
HEADERS = tuple(code for code in COST_CODES if not code.part)
LEAVES = tuple(code for code in COST_CODES if code.part)
