"""How programs come in: one module a resource. Each adds its routes to the application it is given."""
