-- What is known of a customer is kept with its time: KeyUsers and site keys
-- end, nothing is deleted.

CREATE TABLE keyuser_span (
    id       INTEGER PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customer (number),
    name     TEXT NOT NULL,
    mail     TEXT NOT NULL,
    added    TEXT NOT NULL,
    removed  TEXT NOT NULL DEFAULT '' -- empty: gets the mail
) STRICT;
INSERT INTO keyuser_span (customer, name, mail, added)
    SELECT keyuser.customer, keyuser.name, keyuser.mail, customer.added
    FROM keyuser JOIN customer ON customer.number = keyuser.customer ORDER BY keyuser.customer, keyuser.mail;
DROP TABLE keyuser;
ALTER TABLE keyuser_span RENAME TO keyuser;
CREATE UNIQUE INDEX keyuser_now ON keyuser (customer, mail) WHERE removed = '';

ALTER TABLE enrollment ADD COLUMN site TEXT NOT NULL DEFAULT ''; -- empty: whichever asks first

ALTER TABLE site_key ADD COLUMN retired TEXT NOT NULL DEFAULT ''; -- empty: may ask for licenses

CREATE TABLE history (
    id       INTEGER PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customer (number),
    at       TEXT NOT NULL,
    change   TEXT NOT NULL,
    detail   TEXT NOT NULL
) STRICT;
INSERT INTO history (customer, at, change, detail)
    SELECT number, added, 'customer-added', name FROM customer ORDER BY added, number;
INSERT INTO history (customer, at, change, detail)
    SELECT customer, added, 'keyuser-added', name || ' <' || mail || '>' FROM keyuser ORDER BY id;
INSERT INTO history (customer, at, change, detail)
    SELECT customer, changed, 'contract-set', product || '; ' || versions || '; ' || modules || '; ' || maintenance || '; ' || ends
    FROM contract ORDER BY changed;

CREATE TRIGGER history_update BEFORE UPDATE ON history BEGIN SELECT RAISE (ABORT, 'history never changes'); END;
CREATE TRIGGER history_delete BEFORE DELETE ON history BEGIN SELECT RAISE (ABORT, 'history never changes'); END;
CREATE TRIGGER customer_delete BEFORE DELETE ON customer BEGIN SELECT RAISE (ABORT, 'customers are never deleted'); END;
CREATE TRIGGER keyuser_delete BEFORE DELETE ON keyuser BEGIN SELECT RAISE (ABORT, 'KeyUsers are never deleted'); END;
CREATE TRIGGER keyuser_update BEFORE UPDATE ON keyuser WHEN old.removed <> '' BEGIN SELECT RAISE (ABORT, 'a KeyUser ends once'); END;
CREATE TRIGGER site_key_delete BEFORE DELETE ON site_key BEGIN SELECT RAISE (ABORT, 'site keys are never deleted'); END;
CREATE TRIGGER site_key_update BEFORE UPDATE ON site_key WHEN old.retired <> '' BEGIN SELECT RAISE (ABORT, 'a site key ends once'); END;
CREATE TRIGGER enrollment_delete BEFORE DELETE ON enrollment BEGIN SELECT RAISE (ABORT, 'codes are never deleted'); END;
CREATE TRIGGER enrollment_update BEFORE UPDATE ON enrollment WHEN old.used <> '' BEGIN SELECT RAISE (ABORT, 'a code is used once'); END;
