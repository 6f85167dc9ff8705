"""The `wenhao` command: the one place where indexer and api meet."""
