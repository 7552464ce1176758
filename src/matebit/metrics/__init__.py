"""Metrics on translated images: one file a metric, each as features, statistics, value
(docs/metrics.md).
"""
