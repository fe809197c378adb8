"""The demo world: invented people and what they say to each other, for a first look and for tests by hand."""
