"""Worker processes that survive what they are given."""
