"""公文: reads Chinese official documents as a clerk would. Pure: text in, facts with their evidence out.

>>> from gongwen import layout, document
>>> pages, fragments = layout.read("…")  # a whole page as text -> its documents
>>> facts = [document.read(page) for page in pages]
"""
