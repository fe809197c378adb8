"""Files. The app holds nothing yet; uploads arrive with their own protocol."""
