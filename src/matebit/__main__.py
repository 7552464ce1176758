"""`python -m matebit`."""

from matebit.cli.app import main

main()
