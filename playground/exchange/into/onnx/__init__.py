"""ONNX files as blocks."""
