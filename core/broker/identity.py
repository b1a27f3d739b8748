"""What makes a record unique for ever: cluster, topic and its id, partition, offset."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class TopicIdentity:
    """One incarnation of a topic on one cluster.

    cluster_id: of Kafka, or our own for an embedded broker. topic_id: Kafka's own, which is
    new when a topic is deleted and made again; "0" where topics cannot be deleted.
    """

    cluster_id: str
    topic: str
    topic_id: str

    @property
    def source_id(self) -> str:
        """16 hex digits that stand for this incarnation in every row read from it."""
        text = f"{self.cluster_id}\x1f{self.topic}\x1f{self.topic_id}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def event_id(self, partition: int, offset: int) -> str:
        """Return the id of the event at a partition and offset: the same at every reading."""
        return f"{self.source_id}-{partition}-{offset}"
