"""Prometheus metrics of one application, in a registry of its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.store import TraceStore

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    def __init__(self, host: ModelHost, store: TraceStore) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "foveate_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "foveate_request_seconds",
            "Time to the last byte of an answer",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        admission = host.admission
        self._gauge("foveate_queue", "Requests whose work waits or runs", lambda: admission.jobs)
        self._gauge("foveate_work_seconds", "How long that will take", lambda: admission.seconds)
        self._gauge("foveate_model_bytes", "Memory of loaded models", lambda: host.bytes)
        self._gauge("foveate_trace_bytes", "Memory of traces in this process", lambda: store.bytes)
        self._gauge("foveate_traces", "Traces in this process", lambda: len(store))

    def _gauge(self, name: str, text: str, value) -> None:  # type: ignore[no-untyped-def]
        Gauge(name, text, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        return generate_latest(self.registry)
