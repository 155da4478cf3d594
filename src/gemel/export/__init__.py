"""From trained networks to a matcher: ONNX files, and whether they agree with torch."""
