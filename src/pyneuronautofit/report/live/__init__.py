"""The report of a run that goes on: a page that renews itself, with a stop and a start."""
