"""From a question to an answer: plan, search, snippets, HTTP routes, pages."""
