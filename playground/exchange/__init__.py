"""Networks in the formats of others, out and in: ONNX, torch.export, Keras, links of TensorFlow Playground. No Qt."""
