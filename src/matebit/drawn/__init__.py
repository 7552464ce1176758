"""The drawn world: portraits and figures that the package draws itself, every annotation known exactly."""
