"""The parameters: a model of each section, and reading the files that hold them."""
