"""The manifests of the add-in, rendered for a firm: one for Outlook, one for Word and Excel."""
