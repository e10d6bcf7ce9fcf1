"""Pairing: a person's own key comes from the portal's page into one pane, past a server that cannot read it."""
