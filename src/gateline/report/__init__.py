"""What people and programs read: the same verdict as JSON, as a card in the terminal, as Markdown."""
