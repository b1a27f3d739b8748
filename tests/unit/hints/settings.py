"""Hints about settings: in the environment, in a file, of Kafka and of Snowflake."""

import subprocess

from tests.support.bench import Bench
from tests.unit.hints.scenes import SEED, tries

ACCOUNT = {"SNOW_ACCOUNT": "a", "SNOW_USER": "u", "SNOW_ACCESS_TOKEN": "abcdefgh"}
KEY = {"SNOW_ACCOUNT": "a", "SNOW_USER": "u"}


@tries("for example localhost:9092, or broker1:9092,broker2:9092")
def servers(b: Bench) -> None:
    for wrong in ("a b:1", "localhost:99999", "a:1,,b:2"):
        b.refused(
            "for example localhost:9092, or broker1:9092,broker2:9092",
            *SEED,
            KAFKA_BOOTSTRAP_SERVERS=wrong,
        )
    for right in ("localhost:9092", "broker1:9092,broker2:9092"):
        b.works(*SEED, KAFKA_BOOTSTRAP_SERVERS=right)


@tries(
    "for example http://localhost:8081",
    "use KAFKA_SCHEMA_REGISTRY_USER and KAFKA_SCHEMA_REGISTRY_PASSWORD",
)
def registry(b: Bench) -> None:
    url = {"KAFKA_SCHEMA_REGISTRY_URL": "localhost:8081"}
    b.refused("for example http://localhost:8081", *SEED, **url)
    b.works(*SEED, KAFKA_SCHEMA_REGISTRY_URL="http://localhost:8081")
    b.refused(
        "use KAFKA_SCHEMA_REGISTRY_USER and KAFKA_SCHEMA_REGISTRY_PASSWORD",
        *SEED,
        KAFKA_SCHEMA_REGISTRY_URL="http://me:secret@localhost:8081",
    )
    b.works(
        *SEED,
        KAFKA_SCHEMA_REGISTRY_URL="http://localhost:8081",
        KAFKA_SCHEMA_REGISTRY_USER="me",
        KAFKA_SCHEMA_REGISTRY_PASSWORD="secret",
    )


@tries(
    "use at most 249 letters, digits, dots, _ and -",
    "use at most 255 printable characters",
    "use letters, digits, _ and $, not starting with a digit",
    "use one of {levels}",
)
def names(b: Bench) -> None:
    for name, wrong, right, hint in (
        (
            "KAFKA_TOPIC",
            "a b",
            "aZ0._-" + "x" * 243,
            "use at most 249 letters, digits, dots, _ and -",
        ),
        ("KAFKA_GROUP_ID", "ab" * 128, "é !" + "ab" * 126, "use at most 255 printable characters"),
        (
            "SNOW_SCHEMA",
            "1a",
            "a1_$",
            "use letters, digits, _ and $, not starting with a digit",
        ),
        ("LOG_LEVEL", "LOUD", "", "use one of {levels}"),
    ):
        told = b.refused(hint, *SEED, **{name: wrong})
        for value in [right] if right else told.hints[0].removeprefix("use one of ").split(", "):
            b.works(*SEED, **{name: value})


@tries("did you mean {setting}?", "remove it; .env.example names every setting")
def unknown(b: Bench) -> None:
    b.file(".env", "KAFKA_TOPICK=orders\n")
    told = b.refused("did you mean {setting}?", *SEED)
    meant = told.hints[0].removeprefix("did you mean ").rstrip("?")
    b.file(".env", f"{meant}=orders\n")
    b.works(*SEED)
    b.file(".env", "KAFKA_QQQQQQ=orders\n")
    b.refused("remove it; .env.example names every setting", *SEED)
    b.file(".env", "")
    b.works(*SEED)


@tries("define it above, or keep ${ as it is by single quotes around the value")
def undefined(b: Bench) -> None:
    b.file(".env", "KAFKA_GROUP_ID=${NOWHERE}\n")
    b.refused("define it above, or keep ${ as it is by single quotes around the value", *SEED)
    for fixed in ("NOWHERE=here\nKAFKA_GROUP_ID=${NOWHERE}\n", "KAFKA_GROUP_ID='${NOWHERE}'\n"):
        b.file(".env", fixed)
        b.works(*SEED)


@tries("put in the real value, or remove the line")
def placeholder(b: Bench) -> None:
    b.file(".env", "KAFKA_BOOTSTRAP_SERVERS=<your-servers>\n")
    b.refused("put in the real value, or remove the line", *SEED)
    for fixed in ("KAFKA_BOOTSTRAP_SERVERS=localhost:9092\n", ""):
        b.file(".env", fixed)
        b.works(*SEED)


