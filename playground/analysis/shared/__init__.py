"""What several analyses compute with."""
