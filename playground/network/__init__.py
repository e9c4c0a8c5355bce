"""From the graph on the canvas to torch: order, shapes, located errors, the compiled network, flat parameters."""
