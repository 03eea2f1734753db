-- The first ledger. Times are UTC, 2026-11-21T10:00:00Z; digests are 32 bytes.

CREATE TABLE customer (
    number   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    language TEXT NOT NULL,
    added    TEXT NOT NULL
) STRICT;

CREATE TABLE keyuser (
    customer TEXT NOT NULL REFERENCES customer (number),
    name     TEXT NOT NULL,
    mail     TEXT NOT NULL,
    PRIMARY KEY (customer, mail)
) STRICT;

CREATE TABLE contract (
    customer    TEXT NOT NULL REFERENCES customer (number),
    product     TEXT NOT NULL,
    versions    TEXT NOT NULL, -- empty: whichever is asked for
    modules     TEXT NOT NULL,
    maintenance TEXT NOT NULL, -- empty: none
    ends        TEXT NOT NULL, -- empty: never
    changed     TEXT NOT NULL,
    PRIMARY KEY (customer, product)
) STRICT;

-- Only the public half of what an enrollment code gives is kept.
CREATE TABLE enrollment (
    id       INTEGER PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customer (number),
    product  TEXT NOT NULL,
    public   BLOB NOT NULL CHECK (length(public) = 32),
    created  TEXT NOT NULL,
    expires  TEXT NOT NULL,
    used     TEXT NOT NULL DEFAULT '', -- fingerprint of the site key that used it
    used_at  TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE site_key (
    fingerprint TEXT PRIMARY KEY,
    customer    TEXT NOT NULL REFERENCES customer (number),
    site        TEXT NOT NULL,
    certificate BLOB NOT NULL,
    enrolled    TEXT NOT NULL
) STRICT;

CREATE TABLE profile (
    digest  BLOB PRIMARY KEY CHECK (length(digest) = 32),
    product TEXT NOT NULL,
    issued  TEXT NOT NULL,
    file    BLOB NOT NULL
) STRICT;

CREATE TABLE request (
    digest   BLOB PRIMARY KEY CHECK (length(digest) = 32),
    customer TEXT NOT NULL REFERENCES customer (number),
    received TEXT NOT NULL,
    file     BLOB NOT NULL
) STRICT;

-- A row without a file is a reservation: a serial and the text to be signed.
CREATE TABLE license (
    serial   TEXT PRIMARY KEY,
    year     INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    request  BLOB NOT NULL UNIQUE REFERENCES request (digest),
    customer TEXT NOT NULL REFERENCES customer (number),
    product  TEXT NOT NULL,
    version  TEXT NOT NULL,
    issued   TEXT NOT NULL,
    digest   BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    text     BLOB NOT NULL,
    file     BLOB,
    UNIQUE (year, number)
) STRICT;

-- The log: its leaves, the stored hashes of its tree, and its heads.
CREATE TABLE entry (n INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;
CREATE TABLE node (id INTEGER PRIMARY KEY, hash BLOB NOT NULL CHECK (length(hash) = 32)) STRICT;
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;

CREATE TRIGGER entry_update BEFORE UPDATE ON entry BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER entry_delete BEFORE DELETE ON entry BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER node_update BEFORE UPDATE ON node BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER node_delete BEFORE DELETE ON node BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER license_delete BEFORE DELETE ON license BEGIN SELECT RAISE (ABORT, 'licenses are never deleted'); END;
CREATE TRIGGER license_file BEFORE UPDATE ON license WHEN old.file IS NOT NULL BEGIN SELECT RAISE (ABORT, 'an issued license never changes'); END;
