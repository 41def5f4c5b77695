"""The web service and the command line. No tensor arithmetic: that is in `models`."""
