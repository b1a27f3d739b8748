"""Encrypted listeners and logins, reached by KAFKA_CONF_ settings alone; and what is refused."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import KafkaSettings
from tests.support.certificates import Authority
from tests.support.kafka_server import KafkaCluster, Listener
from tests.support.kafka_work import BRISK, Work
from tests.support.oracle import check_exactly_once
from tests.support.processes import Dropship
from tests.support.tokens import TokenEndpoint
from tests.support.waiting import wait_until

USER, PASSWORD, WRONG = "alice", "canary-right-7319", "canary-wrong-7319"
LOGIN = "org.apache.kafka.common.security"


class Secured:
    """A node with one listener for each way in, and the settings that a client needs for it."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.stranger = Authority(folder, "stranger")
        certificate, key = self.authority.issue("broker")
        own, key_of_client = self.authority.issue("client")
        chain = folder / "broker-chain.pem"
        chain.write_text(key.read_text() + certificate.read_text(), encoding="utf-8")
        tls = {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(chain),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.certificate),
        }
        self.listeners = (
            Listener("TLS", "SSL", tls),
            Listener("MTLS", "SSL", tls | {"ssl.client.auth": "required"}),
            Listener("SCRAM", "SASL_SSL", tls | _mechanism("SCRAM-SHA-512", "scram.ScramLogin")),
            Listener("SCRAM256", "SASL_SSL", tls | _mechanism("SCRAM-SHA-256", "scram.ScramLogin")),
            Listener(
                "OAUTH",
                "SASL_SSL",
                tls
                | _mechanism(
                    "OAUTHBEARER",
                    "oauthbearer.OAuthBearerLogin",
                    ' unsecuredLoginStringClaim_sub="broker"',
                ),
            ),
            Listener(
                "PLAIN",
                "SASL_SSL",
                tls | _mechanism("PLAIN", "plain.PlainLogin", f' user_{USER}="{PASSWORD}"'),
            ),
        )
        trust = {"ssl.ca.location": str(self.authority.certificate)}
        secret = {"sasl.username": USER, "sasl.password": PASSWORD}
        sasl = {"security.protocol": "SASL_SSL", **secret, **trust}
        self.clients: Mapping[str, Mapping[str, str]] = {
            "TLS": {"security.protocol": "SSL", **trust},
            "MTLS": {
                "security.protocol": "SSL",
                **trust,
                "ssl.certificate.location": str(own),
                "ssl.key.location": str(key_of_client),
            },
            "SCRAM": {**sasl, "sasl.mechanism": "SCRAM-SHA-512"},
            "SCRAM256": {**sasl, "sasl.mechanism": "SCRAM-SHA-256"},
            "PLAIN": {**sasl, "sasl.mechanism": "PLAIN"},
        }

    def oauth(self, tokens: TokenEndpoint, secret: str = PASSWORD) -> dict[str, str]:
        """The settings of a client that gets its tokens there."""
        return {
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(self.authority.certificate),
            "sasl.mechanism": "OAUTHBEARER",
            "sasl.oauthbearer.method": "oidc",
            "sasl.oauthbearer.token.endpoint.url": tokens.url,
            "sasl.oauthbearer.client.id": USER,
            "sasl.oauthbearer.client.secret": secret,
            "sasl.oauthbearer.scope": "orders",
        }


def _mechanism(name: str, module: str, more: str = "") -> dict[str, str]:
    return {
        "sasl.enabled.mechanisms": name,
        f"{name.lower()}.sasl.jaas.config": f"{LOGIN}.{module}Module required{more};",
    }


