"""A person's own data as files that open without us: pages for people, JSON for programs."""
