"""How good the trained models are: scores, and the evidence a page draws."""
