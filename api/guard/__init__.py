"""What stands between the network and the application: who asks, how much, how often; what is logged and counted.

Each part is an ASGI application around the next (:func:`api.guard.stack.guarded` says in which order).
"""
