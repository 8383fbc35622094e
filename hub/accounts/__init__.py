"""Who works with the hub: the organisation tree, accounts with one role and one scope each."""
