"""`python -m pyneuronautofit`."""

from pyneuronautofit.cli.main import entry_point

if __name__ == "__main__":
    entry_point()
