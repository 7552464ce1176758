"""Where images come from; each source is one file and one line in the registry."""
