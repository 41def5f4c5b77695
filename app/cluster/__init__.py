"""The service on Ray Serve: the web layer as one deployment, each named model as another."""
