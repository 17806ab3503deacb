"""Parts of the admin that every app shares: scoped pages, confirmed actions, columns, timelines."""
