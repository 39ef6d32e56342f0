"""Package mirrors: indexes into candidate versions, one module per kind of mirror. Pure."""
