"""Fetches the pages of sites into a corpus folder, politely and guarded; `indexer` reads them from there."""
