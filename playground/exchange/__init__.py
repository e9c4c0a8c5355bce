"""Networks in the formats of others: ONNX, torch.export, Keras, and links to TensorFlow Playground."""
