"""Application: the views as pure folds: per event, what changes. No I/O, no clock, no chance."""
