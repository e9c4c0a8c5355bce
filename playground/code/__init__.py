"""A project as a readable Python file of plain PyTorch or numpy, and which of its lines speak of which block. No Qt."""
