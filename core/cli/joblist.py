"""The jobs by name, each with the line that `dropship --help` shows."""

from core.text import _

NAMES = (
    "seed",
    "setup",
    "load",
    "produce",
    "consume",
    "transform",
    "validate",
    "kpis",
    "pipeline",
    "serve",
    "status",
    "stop",
    "dlq",
    "broker",
    "doctor",
    "export-connector",
    "init",
)


def job_lines() -> dict[str, str]:
    """Return what each job does, in the language in use and the order of the pipeline."""
    return {
        "seed": _("generate customers.csv, inventory.csv and orders.csv"),
        "setup": _("create the objects of the warehouse"),
        "load": _("load customers and inventory into the warehouse"),
        "produce": _("publish order events to the topic"),
        "consume": _("store the events of the topic in the warehouse"),
        "transform": _("merge new raw events into orders"),
        "validate": _("run all checks and write a report"),
        "kpis": _("show the KPIs of the pipeline: figures, top lists, newest rows"),
        "pipeline": _("all of the above in one run"),
        "serve": _("run the pipeline as a service, which consoles attach to"),
        "status": _("show what the service of a data directory does"),
        "stop": _("end the service of a data directory cleanly"),
        "dlq": _("list dead letters, or replay them"),
        "broker": _("run an embedded broker for other processes"),
        "doctor": _("check configuration, connections, versions and permissions"),
        "export-connector": _("write the configuration of an engine that takes over ingestion"),
        "init": _("write the folder of a pipeline for the records of a topic or a file"),
    }


def listing() -> str:
    """Return the list of jobs as lines of text."""
    width = max(len(name) for name in NAMES)
    return "\n".join(f"  {name:<{width}}  {line}" for name, line in job_lines().items())
