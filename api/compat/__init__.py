"""The search routes of Meilisearch's own interface, so that front ends made for it search through us unchanged.

Requests and answers have Meilisearch's shapes and errors its codes (those of 1.21.0, compared by test with the engine
itself); what is asked goes through :class:`api.search.Searcher`, which cuts, plans and ranks. What we do not do is
refused, never answered otherwise than asked.
"""
