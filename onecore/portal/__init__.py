"""The page frame that apps fill: sidebar, tenant switcher, banner, home page, sign-in pages."""
