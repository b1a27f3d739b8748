"""Sees to it that the topic is there before anything is published: made with consent, else told."""

from dataclasses import dataclass

from core.broker.base import Broker, TopicPlan
from core.config import Settings
from core.config.client_values import flag
from core.jobs.base import JobContext
from core.text import _
from core.text.amounts import partitions


@dataclass(frozen=True)
class PreparedTopic:
    """The topic of a cluster. partitions: as it has them, or as it is to be made with.

    created: made just now.
    """

    name: str
    partitions: int
    created: bool

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {"name": self.name, "partitions": self.partitions, "created": self.created}

    @property
    def line(self) -> str:
        """What a person should read."""
        text = (
            _("topic {topic} was created with {partitions}")
            if self.created
            else _("topic {topic} is there with {partitions}")
        )
        return text.format(topic=self.name, partitions=partitions(self.partitions))


def plan_of(settings: Settings) -> TopicPlan | None:
    """Return how a missing topic is made; None on the embedded broker and without consent."""
    kafka = settings.kafka
    if kafka.bootstrap_servers is None or kafka.topic_partitions is None:
        return None
    return TopicPlan(kafka.topic, kafka.topic_partitions, kafka.topic_replication)


def plan_line(plan: TopicPlan) -> str:
    """Return what `setup --print` shows of a plan, in the manner of SQL's comments."""
    copies = plan.replication if plan.replication > 0 else _("as the cluster has it")
    return _(
        "-- Kafka, when it is missing: topic {topic}, partitions {count}, copies {copies}"
    ).format(topic=plan.name, count=plan.partitions, copies=copies)


def prepare_topic(context: JobContext, broker: Broker) -> PreparedTopic | None:
    """Make the topic where it is missing and the settings say how; None on the embedded broker.

    Errors: TopicMissingError without that consent; BrokerError when the cluster refuses.
    """
    settings = context.settings
    if settings.kafka.bootstrap_servers is None:
        return None
    from core.broker.clients import TopicMissingError  # noqa: PLC0415 - loads the Kafka client

    plan = plan_of(settings)
    try:
        found = require_topic(context, broker)
    except TopicMissingError:
        if plan is None:
            raise
    else:
        return found
    created = broker.create_topic(plan)
    return PreparedTopic(plan.name, len(broker.partitions(plan.name)), created)


def require_topic(context: JobContext, broker: Broker) -> PreparedTopic | None:
    """Return the topic of a real cluster. Errors: TopicMissingError.

    The embedded broker gets it: one that was started for another pipeline has no topic of ours.
    A cluster that was allowed to make topics by itself (`KAFKA_CONF_ALLOW_AUTO_CREATE_TOPICS`) is
    left to it.
    """
    kafka = context.settings.kafka
    leave_to_cluster = flag(kafka.client, "allow.auto.create.topics", default=False)
    if kafka.bootstrap_servers is None:
        broker.create_topic(TopicPlan(kafka.topic, partitions=0, replication=0))
        return None
    if leave_to_cluster:
        return None
    return PreparedTopic(kafka.topic, len(broker.partitions(kafka.topic)), created=False)
