"""Reference data of the generator: invented names, real countries, cities and currencies."""

# ISO 4217 code, units for one euro (from which prices and rates start), digits after the point.
CURRENCIES: list[tuple[object, ...]] = [
    ("EUR", 1.0, 2),
    ("GBP", 0.86, 2),
    ("USD", 1.09, 2),
    ("CAD", 1.47, 2),
    ("AUD", 1.65, 2),
    ("CHF", 0.95, 2),
    ("SEK", 11.3, 2),
    ("NOK", 11.5, 2),
    ("DKK", 7.46, 2),
    ("PLN", 4.35, 2),
    ("CZK", 24.9, 2),
    ("HUF", 385.0, 2),
    ("RON", 4.97, 2),
    ("JPY", 158.0, 0),
]

# ISO 3166-1 alpha-2, currency, time zone, language (BCP 47), telephone prefix, tax rate, whether prices
# include tax, weight in sales.
COUNTRIES: list[tuple[object, ...]] = [
    ("DE", "EUR", "Europe/Berlin", "de", "+49", 0.19, True, 220),
    ("GB", "GBP", "Europe/London", "en", "+44", 0.2, True, 170),
    ("FR", "EUR", "Europe/Paris", "fr", "+33", 0.2, True, 130),
    ("US", "USD", "America/New_York", "en", "+1", 0.07, False, 90),
    ("NL", "EUR", "Europe/Amsterdam", "nl", "+31", 0.21, True, 60),
    ("PL", "PLN", "Europe/Warsaw", "pl", "+48", 0.23, True, 55),
    ("SE", "SEK", "Europe/Stockholm", "sv", "+46", 0.25, True, 45),
    ("ES", "EUR", "Europe/Madrid", "es", "+34", 0.21, True, 45),
    ("IT", "EUR", "Europe/Rome", "it", "+39", 0.22, True, 45),
    ("AT", "EUR", "Europe/Vienna", "de", "+43", 0.2, True, 30),
    ("BE", "EUR", "Europe/Brussels", "fr", "+32", 0.21, True, 28),
    ("CH", "CHF", "Europe/Zurich", "de", "+41", 0.081, True, 28),
    ("DK", "DKK", "Europe/Copenhagen", "da", "+45", 0.25, True, 22),
    ("IE", "EUR", "Europe/Dublin", "en", "+353", 0.23, True, 18),
    ("NO", "NOK", "Europe/Oslo", "nb", "+47", 0.25, True, 18),
    ("FI", "EUR", "Europe/Helsinki", "fi", "+358", 0.24, True, 16),
    ("PT", "EUR", "Europe/Lisbon", "pt", "+351", 0.23, True, 16),
    ("CZ", "CZK", "Europe/Prague", "cs", "+420", 0.21, True, 15),
    ("CA", "CAD", "America/Toronto", "en", "+1", 0.13, False, 15),
    ("GR", "EUR", "Europe/Athens", "el", "+30", 0.24, True, 8),
    ("HU", "HUF", "Europe/Budapest", "hu", "+36", 0.27, True, 8),
    ("RO", "RON", "Europe/Bucharest", "ro", "+40", 0.19, True, 8),
    ("JP", "JPY", "Asia/Tokyo", "ja", "+81", 0.1, True, 8),
    ("AU", "AUD", "Australia/Sydney", "en", "+61", 0.1, True, 6),
    ("LU", "EUR", "Europe/Luxembourg", "fr", "+352", 0.17, True, 4),
]

