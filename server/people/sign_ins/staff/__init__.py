"""Staff sign in at the portal, by Entra: for what the pane cannot do, such as making a passkey."""