@pytest.fixture(scope="module")
def secured(kafka_here: None, tmp_path_factory: pytest.TempPathFactory) -> Secured:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed; it makes the certificates")
    return Secured(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def guarded(secured: Secured) -> Iterator[KafkaCluster]:
    with KafkaCluster(listeners=secured.listeners, users={USER: PASSWORD}) as cluster:
        yield cluster


@pytest.fixture
def tokens() -> Iterator[TokenEndpoint]:
    with TokenEndpoint({USER: PASSWORD}) as endpoint:
        yield endpoint


def test_tokens_are_fetched_and_fetched_again_by_the_client_library(
    secured: Secured,
    guarded: KafkaCluster,
    works: Callable[..., Work],
    dropship: Dropship,
    tokens: TokenEndpoint,
) -> None:
    insider = works(guarded.bootstrap_servers)
    insider.make_topic(2)
    work = works(guarded.servers("OAUTH"), settings={**BRISK, **secured.oauth(tokens)})
    consumer = dropship.start("consume", "--limit", "60", env=work.env)
    insider.publish_orders(30)
    insider.wait_committed(30)
    fetched = tokens.granted
    assert fetched > 0
    wait_until(lambda: tokens.granted > fetched, seconds=30, what="no token was fetched again")
    insider.publish_orders(30, start=100)
    ended = consumer.end()
    assert ended.done()["consumed"] == 60
    assert tokens.refused == 0
    log = dropship.paths.log_file.read_text(encoding="utf-8")
    assert PASSWORD not in ended.out + ended.err + log


def test_a_client_that_gets_no_token_ends_with_one_line(
    secured: Secured,
    guarded: KafkaCluster,
    works: Callable[..., Work],
    dropship: Dropship,
    tokens: TokenEndpoint,
) -> None:
    work = works(guarded.servers("OAUTH"), settings=secured.oauth(tokens, WRONG))
    ended = dropship("consume", "--timeout", "15", env=work.env)
    assert ended.code == 3
    assert ended.record["error"]["kind"] == "broker"
    assert (tokens.granted, tokens.refused > 0) == (0, True)
    log = dropship.paths.log_file.read_text(encoding="utf-8")
    assert WRONG not in ended.out + ended.err + log


@pytest.mark.parametrize("way", ["SCRAM", "SCRAM256", "PLAIN", "TLS", "MTLS"])
def test_the_pipeline_runs_through(
    way: str,
    secured: Secured,
    guarded: KafkaCluster,
    works: Callable[..., Work],
    dropship: Dropship,
) -> None:
    insider = works(guarded.bootstrap_servers)
    insider.make_topic(2)
    outside = replace(
        insider, servers=guarded.servers(way), settings={**BRISK, **secured.clients[way]}
    )
    small = ("--customers", "50", "--products", "20", "--orders", "200")
    ended = dropship("pipeline", *small, env=outside.env)
    assert ended.done()["consume"]["consumed"] == 200
    outside.close()
    log = dropship.paths.log_file.read_text(encoding="utf-8")
    assert PASSWORD not in ended.out + ended.err + log
    dropship.settings = replace(dropship.settings, kafka=KafkaSettings(outside.servers))
    with dropship.warehouse() as warehouse:
        check_exactly_once(insider.cluster, warehouse, insider.topic, insider.group)


REFUSED = {
    "wrong password": ("SCRAM", {"sasl.password": WRONG}, "Authentication failed"),
    "wrong mechanism": ("SCRAM", {"sasl.mechanism": "PLAIN"}, "mechanism"),
    "no certificate": (
        "MTLS",
        {"ssl.certificate.location": "", "ssl.key.location": ""},
        "certificate",
    ),
    "unknown authority": ("TLS", {"ssl.ca.location": "stranger"}, "certificate verify failed"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_refused_login_is_one_clear_line(
    fault: str,
    secured: Secured,
    guarded: KafkaCluster,
    works: Callable[..., Work],
    dropship: Dropship,
) -> None:
    way, changes, reason = REFUSED[fault]
    settings = {**secured.clients[way], **changes}
    if changes.get("ssl.ca.location"):
        settings["ssl.ca.location"] = str(secured.stranger.certificate)
    settings = {name: value for name, value in settings.items() if value}
    work = works(guarded.servers(way), settings=settings)
    ended = dropship("consume", "--timeout", "20", env=work.env)
    assert ended.code == 3
    error = ended.record["error"]
    assert error["kind"] == "broker"
    assert "refuses us" in error["message"]
    assert reason in error["message"]
    assert "KAFKA_CONF_" in error["hint"]
    assert ended.record["elapsed_s"] < 19
    log = dropship.paths.log_file.read_text(encoding="utf-8")
    for secret in (PASSWORD, WRONG):
        assert secret not in ended.out + ended.err + log


def test_clear_text_to_an_encrypted_listener_is_out_of_reach(
    guarded: KafkaCluster, works: Callable[..., Work], dropship: Dropship
) -> None:
    work = works(guarded.servers("TLS"), settings={})
    ended = dropship("consume", "--timeout", "2", env=work.env)
    assert ended.code == 3
    assert "no broker answers" in ended.record["error"]["message"]
