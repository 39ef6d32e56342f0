-- The catalogue of base images. SCHEMA in store.py rises with every change here. Payloads are MessagePack; see rows.py.

CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,        -- the manifest's digest, else the configuration's
    config TEXT NOT NULL,            -- the configuration's digest; empty where it is not known
    chain TEXT,                      -- ChainID of all its layers (OCI image-spec); NULL where a diff id is not known
    layers INTEGER NOT NULL,
    platform TEXT NOT NULL,
    payload BLOB NOT NULL,           -- BaseImage without names
    packages BLOB,                   -- array of package ids in the inventory's order; NULL where they are not known
    rest BLOB NOT NULL               -- Inventory without packages
);
CREATE INDEX image_chain ON image (chain) WHERE chain IS NOT NULL;
CREATE INDEX image_config ON image (config) WHERE config <> '';

-- Each distinct package once, however many images have it.
CREATE TABLE package (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,     -- BLAKE2b-128 of the payload
    payload BLOB NOT NULL            -- Package without what differs from image to image
);

CREATE TABLE name (
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    platform TEXT NOT NULL,
    image INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    index_digest TEXT NOT NULL,
    seen TEXT NOT NULL,
    current INTEGER NOT NULL,
    PRIMARY KEY (repository, tag, platform, image)
) WITHOUT ROWID;
CREATE INDEX name_image ON name (image);

-- What an index (or a lone manifest) of a registry holds. It never changes: what is here need not be asked for again.
CREATE TABLE listing (
    digest TEXT NOT NULL,
    position INTEGER NOT NULL,
    manifest TEXT NOT NULL,
    platform TEXT NOT NULL,
    created TEXT NOT NULL,           -- as the image states it; empty as long as nobody has looked
    PRIMARY KEY (digest, position)
) WITHOUT ROWID;

-- The tags that an official image's maintainers build now; those with the same `share` name one image.
CREATE TABLE library (
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    share INTEGER NOT NULL,
    PRIMARY KEY (repository, tag, share)
) WITHOUT ROWID;

CREATE TABLE approval (
    id INTEGER PRIMARY KEY,
    pattern TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    until TEXT NOT NULL
);
