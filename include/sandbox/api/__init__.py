"""The HTTP side: one module per family of routes. A handler takes the state and a call and returns an answer; it never
touches a socket.
"""
