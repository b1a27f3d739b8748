"""A Kafka node that asks who may do what, and the rights of one user on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.support.kafka_server import KafkaCluster, Listener

USER, PASSWORD = "clerk", "canary-clerk-4711"
_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_CLUSTER = "kafka-cluster"

LOGIN = {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": "SCRAM-SHA-256",
    "sasl.username": USER,
    "sasl.password": PASSWORD,
}
"""The settings of a client that is this user."""


@dataclass(frozen=True)
class Right:
    """One operation on one resource. on: topic, group or cluster."""

    operation: str
    on: str
    name: str = _CLUSTER

    def binding(self) -> AclBinding:
        return AclBinding(
            {
                "topic": ResourceType.TOPIC,
                "group": ResourceType.GROUP,
                "cluster": ResourceType.BROKER,
            }[self.on],
            self.name,
            ResourcePatternType.LITERAL,
            f"User:{USER}",
            "*",
            AclOperation[self.operation],
            AclPermissionType.ALLOW,
        )


_EVERYTHING = AclBindingFilter(
    ResourceType.ANY,
    None,
    ResourcePatternType.ANY,
    f"User:{USER}",
    None,
    AclOperation.ANY,
    AclPermissionType.ANY,
)


def guarded_node() -> KafkaCluster:
    """Return a node whose listener SCRAM lets `USER` in, who may do nothing yet.

    Who comes over PLAINTEXT may do all.
    """
    way = {
        "sasl.enabled.mechanisms": "SCRAM-SHA-256",
        "scram-sha-256.sasl.jaas.config": _LOGIN,
    }
    return KafkaCluster(
        listeners=(Listener("SCRAM", "SASL_PLAINTEXT", way),),
        users={USER: PASSWORD},
        settings={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        },
    )


class Rights:
    """What the user may do on a node; changed by somebody who may do all."""

    def __init__(self, cluster: KafkaCluster) -> None:
        self._admin = AdminClient({"bootstrap.servers": cluster.bootstrap_servers, "log_level": 0})

    def only(self, rights: Iterable[Right]) -> None:
        """Give these rights, and take all others."""
        wanted = [right.binding() for right in rights]
        held = set(self._admin.describe_acls(_EVERYTHING).result(20))
        extra = held - set(wanted)
        if extra:
            self._take(extra)
        fresh = [one for one in wanted if one not in held]
        for answer in self._admin.create_acls(fresh).values() if fresh else ():
            answer.result(20)

    def withdraw(self, right: Right) -> None:
        """Take one right."""
        self._take([right.binding()])

    def _take(self, bindings: Iterable[AclBinding]) -> None:
        filters = [
            AclBindingFilter(
                one.restype,
                one.name,
                one.resource_pattern_type,
                one.principal,
                one.host,
                one.operation,
                one.permission_type,
            )
            for one in bindings
        ]
        for answer in self._admin.delete_acls(filters).values():
            assert answer.result(20), "there was no such right"
