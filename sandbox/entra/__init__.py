"""Sign-in: the part of Entra that a firm's app, its pane and its server use."""
