"""Parameters: the typed schema, reading a file with its overrides, resolving it for the stages."""
