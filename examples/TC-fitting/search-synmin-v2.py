"""Finds the smallest synaptic conductance that makes each model of a database fire.

For its arguments: python search-synmin-v2.py --help
"""

import sys

from pyneuronautofit.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["search-synmin", *sys.argv[1:]]))