@tries("comment the line out with #, or close the quotes")
def malformed(b: Bench) -> None:
    b.file(".env", 'KAFKA_TOPIC="orders\n')
    b.refused("comment the line out with #, or close the quotes", *SEED)
    for fixed in ('# KAFKA_TOPIC="orders\n', 'KAFKA_TOPIC="orders"\n'):
        b.file(".env", fixed)
        b.works(*SEED)


@tries(
    "name a file with --env-file",
    "make it readable for you, or name another file with --env-file",
    "leave the option out, or copy .env.example to that name",
)
def env_file(b: Bench) -> None:
    (b.folder / "folder").mkdir()
    b.file("other.env", "KAFKA_TOPIC=orders\n")
    b.refused("name a file with --env-file", *SEED, "--env-file", "folder")
    # Unreadable to root as well: memory that is not mapped.
    b.refused(
        "make it readable for you, or name another file with --env-file",
        *SEED,
        "--env-file",
        "/proc/self/mem",
    )
    b.refused(
        "leave the option out, or copy .env.example to that name", *SEED, "--env-file", "my.env"
    )
    b.works(*SEED)
    b.works(*SEED, "--env-file", "other.env")
    from tests.support.processes import ROOT

    b.file("my.env", (ROOT / ".env.example").read_bytes())
    b.works(*SEED, "--env-file", "my.env")


@tries("save the file as UTF-8")
def encoding_of_settings(b: Bench) -> None:
    b.file(".env", "KAFKA_GROUP_ID=é\n".encode("latin-1"))
    b.refused("save the file as UTF-8", *SEED)
    b.file(".env", "KAFKA_GROUP_ID=é\n")
    b.works(*SEED)


@tries("KAFKA_CONF_SASL_PASSWORD stands for librdkafka's sasl.password, and so on")
def client_settings(b: Bench) -> None:
    hint = "KAFKA_CONF_SASL_PASSWORD stands for librdkafka's sasl.password, and so on"
    b.refused(hint, *SEED, KAFKA_CONF_SASLPASSWORD="abc", KAFKA_CONF_LINGER_MS="x")
    b.works(*SEED, KAFKA_CONF_SASL_PASSWORD="abc", KAFKA_CONF_LINGER_MS="5")


@tries("docs/snowflake.md lists them")
def connector_options(b: Bench) -> None:
    from tests.support.processes import ROOT

    b.refused("docs/snowflake.md lists them", *SEED, **ACCOUNT, SNOW_CONNECT_SPEED="1")
    listed = (ROOT / "docs" / "snowflake.md").read_text()
    assert "`LOGIN_TIMEOUT`" in listed
    b.works(*SEED, **ACCOUNT, SNOW_CONNECT_LOGIN_TIMEOUT="5")


@tries("remove it; https is the default")
def clear_text(b: Bench) -> None:
    b.refused("remove it; https is the default", *SEED, **ACCOUNT, SNOW_CONNECT_PROTOCOL="http")
    b.works(*SEED, **ACCOUNT)


@tries(
    "remove one of them",
    "remove one of them, or name the kind with SNOW_AUTHENTICATOR",
    "set SNOW_PRIVATE_KEY_FILE (key pair), SNOW_ACCESS_TOKEN, SNOW_OAUTH_TOKEN or "
    "SNOW_AUTHENTICATOR=externalbrowser",
)
def logins(b: Bench) -> None:
    b.refused("remove one of them", *SEED, SNOW_CONNECTION_NAME="mine", SNOW_USER="u")
    b.works(*SEED, SNOW_CONNECTION_NAME="mine")
    b.works(*SEED, SNOW_USER="u")
    hint = "remove one of them, or name the kind with SNOW_AUTHENTICATOR"
    b.refused(hint, *SEED, **ACCOUNT, SNOW_OAUTH_TOKEN="abcdefgh")
    b.works(*SEED, **ACCOUNT)
    b.works(
        *SEED,
        **ACCOUNT,
        SNOW_OAUTH_TOKEN="abcdefgh",
        SNOW_AUTHENTICATOR="PROGRAMMATIC_ACCESS_TOKEN",
    )
    hint = (
        "set SNOW_PRIVATE_KEY_FILE (key pair), SNOW_ACCESS_TOKEN, SNOW_OAUTH_TOKEN or "
        "SNOW_AUTHENTICATOR=externalbrowser"
    )
    b.refused(hint, *SEED, **KEY)
    for fixed in (
        {"SNOW_PRIVATE_KEY_FILE": str(_key(b, "rsa_key.p8"))},
        {"SNOW_ACCESS_TOKEN": "abcdefgh"},
        {"SNOW_OAUTH_TOKEN": "abcdefgh"},
        {"SNOW_AUTHENTICATOR": "externalbrowser"},
    ):
        b.works(*SEED, **KEY, **fixed)


