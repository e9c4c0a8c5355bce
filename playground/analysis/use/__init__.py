"""What a network answers to examples that a person gives."""
