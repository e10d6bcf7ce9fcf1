"""What an administrator of Microsoft 365 needs to hand the add-in out: files, steps and scripts."""
