"""Projects outside the clone: what the package gives them, and how one is begun."""
