"""Plots the models of a database over their recordings.

For its arguments: python FinalCheck.py --help
"""

import sys

from pyneuronautofit.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["final-check", *sys.argv[1:]]))
