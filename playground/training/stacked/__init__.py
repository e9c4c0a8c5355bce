"""Many copies of one network that learn at the same time: parameters stacked, one forward and one backward pass."""
