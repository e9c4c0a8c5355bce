"""What is added to the loss because of the network's answers to other inputs than those of the batch."""
