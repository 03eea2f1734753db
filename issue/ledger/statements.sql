-- Every statement of this package, under its name.

-- name: AddCustomer
INSERT INTO customer (number, name, language, added) VALUES (?, ?, ?, ?);

-- name: AddKeyUser
INSERT INTO keyuser (customer, name, mail, added) VALUES (?, ?, ?, ?);

-- name: CountKeyUser
SELECT count(*) FROM keyuser WHERE customer = ? AND mail = ? COLLATE NOCASE AND removed = '';

-- name: RemoveKeyUser
UPDATE keyuser SET removed = ? WHERE customer = ? AND mail = ? COLLATE NOCASE AND removed = '';

-- name: AddHistory
INSERT INTO history (customer, at, change, detail) VALUES (?, ?, ?, ?);

-- name: History
SELECT at, change, detail FROM history WHERE customer = ? ORDER BY id;

-- name: Customer
SELECT number, name, language, added FROM customer WHERE number = ?;

-- name: Customers
SELECT number, name, language, added FROM customer ORDER BY number;

-- name: KeyUsers
SELECT name, mail, added FROM keyuser WHERE customer = ? AND removed = '' ORDER BY mail;

-- name: SetContract
INSERT INTO contract (customer, product, versions, modules, maintenance, ends, changed) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (customer, product) DO UPDATE SET
    versions = excluded.versions, modules = excluded.modules, maintenance = excluded.maintenance,
    ends = excluded.ends, changed = excluded.changed;

-- name: Contract
SELECT customer, product, versions, modules, maintenance, ends FROM contract WHERE customer = ? AND product = ?;

-- name: Contracts
SELECT customer, product, versions, modules, maintenance, ends FROM contract WHERE customer = ? ORDER BY product;

-- name: AddEnrollment
INSERT INTO enrollment (customer, product, site, public, created, expires) VALUES (?, ?, ?, ?, ?, ?);

-- name: Enrollments
SELECT id, customer, product, site, public, created, expires, used, used_at FROM enrollment WHERE customer = ? AND product = ? ORDER BY id DESC;

-- name: AllEnrollments
SELECT id, customer, product, site, public, created, expires, used, used_at FROM enrollment WHERE customer = ? ORDER BY id;

-- name: UseEnrollment
UPDATE enrollment SET used = ?, used_at = ? WHERE id = ? AND used = '';

-- name: AddSiteKey
INSERT INTO site_key (fingerprint, customer, site, certificate, enrolled) VALUES (?, ?, ?, ?, ?);

-- name: SiteKey
SELECT fingerprint, customer, site, enrolled, retired FROM site_key WHERE fingerprint = ?;

-- name: SiteKeys
SELECT fingerprint, customer, site, enrolled, retired FROM site_key WHERE customer = ? ORDER BY site, enrolled;

-- name: RetireKey
UPDATE site_key SET retired = ? WHERE fingerprint = ? AND retired = '';

-- name: AddProfile
INSERT INTO profile (digest, product, issued, file) VALUES (?, ?, ?, ?);

-- name: Profile
SELECT file FROM profile WHERE digest = ?;

-- name: NewestProfile
SELECT file FROM profile WHERE product = ? ORDER BY issued DESC, rowid DESC LIMIT 1;

-- name: AddRequest
INSERT INTO request (digest, customer, received, file) VALUES (?, ?, ?, ?);

-- name: LicenseOfRequest
SELECT serial, request, customer, product, version, issued, digest, text, file FROM license WHERE request = ?;

-- name: LicenseByDigest
SELECT serial, request, customer, product, version, issued, digest, text, file FROM license WHERE digest = ?;

-- name: Licenses
SELECT serial, request, customer, product, version, issued, digest, text, file FROM license WHERE customer = ? ORDER BY year, number;

-- name: LastNumber
SELECT coalesce(max(number), 0) FROM license WHERE year = ?;

-- name: Reserve
INSERT INTO license (serial, year, number, request, customer, product, version, issued, digest, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: Finish
UPDATE license SET file = ? WHERE serial = ? AND file IS NULL;

-- name: Size
SELECT count(*) FROM entry;

-- name: AddEntry
INSERT INTO entry (n, leaf) VALUES (?, ?);

-- name: Entry
SELECT leaf FROM entry WHERE n = ?;

-- name: AddNode
INSERT INTO node (id, hash) VALUES (?, ?);

-- name: Node
SELECT hash FROM node WHERE id = ?;

-- name: AddCheckpoint
INSERT INTO checkpoint (size, note) VALUES (?, ?);

-- name: NewestCheckpoint
SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1;

-- name: LicenseBySerial
SELECT serial, request, customer, product, version, issued, digest, text, file FROM license WHERE serial = ?;

-- name: AddRevocations
INSERT INTO revocations (sequence, issued, text, file) VALUES (?, ?, ?, ?);

-- name: LastRevocations
SELECT coalesce(max(sequence), 0) FROM revocations;

-- name: NewestRevocations
SELECT sequence, issued, text, file FROM revocations ORDER BY sequence DESC LIMIT 1;
-- name: CheckpointOfSize
SELECT note FROM checkpoint WHERE size = ?;

-- name: AddLineage
INSERT INTO lineage (request, customer, product, items) VALUES (?, ?, ?, ?);

-- name: Lineages
SELECT DISTINCT customer, items FROM lineage WHERE product = ? AND customer <> ? ORDER BY customer;