# Country: city, region, pattern of the postal code (# is a digit), time zone where it is not the country's.
_CITIES: dict[str, list[tuple[str, ...]]] = {
    "DE": [
        ("Berlin", "Berlin", "1####"),
        ("Hamburg", "Hamburg", "2####"),
        ("München", "Bayern", "8####"),
        ("Köln", "Nordrhein-Westfalen", "5####"),
    ],
    "GB": [
        ("London", "England", "SW# #AB"),
        ("Manchester", "England", "M# #EJ"),
        ("Edinburgh", "Scotland", "EH# #NG"),
        ("Cardiff", "Wales", "CF# #AT"),
    ],
    "FR": [
        ("Paris", "Île-de-France", "750##"),
        ("Lyon", "Auvergne-Rhône-Alpes", "690##"),
        ("Marseille", "Provence-Alpes-Côte d'Azur", "130##"),
    ],
    "US": [
        ("New York", "New York", "100##"),
        ("Los Angeles", "California", "900##", "America/Los_Angeles"),
        ("Chicago", "Illinois", "606##", "America/Chicago"),
        ("Denver", "Colorado", "802##", "America/Denver"),
    ],
    "NL": [("Amsterdam", "Noord-Holland", "10## AB"), ("Rotterdam", "Zuid-Holland", "30## CD")],
    "PL": [
        ("Warszawa", "Mazowieckie", "00-###"),
        ("Kraków", "Małopolskie", "30-###"),
        ("Łódź", "Łódzkie", "90-###"),
    ],
    "SE": [("Stockholm", "Stockholms län", "11# ##"), ("Göteborg", "Västra Götalands län", "41# ##")],
    "ES": [
        ("Madrid", "Comunidad de Madrid", "280##"),
        ("Barcelona", "Cataluña", "080##"),
        ("Sevilla", "Andalucía", "410##"),
    ],
    "IT": [("Roma", "Lazio", "001##"), ("Milano", "Lombardia", "201##"), ("Torino", "Piemonte", "101##")],
    "AT": [("Wien", "Wien", "1##0"), ("Graz", "Steiermark", "80#0")],
    "BE": [("Bruxelles", "Bruxelles-Capitale", "10##"), ("Antwerpen", "Vlaanderen", "20##")],
    "CH": [("Zürich", "Zürich", "80##"), ("Genève", "Genève", "12##")],
    "DK": [("København", "Hovedstaden", "2###"), ("Aarhus", "Midtjylland", "80##")],
    "IE": [("Dublin", "Leinster", "D0# X###"), ("Cork", "Munster", "T1# Y###")],
    "NO": [("Oslo", "Oslo", "0###"), ("Bergen", "Vestland", "50##")],
    "FI": [("Helsinki", "Uusimaa", "00###"), ("Tampere", "Pirkanmaa", "33###")],
    "PT": [("Lisboa", "Lisboa", "1###-###"), ("Porto", "Norte", "4###-###")],
    "CZ": [("Praha", "Praha", "1## 00"), ("Brno", "Jihomoravský kraj", "6## 00")],
    "CA": [
        ("Toronto", "Ontario", "M#B #A#"),
        ("Vancouver", "British Columbia", "V#C #B#", "America/Vancouver"),
        ("Montréal", "Québec", "H#A #C#"),
    ],
    "GR": [("Αθήνα", "Αττική", "1## ##"), ("Θεσσαλονίκη", "Κεντρική Μακεδονία", "54# ##")],
    "HU": [("Budapest", "Budapest", "1###"), ("Szeged", "Csongrád-Csanád", "67##")],
    "RO": [("București", "București", "01####"), ("Cluj-Napoca", "Cluj", "40####")],
    "JP": [("東京", "東京都", "10#-####"), ("大阪", "大阪府", "53#-####")],
    "AU": [("Sydney", "New South Wales", "20##"), ("Perth", "Western Australia", "60##", "Australia/Perth")],
    "LU": [("Luxembourg", "Luxembourg", "L-####"), ("Esch-sur-Alzette", "Esch-sur-Alzette", "L-4###")],
}


def cities() -> list[tuple[object, ...]]:
    """Return (country_code, index within the country, city, region, postal pattern, time zone)."""
    zones = {str(country[0]): str(country[2]) for country in COUNTRIES}
    return [
        (country, index, *entry[:3], entry[3] if len(entry) > 3 else zones[country])
        for country, entries in _CITIES.items()
        for index, entry in enumerate(entries)
    ]


