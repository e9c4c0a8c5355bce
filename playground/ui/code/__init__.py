"""The project as a readable Python file, beside the canvas."""
