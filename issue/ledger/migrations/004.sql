-- What tells one database under two customers, from the requests that got a
-- license.

CREATE TABLE lineage (
    request  BLOB NOT NULL REFERENCES request (digest),
    customer TEXT NOT NULL REFERENCES customer (number),
    product  TEXT NOT NULL,
    items    BLOB NOT NULL
) STRICT;
CREATE INDEX lineage_product ON lineage (product, customer);
