"""A local page in the browser that translates pictures; nothing leaves the machine."""
