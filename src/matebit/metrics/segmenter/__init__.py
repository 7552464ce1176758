"""A small network that parses pictures, trained on the experiment's own training split."""
