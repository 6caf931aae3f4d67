"""Searches and models in units of the noise floor."""
