"""Managed custody: keys whose secret the firm's server keeps."""
