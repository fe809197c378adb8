"""The bench's load client: one compiled websocket client for ours and all peers, in a process of its own.

picows does the frames in C; Python only looks for a mark in each. What differs between the servers is an adapter.
"""
