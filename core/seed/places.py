"""The cities customers live in, and how many of them live in each.

places.csv is an extract of GeoNames (https://www.geonames.org/), CC BY 4.0; see PLACES.md.
"""

import csv
from importlib.resources import files

import numpy as np

from core.seed.csv_lines import Texts, field, texts
from core.seed.random_words import Indices

SHARES = {"France": 850, "Belgique": 70, "Suisse": 50, "Luxembourg": 20, "Monaco": 10}
"""Customers per thousand by country; within a country a city's share is that of its inhabitants."""

_SCALE = 1_000_000


def load_places() -> list[tuple[str, str, int]]:
    """Return (city, country, inhabitants) of every place shipped (GeoNames, see PLACES.md)."""
    text = (files("core.seed") / "places.csv").read_text(encoding="utf-8")
    return [
        (row["city"], row["country"], int(row["population"]))
        for row in csv.DictReader(text.splitlines())
    ]


def place_columns() -> tuple[Texts, Indices]:
    """Return the end of a customer's line ("city,country" and newline) by place, and the weights.

    The weights are running totals.
    """
    places = load_places()
    inhabitants = dict.fromkeys(SHARES, 0)
    for _city, country, population in places:
        inhabitants[country] += population
    weights = [
        max(1, SHARES[country] * _SCALE * population // inhabitants[country])
        for _city, country, population in places
    ]
    ends = texts((f"{field(city)},{field(country)}" for city, country, _count in places), "\n")
    return ends, np.cumsum(np.array(weights, dtype=np.int64))
