"""From a snapshot to arrays worth looking at. Pure functions of network, weights and data; no Qt."""
