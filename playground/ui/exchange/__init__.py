"""Networks of other programs in the window: opened, written, and as links."""
