"""Fuzzing of the core; see CONTRIBUTING.md."""
