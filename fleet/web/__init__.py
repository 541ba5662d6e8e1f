"""What staff and visitors see of the fleet in a browser. Views show; rules stand in the apps below."""
