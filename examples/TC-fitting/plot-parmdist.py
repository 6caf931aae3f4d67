"""Plots the distributions of the parameters of a database.

For its arguments: python plot-parmdist.py --help
"""

import sys

from pyneuronautofit.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["plot-parmdist", *sys.argv[1:]]))
