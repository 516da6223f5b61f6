"""Joint bids: what a workspace holds, keeps and warns of. The one room that writes while the site runs."""
