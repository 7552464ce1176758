"""The command line: commands parse their words, call one function, and show errors in one place."""
