"""From files to the engine: sources, extraction, records, sync."""
