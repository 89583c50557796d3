"""Plain first names, family names and streets, to be combined at random."""

_FEMALE = (
    "Abigail Adele Alice Amara Anna Aisha Beatriz Camila Carmen Chloe Clara Diana Elena Eliza "
    "Emily Esther Fatima Grace Hannah Helen Imani Irene Iris Jada Josephine Julia Keiko Laura "
    "Leila Linh Lucía Margaret Maria María Maya Mei Naomi Nina Noor Nora Olivia Priya Rachel Rosa "
    "Ruth Sarah Sofia Stella Tamara Teresa Valerie Victoria Yasmin Zoë"
)
_MALE = (
    "Aaron Adam Ahmed Alan Andre Andrés Anthony Arjun Benjamin Brian Caleb Carlos Charles Daniel "
    "Darius David Diego Dmitri Edward Elijah Ethan Felix Francis Gabriel George Hassan Henry Hiro "
    "Isaac Jack Jamal James Javier Joel José Joseph Kai Kevin Leo Liam Lucas Luis Marcus Mateo "
    "Michael Minh Nathan Noah Omar Oscar Patrick Peter Rafael Samuel Theo Thomas Victor"
)
_FAMILY = (
    "Adams Alvarez Andersen Bailey Baker Barnes Bennett Brandt Brooks Campbell Carter Castillo "
    "Chen Clarke Collins Cooper Cruz D’Angelo Davis Diaz Edwards Evans Fischer Fleming Flores "
    "Foster Garcia Gibson Gómez Graham Gray Green Gupta Hahn Hall Hansen Harper Hayes Hernandez "
    "Hoffman Hughes Ibrahim Jackson Jensen Johnson Kelly Khan Kim King Larsen Lee Lewis Long Lopez "
    "Marsh Martin Mason Meyer Miller Moore Morris Murphy Myers Nelson Nguyen Núñez Novak O’Brien "
    "O’Connor Olson Ortiz Parker Patel Pérez Peters Petersen Phillips Ramirez Reed Reyes Rivera "
    "Rogers Russell Sanders Santos Schmidt Schwartz Shaw Silva Singh Smith Stone Sullivan Tanaka "
    "Taylor Torres Tran Turner Vargas Walker Ward Watson Weber White Wilson Wong Wright "
    "Young"
)
FEMALE, MALE, FAMILY = (tuple(names.split()) for names in (_FEMALE, _MALE, _FAMILY))
STREETS = (
    *("Alder Court", "Birch Street", "Cedar Avenue", "Chestnut Street", "Clover Lane"),
    *("Cottonwood Drive", "Dogwood Lane", "Elm Street", "Fern Court", "Hickory Road"),
    *("Juniper Street", "Larch Lane", "Linden Avenue", "Meadow Road", "Mulberry Street"),
    *("Oak Street", "Pine Street", "Poplar Avenue", "Prairie Road", "Spruce Street"),
    *("Sycamore Avenue", "Walnut Street", "Willow Lane"),
)
