"""What people write in YAML: models, loader, JSON Schema."""
