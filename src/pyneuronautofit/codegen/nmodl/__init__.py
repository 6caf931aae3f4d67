"""Channels as their authors wrote them: from .mod files to expression graphs."""
