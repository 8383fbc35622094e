"""What the database says of the hub, in Prometheus' words; asked anew each time somebody collects it.

Names follow prometheus.io/docs/practices/naming: base units, ``_total`` for what only grows. No label names
a kiosk, a person or a place, so that their number stays small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max, Min
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.version import VERSION
from hub.alerts.choices import Delivery, Severity, State
from hub.alerts.models import Alert, Notification, Round
from hub.alerts.symptoms.house import free_percent
from hub.cases.cards import red, today, yellow
from hub.cases.models import Case
from hub.catalogue.models import Publication
from hub.evaluations.models import Complaint
from hub.intake.models import ReceivedItem
from hub.kiosks.models import Kiosk
from hub.kiosks.state import LiveState
from hub.kiosks.uptime import cutoffs, in_states
from hub.monitoring.queues import queues

_SEVERITIES: Final = {Severity.NOTICE: "notice", Severity.WARNING: "warning", Severity.CRITICAL: "critical"}


class HubFigures(Collector):
    """Collects all of it."""

    def describe(self) -> list[Metric]:
        """Nothing: what there is, is known when it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        now = timezone.now()
        yield _gauge("yedeng_hub_build_info", "Version of the hub.", "version", {VERSION: 1})
        yield from _kiosks(now)
        yield from _intake()
        yield from _cases()
        yield from _alerts(now)
        yield _single(
            "yedeng_hub_disk_free_ratio", "Free part of the data folder's disk.", free_percent() / 100
        )
        yield _single(
            "yedeng_hub_catalogue_version", "Version of the newest catalogue.", Publication.newest_version()
        )


def _kiosks(now: datetime) -> Iterator[Metric]:
    parted, kiosks = cutoffs(now), Kiosk.objects.filter(revoked=False)
    by_state = {state.value: kiosks.filter(in_states((state,), parted)).count() for state in LiveState}
    yield _gauge("yedeng_hub_kiosks", "Kiosks by state.", "state", by_state)
    found = kiosks.exclude(quarantined_at=None).count()
    yield _single("yedeng_hub_kiosks_quarantined", "Kiosks in quarantine.", found)
    told = queues(kiosks)
    yield _single("yedeng_hub_queue_items", "Items waiting in kiosks' queues.", told.waiting)
    yield _single("yedeng_hub_queue_held_items", "Items held in kiosks' queues.", told.held)
    yield _single("yedeng_hub_queue_oldest_seconds", "Age of the oldest item in any queue.", told.oldest)


def _intake() -> Iterator[Metric]:
    counter = CounterMetricFamily("yedeng_hub_intake_items", "Items received.", labels=("kind",))
    for kind, number in (
        ReceivedItem.objects.values_list("kind").annotate(number=Count("pk")).order_by("kind")
    ):
        counter.add_metric((kind,), number)
    yield counter
    last = ReceivedItem.objects.aggregate(last=Max("received_at"))["last"]
    if last is not None:
        yield _single("yedeng_hub_intake_last_timestamp_seconds", "When an item came last.", last.timestamp())


def _cases() -> Iterator[Metric]:
    states = dict.fromkeys(Case.State.values, 0)
    states |= dict(Case.objects.values_list("state").annotate(n=Count("pk")).order_by())
    yield _gauge("yedeng_hub_cases", "Cases by state.", "state", states)
    day = today()
    cards = {
        "red": Case.objects.filter(red(day)).count(),
        "yellow": Case.objects.filter(yellow(day)).count(),
    }
    yield _gauge("yedeng_hub_cases_carded", "Open cases by card.", "card", cards)
    waiting = Complaint.objects.exclude(state=Complaint.State.CLOSED)
    yield _single("yedeng_hub_complaints_open", "Complaints that are not closed.", waiting.count())
    late = waiting.filter(due__lt=day).count()
    yield _single("yedeng_hub_complaints_overdue", "Complaints past their last day.", late)


def _alerts(now: datetime) -> Iterator[Metric]:
    firing = dict.fromkeys(_SEVERITIES.values(), 0)
    rows = Alert.objects.filter(state=State.FIRING).values_list("severity").annotate(n=Count("pk")).order_by()
    firing |= {_SEVERITIES[Severity(severity)]: n for severity, n in rows}
    yield _gauge("yedeng_hub_alerts_firing", "Alerts by severity.", "severity", firing)
    waiting = Notification.objects.filter(delivery=Delivery.WAITING)
    yield _single("yedeng_hub_notifications_waiting", "Notifications in the outbox.", waiting.count())
    first = waiting.aggregate(first=Min("created_at"))["first"]
    age = (now - first) / timedelta(seconds=1) if first else 0.0
    yield _single("yedeng_hub_notifications_oldest_seconds", "Age of the oldest of them.", age)
    last = Round.objects.values_list("at", flat=True).first()
    if last is not None:
        yield _single(
            "yedeng_hub_watch_last_timestamp_seconds", "When the rules were looked at last.", last.timestamp()
        )


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family


def _single(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)
