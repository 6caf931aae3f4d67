"""A page on which several runs of one cell are side by side."""
