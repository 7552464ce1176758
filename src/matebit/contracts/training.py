"""Files that a training hands on beside its checkpoint."""

CURVES_FILE = "curves.jsonl"
"""The log: a JSON line every so many images."""

SUMMARY_FILE = "summary.json"
"""What was trained, for how long, and where it ended."""
