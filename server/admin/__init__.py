"""The firm's console. So far: how its add-in is handed out."""
