"""Finds the resting state of every model of a database.

For its arguments: python search-init.py --help
"""

import sys

from pyneuronautofit.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["search-init", *sys.argv[1:]]))
