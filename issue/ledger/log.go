package ledger

import (
	"context"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify/proof"
)

// Log is how the ledger's log is written: with whose key, after which heads.
type Log struct {
	Signer note.Signer
	// Heads are checkpoints that others hold: the head file's, and the one
	// that a request cites. The ledger must contain them, or it does not
	// append: it would sign a second history.
	Heads []proof.Checkpoint
}

// Entry is a document to be logged.
type Entry struct {
	Leaf     proof.Leaf
	Document *signedtext.Document
	// Check judges the finished file, proof and all, as its readers will.
	// When it refuses, nothing has happened.
	Check func(file []byte) error
}

// Logged is what came of an entry.
type Logged struct {
	File       []byte // with its proof
	Checkpoint []byte // signed; to be kept outside the ledger
}

// Begin writes entry 0 of an empty log.
func (l *Ledger) Begin(ctx context.Context, log Log, entry Entry) (logged Logged, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		if size, err := tx.size(); err != nil || size != 0 {
			return NotUsable.Wrap(err, "the log has begun already")
		}
		logged, err = tx.log(log, entry)
		return err
	})
	return logged, err
}

// Finish logs the signed license of a reservation and keeps its file, in one
// transaction. For a license that is finished it returns its file.
func (l *Ledger) Finish(ctx context.Context, reserved License, log Log, entry Entry) (logged Logged, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		now, err := tx.licenseOf(reserved.Request)
		if err != nil {
			return err
		}
		if now.File != nil {
			logged.File = now.File
			return tx.one("NewestCheckpoint", nil, &logged.Checkpoint)
		}
		if logged, err = tx.log(log, entry); err != nil {
			return err
		}
		_, err = tx.run("Finish", logged.File, reserved.Serial)
		return err
	})
	return logged, err
}

// AddProfile logs a signed profile and keeps its file, in one transaction.
func (l *Ledger) AddProfile(ctx context.Context, product string, issued time.Time, log Log, entry Entry) (logged Logged, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		if logged, err = tx.log(log, entry); err != nil {
			return err
		}
		digest := entry.Document.Digest()
		_, err = tx.run("AddProfile", digest[:], product, stamp(issued), logged.File)
		return err
	})
	return logged, err
}

// Head returns the newest signed checkpoint of the ledger.
func (l *Ledger) Head(ctx context.Context) (checkpoint []byte, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		return tx.one("NewestCheckpoint", nil, &checkpoint)
	})
	return checkpoint, err
}

// Contains reports whether a checkpoint that somebody holds is part of the
// ledger's history: Restored when the ledger is shorter, Forked when it
// differs.
func (l *Ledger) Contains(ctx context.Context, head proof.Checkpoint) error {
	return l.transaction(ctx, func(tx *transaction) error { return tx.contains(head) })
}

func (t *transaction) size() (size int64, err error) { return size, t.one("Size", nil, &size) }

func (t *transaction) contains(head proof.Checkpoint) error {
	size, err := t.size()
	if err != nil {
		return err
	}
	if size < head.Size {
		return Restored.New("the ledger holds fewer entries than were signed", "entries", size, "signed", head.Size)
	}
	root, err := tlog.TreeHash(head.Size, t)
	if err != nil {
		return err
	}
	if signedtext.Digest(root) != head.Root {
		return Forked.New("the ledger's history differs from what was signed",
			"entries", head.Size, "here", signedtext.Digest(root), "signed", head.Root)
	}
	return nil
}

// log appends a leaf, signs the new head, and gives the document its proof.
func (t *transaction) log(log Log, entry Entry) (Logged, error) {
	for _, head := range log.Heads {
		if err := t.contains(head); err != nil {
			return Logged{}, err
		}
	}
	index, err := t.append(entry.Leaf.Marshal())
	if err != nil {
		return Logged{}, err
	}
	checkpoint, err := t.sign(index+1, log.Signer)
	if err != nil {
		return Logged{}, err
	}
	path, err := tlog.ProveRecord(index+1, index, t)
	if err != nil {
		return Logged{}, err
	}
	proved := &proof.Proof{Index: index, Path: path, Checkpoint: checkpoint}
	logged := Logged{File: entry.Document.WithProof(proved.Marshal()).Render(), Checkpoint: checkpoint}
	return logged, entry.Check(logged.File)
}

func (t *transaction) append(leaf []byte) (index int64, err error) {
	if index, err = t.size(); err != nil {
		return 0, err
	}
	hashes, err := tlog.StoredHashes(index, leaf, t)
	if err != nil {
		return 0, err
	}
	if _, err := t.run("AddEntry", index, leaf); err != nil {
		return 0, err
	}
	first := tlog.StoredHashIndex(0, index)
	for i, hash := range hashes {
		if _, err := t.run("AddNode", first+int64(i), hash[:]); err != nil {
			return 0, err
		}
	}
	return index, nil
}

func (t *transaction) sign(size int64, signer note.Signer) ([]byte, error) {
	root, err := tlog.TreeHash(size, t)
	if err != nil {
		return nil, err
	}
	checkpoint := proof.Checkpoint{Origin: signer.Name(), Size: size, Root: signedtext.Digest(root)}
	signed, err := checkpoint.Sign(signer)
	if err != nil {
		return nil, err
	}
	_, err = t.run("AddCheckpoint", size, signed)
	return signed, err
}

// ReadHashes makes the transaction a tlog.HashReader.
func (t *transaction) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		var hash []byte
		if err := t.one("Node", []any{index}, &hash); err != nil {
			return nil, NotUsable.Wrap(err, "a hash of the log is missing", "node", index)
		}
		copy(hashes[i][:], hash)
	}
	return hashes, nil
}
