"""Validates the models of a database.

For its arguments: python CheckSelection.py --help
"""

import sys

from pyneuronautofit.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["check", *sys.argv[1:]]))
