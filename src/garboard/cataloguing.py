"""Fill the catalogue of base images: from registries, images and published lists."""
