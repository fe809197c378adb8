"""The floor: Channels as its tutorial has it, a consumer per socket in a group, one ORM transaction a message."""
