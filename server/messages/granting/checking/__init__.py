"""What is checked of a grant before it is signed or kept."""
