"""Points in the plane, with classes or heights."""
