"""Domain: the hazard (事故隐患), one aggregate from report to close-out."""
