"""Scrapes a job as Prometheus does."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

Scraped = dict[tuple[str, tuple[tuple[str, str], ...]], float]
"""Name and labels of each sample, to its value."""


def scrape(url: str) -> Scraped:
    """Return every sample of a page."""
    address = urlsplit(url)
    client = HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        client.request("GET", address.path)
        answer = client.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, text
    finally:
        client.close()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for found in text_string_to_metric_families(text)
        for sample in found.samples
    }


def total(samples: Scraped, name: str) -> float:
    """Return the sum of a metric over its labels; 0 where it is absent."""
    return sum(value for (found, _labels), value in samples.items() if found == name)
