"""Infrastructure: rule packs as data files, and the calendar of working days they are counted over."""
