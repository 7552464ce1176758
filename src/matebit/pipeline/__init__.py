"""The pipeline: its stages, where their files lie, and what both engines need to know of them."""
