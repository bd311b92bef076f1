"""Infrastructure: the views in PostgreSQL: their tables, who keeps them up, and who reads them."""
