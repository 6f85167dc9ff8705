"""Benches: quality and speed, measured against peers. They may import everything; nothing imports them."""
