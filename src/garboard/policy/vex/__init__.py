"""VEX: what others say of vulnerabilities in products, read and applied. Nothing that they say drops a finding."""
