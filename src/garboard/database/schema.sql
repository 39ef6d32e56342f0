-- One shard. SCHEMA in store.py rises with every change here, and whenever a parser makes something else of the same
-- bytes. All payloads are MessagePack; see rows.py.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,            -- schema, shard, state (FeedState), documents (Fetched...), digest
    value TEXT NOT NULL              -- JSON, or plain text
) WITHOUT ROWID;

-- Which ecosystems the shard holds data of: "no advisory" and "not covered" are different answers.
CREATE TABLE ecosystem (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- Every record once; a withdrawn one has no rows in `affected`.
CREATE TABLE advisory (
    id INTEGER PRIMARY KEY,
    payload BLOB NOT NULL            -- Advisory without `affected`
);

CREATE TABLE affected (
    ecosystem INTEGER NOT NULL REFERENCES ecosystem (id),
    package TEXT NOT NULL,
    advisory INTEGER NOT NULL REFERENCES advisory (id),
    position INTEGER NOT NULL,       -- within the advisory
    payload BLOB NOT NULL,           -- Affected without ecosystem and package
    PRIMARY KEY (ecosystem, package, advisory, position)
) WITHOUT ROWID;

-- What is known of a CVE apart from packages.
CREATE TABLE fact (
    cve TEXT PRIMARY KEY,
    payload BLOB NOT NULL            -- CveFacts as an array, its repeated texts as numbers of `text`
) WITHOUT ROWID;

-- How long release cycles of distributions and runtimes are maintained.
CREATE TABLE cycle (
    product TEXT NOT NULL,
    position INTEGER NOT NULL,       -- as the feed lists them, newest first
    payload BLOB NOT NULL,           -- Cycle
    PRIMARY KEY (product, position)
) WITHOUT ROWID;

-- What a distribution says of the support of single source packages.
CREATE TABLE support (
    ecosystem TEXT NOT NULL,
    position INTEGER NOT NULL,
    payload BLOB NOT NULL,           -- Support
    PRIMARY KEY (ecosystem, position)
) WITHOUT ROWID;

-- Which products are published in a distribution's repositories.
CREATE TABLE repository (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    payload BLOB NOT NULL,           -- RepositoryProducts
    PRIMARY KEY (name, position)
) WITHOUT ROWID;

CREATE TABLE text (
    id INTEGER PRIMARY KEY,
    value TEXT NOT NULL
);
