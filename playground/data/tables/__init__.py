"""Tables that packages carry or lessons made up."""
