"""Training the decoders of street scenes on CamVid."""
