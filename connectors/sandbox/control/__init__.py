"""The control API: load worlds, make weather, move the clock, and see what each side really holds."""
