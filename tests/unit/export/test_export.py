"""What is written for an engine: complete, exactly once, and without a secret in it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from core.broker.identity import TopicIdentity
from core.config import KafkaSettings, Settings
from core.config.load import load_settings
from core.errors import ConfigError
from core.export.kafka_connect import connector, worker_settings
from core.export.redpanda_connect import pipeline_text
from core.export.script import literal, sink_script
from core.export.sink import TABLE, sink_of
from core.warehouse.snowflake.scripts import split_statements
from tests.support.snowflake_sql import configured_names, faults_of_statement
from tests.unit.export.conftest import CANARIES

ENGINES = ("kafka-connect", "redpanda-connect")
IDENTITY = TopicIdentity("it's\\a cluster", "orders.v1", "AbC-1")
REFERENCE = re.compile(r"\$\{(directory|env):([^}]+)\}")


def texts(settings: Settings) -> dict[str, str]:
    return {
        "kafka-connect": json.dumps(connector(sink_of(settings, engine="kafka-connect"))),
        "redpanda-connect": pipeline_text(sink_of(settings, engine="redpanda-connect")),
        "sql": sink_script(settings, IDENTITY),
    }


def test_no_secret_is_ever_written(ready):
    for name, text in texts(ready).items():
        assert not [canary for canary in CANARIES if canary in text], name


def test_kafka_connect_gets_target_and_login_by_reference(ready):
    made = connector(sink_of(ready, engine="kafka-connect"))
    config = made["config"]
    assert made["name"] == "dropship_orders_v1"
    assert config["snowflake.url.name"] == "org-my-account.snowflakecomputing.com:443"
    assert config["snowflake.private.key"] == "${directory:/keys:rsa_key.p8}"
    assert config["snowflake.private.key.passphrase"] == "${env:SNOW_PRIVATE_KEY_PASSPHRASE}"
    assert config["snowflake.role.name"] == "MY_WORKER"
    assert config["snowflake.topic2table.map"] == f"orders.v1:{TABLE}"
    assert config["tasks.max"] == "6"
    assert all(isinstance(value, str) for value in config.values())


def test_every_reference_has_a_provider_at_the_worker(ready):
    config = connector(sink_of(ready, engine="kafka-connect"))["config"]
    used = {found[1] for value in config.values() for found in REFERENCE.finditer(value)}
    assert used == {"directory", "env"}
    assert set(worker_settings()["config.providers"].split(",")) == used
    assert all(f"config.providers.{name}.class" in worker_settings() for name in used)


def test_nothing_is_dropped_on_the_way(ready):
    """Bad records and tombstones arrive as text, so that the warehouse can keep books of them."""
    config = connector(sink_of(ready, engine="kafka-connect"))["config"]
    assert config["value.converter"].endswith("StringConverter")
    assert config["snowflake.enable.schematization"] == "false"
    assert config["behavior.on.null.values"] == "DEFAULT"
    assert config["errors.deadletterqueue.topic.name"] == "orders.v1_dead_letters"
    assert config["errors.deadletterqueue.topic.replication.factor"] == "3"
    assert config["consumer.override.auto.offset.reset"] == "earliest"
    assert config["consumer.override.isolation.level"] == "read_committed"


def test_redpanda_connect_is_yaml_with_one_channel_a_partition(ready):
    made = yaml.safe_load(pipeline_text(sink_of(ready, engine="redpanda-connect")))
    source = made["input"]["redpanda"]
    assert source["seed_brokers"] == ["b1:9093", "b2:9093"]
    assert source["tls"] == {"enabled": True, "root_cas_file": "/keys/ca.pem"}
    assert source["sasl"] == [
        {
            "mechanism": "SCRAM-SHA-512",
            "username": "alice",
            "password": "${KAFKA_CONF_SASL_PASSWORD}",
        }
    ]
    assert source["start_offset"] == "earliest"
    assert source["transaction_isolation_level"] == "read_committed"
    target, failed = made["output"]["fallback"]
    streaming = target["snowflake_streaming"]
    assert "@kafka_partition" in streaming["channel_name"]
    assert "%016X" in streaming["offset_token"]
    assert streaming["private_key_pass"] == "${SNOW_PRIVATE_KEY_PASSPHRASE}"
    assert streaming["table"] == TABLE
    dead = failed["retry"]["output"]["redpanda"]
    assert dead["topic"] == "orders.v1_dead_letters"
    assert dead["seed_brokers"] == source["seed_brokers"]
    assert dead["sasl"] == source["sasl"]


def test_brokers_without_a_login_need_none(ready):
    plain = replace(ready, kafka=KafkaSettings("b:9092"))
    source = yaml.safe_load(pipeline_text(sink_of(plain, engine="redpanda-connect")))["input"]
    assert set(source["redpanda"]) & {"tls", "sasl"} == set()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_group_is_the_one_that_the_engine_uses(ready, engine):
    sink = sink_of(ready, engine=engine)
    if engine == "kafka-connect":
        assert sink.group == "connect-dropship_orders_v1"  # Connect puts `connect-` before the name
    else:
        made = yaml.safe_load(pipeline_text(sink))
        assert made["input"]["redpanda"]["consumer_group"] == sink.group


MISSING = {
    "KAFKA_BOOTSTRAP_SERVERS": lambda ready: replace(ready, kafka=KafkaSettings()),
    "SNOW_ACCOUNT": lambda ready: replace(ready, snowflake=None),
    "SNOW_USER": lambda ready: replace(ready, snowflake=replace(ready.snowflake, user="")),
}


def test_a_named_connection_is_not_enough(ready):
    named = replace(ready.snowflake, account="", user="", connection_name="work")
    with pytest.raises(ConfigError, match=r"SNOW_ACCOUNT: .*connections\.toml"):
        sink_of(replace(ready, snowflake=named), engine="kafka-connect")


def test_the_group_to_watch_is_a_setting_and_else_the_own_one():
    own = load_settings(environ={"KAFKA_GROUP_ID": "mine"}).kafka
    assert own.watched_group == "mine"
    both = {"KAFKA_GROUP_ID": "mine", "KAFKA_WATCH_GROUP_ID": "connect-it"}
    watching = load_settings(environ=both).kafka
    assert (watching.group_id, watching.watched_group) == ("mine", "connect-it")


@pytest.mark.parametrize("setting", MISSING)
def test_what_is_missing_is_named(ready, setting):
    with pytest.raises(ConfigError, match=setting):
        sink_of(MISSING[setting](ready), engine="kafka-connect")


def test_a_value_that_would_be_taken_for_a_reference_is_refused(ready):
    sly = replace(ready, snowflake=replace(ready.snowflake, user="${env:HOME}"))
    with pytest.raises(ConfigError, match="SNOW_USER"):
        sink_of(sly, engine="kafka-connect")


def test_the_sql_is_what_snowflake_takes(ready):
    text = sink_script(ready, IDENTITY)
    assert "{" not in re.sub(r"--[^\n]*", "", text)
    statements = split_statements(text)
    assert [fault for one in statements for fault in faults_of_statement(one)] == []
    raw = Path("sql/connector/sink.sql").read_text(encoding="utf-8")
    assert configured_names(raw) == []


def test_the_sql_names_the_source_as_the_consumer_would(ready):
    text = sink_script(ready, IDENTITY)
    assert f"'{IDENTITY.source_id}'" in text
    assert "'it''s\\\\a cluster'" in text
    assert f"CONCAT('{IDENTITY.source_id}', '-', kafka_partition, '-', kafka_offset)" in text


@given(st.text())
def test_a_literal_never_ends_early(value):
    inner = literal(value)[1:-1]
    plain = inner.replace("\\\\", "").replace("''", "")
    assert "'" not in plain
    assert "\\" not in plain


@settings(deadline=None, max_examples=30)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
def test_any_user_name_stays_one_value_of_the_yaml(user):
    if "${" in user:
        return
    whole = replace(
        Settings(),
        kafka=KafkaSettings(
            "b:9092", client={"security.protocol": "sasl_ssl", "sasl.username": user}
        ),
        snowflake=_account(user),
    )
    made = yaml.safe_load(pipeline_text(sink_of(whole, engine="redpanda-connect")))
    assert made["input"]["redpanda"]["sasl"][0]["username"] == user
    assert made["output"]["fallback"][0]["snowflake_streaming"]["user"] == user


def _account(user):
    from core.config.settings import SnowflakeSettings

    return SnowflakeSettings("org-account", user)


def test_a_letter_without_a_key_gets_none_and_batches_are_as_large_as_the_vendor_wants(ready):
    text = pipeline_text(sink_of(ready, engine="redpanda-connect"))
    read = yaml.safe_load(text)
    source = read["input"]["redpanda"]
    assert (source["fetch_min_bytes"], source["partition_buffer_bytes"]) == ("50MiB", "100MiB")
    letters = read["output"]["fallback"][1]["retry"]["output"]["redpanda"]
    assert letters["key"] == '${!@kafka_key.or("")}'  # a missing key would be written as "null"
