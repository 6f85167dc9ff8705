"""Full-text engine: the only package that knows Meilisearch."""
