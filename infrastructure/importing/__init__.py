"""Infrastructure: ledgers, mappings and refusal reports as files, with the shipped mappings and sample."""
