-- Every revocation list that was signed. The newest one is what is revoked
-- now; the others tell since when, and what was taken back.

CREATE TABLE revocations (
    sequence INTEGER PRIMARY KEY,
    issued   TEXT NOT NULL,
    text     BLOB NOT NULL,
    file     BLOB NOT NULL
) STRICT;

CREATE TRIGGER revocations_update BEFORE UPDATE ON revocations BEGIN SELECT RAISE (ABORT, 'a signed list never changes'); END;
CREATE TRIGGER revocations_delete BEFORE DELETE ON revocations BEGIN SELECT RAISE (ABORT, 'lists are never deleted'); END;
