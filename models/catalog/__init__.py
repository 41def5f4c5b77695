"""Model cards (catalog.toml), and a card to a loaded model."""
