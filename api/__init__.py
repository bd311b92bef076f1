"""How people and programs come in: routes, command line, and the one module that wires everything."""
