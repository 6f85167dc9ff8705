"""Speed: how fast documents become searchable, and how fast searches are answered."""
