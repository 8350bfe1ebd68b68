"""`python -m duckshift` is the command `duckshift`."""

from duckshift.cli import main

main()
