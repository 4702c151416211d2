"""Routes by subject. Each names the scope it needs by its caller's type; none is without one but health."""
