"""All that OneCore knows of any outside system: records, drafts, five ways to fail, two ports. Pure, no Django."""
