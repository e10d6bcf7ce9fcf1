"""A firm: its tenant, hosts, domains, brand and the system's mailbox."""
