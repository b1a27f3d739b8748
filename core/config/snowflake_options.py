"""SNOW_CONNECT_<NAME>: options of the Snowflake connector that may be configured.

Only what concerns the way to the service: addresses, proxies, time limits, certificates, the flows
of OAuth and workload identity. What the delivery guarantee, the session or the kind of login rests
on has a setting of its own or none. Names and types are those of `ConnectionConfig` of the
connector 5.2 (https://docs.snowflake.com/en/developer-guide/python-connector).
"""

from core.errors import ConfigError
from core.text import _, clean

PREFIX = "SNOW_CONNECT_"

_TEXT = (
    "host",
    "protocol",
    "proxy_host",
    "proxy_user",
    "proxy_password",
    "proxy_scheme",
    "no_proxy",
    "custom_root_store_path",
    "crl_check_mode",
    "oauth_authorization_url",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_redirect_uri",
    "oauth_scope",
    "oauth_token_request_url",
    "workload_identity_entra_resource",
    "workload_identity_impersonation_path",
)
_NUMBERS = (
    "port",
    "proxy_port",
    "connect_timeout",
    "login_timeout",
    "query_timeout",
    "request_timeout",
    "retry_timeout",
    "retry_max_attempts",
    "put_get_max_attempts",
)
_SWITCHES = ("client_session_keep_alive", "use_proxy_env", "preserve_underscores_in_hostname")
NAMES = frozenset((*_TEXT, *_NUMBERS, *_SWITCHES))
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_MOST = 1_000_000


def option_name(setting: str) -> str:
    """Return the connector's name for a setting: SNOW_CONNECT_PROXY_HOST is `proxy_host`."""
    return setting.removeprefix(PREFIX).lower()


def option(name: str, value: str) -> str | int | bool:
    """Return the value of an option as the connector takes it. Errors: ConfigError."""
    if name not in NAMES:
        raise ConfigError(
            _("{name} is not among the connector's options that may be set").format(
                name=clean(name, 80)
            ),
            hint=_("docs/snowflake.md lists them"),
        )
    if name in _NUMBERS:
        if not (value.isascii() and value.isdigit() and int(value[:9]) <= _MOST):
            raise ConfigError(
                _("{value} is not a whole number from 0 to {most}").format(
                    value=repr(clean(value, 80)), most=_MOST
                )
            )
        return int(value)
    if name in _SWITCHES:
        if value.lower() not in {"true", "false"}:
            raise ConfigError(
                _("{value} is neither true nor false").format(value=repr(clean(value, 80)))
            )
        return value.lower() == "true"
    if name == "protocol" and value not in {"http", "https"}:
        raise ConfigError(
            _("{value} is neither https nor http").format(value=repr(clean(value, 80)))
        )
    return value
