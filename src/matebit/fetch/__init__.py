"""Fetching files: resumable downloads that are checked, archives that stay inside their folder."""
