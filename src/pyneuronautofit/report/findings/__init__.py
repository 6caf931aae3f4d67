"""What a report finds out about a run, in numbers."""
