"""Whether a manifest is one that Microsoft 365 takes: by its schemas, and by what no schema says."""
