"""Fitted models in the languages of other engines, each with a proof that it is the model."""
