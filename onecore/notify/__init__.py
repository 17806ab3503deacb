"""What OneCore tells the outside world: the frame that messages will hang in."""
