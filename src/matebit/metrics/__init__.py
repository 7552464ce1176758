"""Metrics on translated images, each as features, statistics, value (docs/metrics.md)."""