# Top level of the category tree and its groups; below each group stand LEAF_KINDS.
_DEPARTMENTS: dict[str, list[str]] = {
    "Home": ["Kitchen", "Lighting", "Textiles", "Storage"],
    "Garden": ["Tools", "Planters", "Furniture", "Watering"],
    "Fashion": ["Women", "Men", "Children", "Accessories"],
    "Sports": ["Outdoor", "Fitness", "Cycling", "Swimming"],
    "Toys": ["Games", "Building", "Dolls", "Crafts"],
    "Electronics": ["Audio", "Photo", "Computing", "Smart Home"],
    "Beauty": ["Skin", "Hair", "Fragrance", "Care"],
    "Books": ["Novels", "Travel", "Cooking", "Children's Books"],
}


def departments() -> list[tuple[object, ...]]:
    """Return (number from 1, name, groups joined by a vertical bar)."""
    return [(number, name, "|".join(groups)) for number, (name, groups) in enumerate(_DEPARTMENTS.items(), 1)]


LEAF_KINDS = ["Basics", "Classics", "Premium"]


def _words(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",")]


FIRST_NAMES = _words("""
    Anna, Ben, Clara, David, Emma, Felix, Greta, Hugo, Ida, Jonas, Klara, Liam, Maria, Noah, Olivia, Paul,
    Rosa, Samuel, Tilda, Victor, Zoë, José, Søren, Łukasz, Agnieszka, Chloé, François, Jürgen, Åsa, Björn,
    Inês, Nuno, Eirini, Nikos, Katalin, László, Ioana, Andrei, Hana, Jiří, Yuki, Haruto, Grace, Oliver,
    Amelia, Jack, Charlotte, George, Freja, Mikkel, Aino, Eino, Sofia, Mateo, Lucía, Giulia, Lorenzo, Anouk,
    Daan, Sanne
""")

LAST_NAMES = _words("""
    Müller, Schmidt, Weber, Fischer, Becker, Smith, Jones, Taylor, Brown, Wilson, Martin, Bernard, Dubois,
    Laurent, Petit, Johnson, Williams, Davis, Miller, Garcia, Jansen, DeVries, Bakker, Nowak, Kowalski,
    Wiśniewska, Andersson, Johansson, Lindström, García, Fernández, López, Rossi, Russo, Ferrari, Gruber,
    Huber, Peeters, Maes, Keller, Meier, Nielsen, Hansen, Murphy, Byrne, Hagen, Olsen, Korhonen, Virtanen,
    Silva, Santos, Novák, Dvořák, Papadopoulos, Nagy, Kovács, Popescu, Ionescu, Sato, Tanaka, O'Brien,
    McKenzie
""")

STREETS = _words("""
    Station Road, High Street, Church Lane, Mill Lane, Park Avenue, Garden Row, Market Square, River Street,
    School Road, Castle Hill, Forest Path, Lake View, Bridge Street, Orchard Close, Harbour Road, Meadow
    Lane
""")

ADJECTIVES = _words("""
    Amber, Birch, Bright, Calm, Cedar, Clever, Cobalt, Coral, Crisp, Dapper, Ember, Fern, Frost, Gentle,
    Golden, Granite, Harbour, Hazel, Indigo, Ivory, Juniper, Linden, Lively, Lunar, Maple, Meadow, Misty,
    Nimble, Oak, Olive, Opal, Pebble, Pine, Quiet, River, Sable, Silver, Slate, Solar, Sturdy, Velvet,
    Willow
""")

BRANDS = _words("""
    Alderby, Brisk & Co, Caldera, Dunmore, Estrella, Fjordlys, Gablehouse, Halden, Ironwood, Juno, Kestrel,
    Lumora, Morrow, Nordvik, Orchid Lane, Pallas, Quillon, Rookwood, Solvang, Tamarind
""")

COMPANY_WORDS = _words("""
    Trading, Works, Supply, Import, Mill, Partners, Brothers, Industries, Wholesale, Crafts
""")