def _key(b: Bench, name: str, passphrase: str = "") -> str:
    """Make a key with the command that a hint names; its password is asked for on a terminal."""
    file = b.folder / name
    lock = f"-passout pass:{passphrase}" if passphrase else "-nocrypt"
    made = f"openssl genrsa 2048 2>/dev/null | openssl pkcs8 -topk8 -out {file} {lock}"
    subprocess.run(made, shell=True, check=True)
    file.chmod(0o600)
    return str(file)


@tries(
    "name the file of the private key, and make it readable for you alone",
    "make one: openssl genrsa 2048 | openssl pkcs8 -topk8 -out rsa_key.p8",
    "set SNOW_PRIVATE_KEY_PASSPHRASE",
    "remove SNOW_PRIVATE_KEY_PASSPHRASE, or name the encrypted key",
    "check SNOW_PRIVATE_KEY_PASSPHRASE: openssl pkey -in FILE -noout tells",
)
def private_keys(b: Bench) -> None:
    def refused(hint: str, file: str, **env: str) -> None:
        b.refused(hint, *SEED, **KEY, SNOW_PRIVATE_KEY_FILE=file, **env)

    def works(file: str, **env: str) -> None:
        b.works(*SEED, **KEY, SNOW_PRIVATE_KEY_FILE=file, **env)

    refused("name the file of the private key, and make it readable for you alone", "none.p8")
    public = str(b.file("key.pub", "-----BEGIN PUBLIC KEY-----\n"))
    hint = "make one: openssl genrsa 2048 | openssl pkcs8 -topk8 -out rsa_key.p8"
    refused(hint, public)
    plain, locked = _key(b, "plain.p8"), _key(b, "rsa_key.p8", "s3cret")
    works(plain)
    refused("set SNOW_PRIVATE_KEY_PASSPHRASE", locked)
    works(locked, SNOW_PRIVATE_KEY_PASSPHRASE="s3cret")
    hint = "remove SNOW_PRIVATE_KEY_PASSPHRASE, or name the encrypted key"
    refused(hint, plain, SNOW_PRIVATE_KEY_PASSPHRASE="s3cret")
    hint = "check SNOW_PRIVATE_KEY_PASSPHRASE: openssl pkey -in FILE -noout tells"
    refused(hint, locked, SNOW_PRIVATE_KEY_PASSPHRASE="wrong")
    for passphrase, code in (("s3cret", 0), ("wrong", 1)):
        told = subprocess.run(
            ["openssl", "pkey", "-in", locked, "-noout", "-passin", f"pass:{passphrase}"],
            check=False,
            capture_output=True,
        )
        assert told.returncode == code


@tries("unset KAFKA_BOOTSTRAP_SERVERS to use the embedded broker")
def own_broker(b: Bench) -> None:
    hint = "unset KAFKA_BOOTSTRAP_SERVERS to use the embedded broker"
    b.refused(hint, "broker", KAFKA_BOOTSTRAP_SERVERS="localhost:9092")
    b.stop.set()  # so that it ends as soon as it serves
    b.works("broker")


@tries("docs/scaling.md tells what export-connector needs")
def export(b: Bench) -> None:
    from tests.support.processes import ROOT

    hint = "docs/scaling.md tells what export-connector needs"
    needed = (ROOT / "docs" / "scaling.md").read_text()
    assert "KAFKA_BOOTSTRAP_SERVERS" in needed
    assert "SNOW_USER" in needed
    b.refused(hint, "export-connector")
    b.env["KAFKA_BOOTSTRAP_SERVERS"] = "127.0.0.1:1"
    b.refused(hint, "export-connector")
    b.works("export-connector", "--timeout", "0.1", **ACCOUNT)


@tries("several stand with a comma between them")
def addresses(b: Bench) -> None:
    hint = "several stand with a comma between them"
    for wrong in ("ann@a.org bob@b.org", "ann@a.org;bob@b.org"):
        b.refused(hint, *SEED, **ACCOUNT, SNOW_ALERT_EMAIL=wrong)
    b.works(*SEED, **ACCOUNT, SNOW_ALERT_EMAIL="ann@a.org, bob@b.org")
