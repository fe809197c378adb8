"""What every router of the JSON API shares: strict reading, problem details, credentials, field types."""
