"""Whether the hub is well: health, readiness, and figures for Prometheus."""
