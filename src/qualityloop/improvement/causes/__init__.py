"""Root causes: fishbones, chains of whys, locked causes, and which of them recur."""
