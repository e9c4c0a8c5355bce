"""What can stand on the canvas: one class per block, one file per family, one tuple at the end of each file."""
