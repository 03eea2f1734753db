package proof_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify/proof"
)

// tree is a log in memory.
type tree struct {
	hashes []tlog.Hash
	size   int64
}

func (l *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, l.hashes[index])
	}
	return found, nil
}

func (l *tree) add(t testing.TB, leaf []byte) {
	t.Helper()
	hashes, err := tlog.StoredHashes(l.size, leaf, l)
	if err != nil {
		t.Fatal(err)
	}
	l.hashes = append(l.hashes, hashes...)
	l.size++
}

func (l *tree) checkpoint(t testing.TB, size int64) proof.Checkpoint {
	t.Helper()
	root, err := tlog.TreeHash(size, l)
	if err != nil {
		t.Fatal(err)
	}
	return proof.Checkpoint{Origin: origin, Size: size, Root: signedtext.Digest(root)}
}

func (l *tree) path(t testing.TB, index, size int64) tlog.RecordProof {
	t.Helper()
	path, err := tlog.ProveRecord(size, index, l)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// The roots are those of the test vectors of Certificate Transparency, whose
// trees (RFC 6962) ours are.
func TestRootsAreThoseOfRFC6962(t *testing.T) {
	log := &tree{}
	for i, test := range []struct{ leaf, root string }{
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	} {
		leaf, err := hex.DecodeString(test.leaf)
		if err != nil {
			t.Fatal(err)
		}
		log.add(t, leaf)
		if checkpoint := log.checkpoint(t, int64(i+1)); hex.EncodeToString(checkpoint.Root[:]) != test.root {
			t.Errorf("root of %d leaves: %x", i+1, checkpoint.Root)
		}
		for index := range int64(i + 1) {
			if err := tlog.CheckRecord(log.path(t, index, int64(i+1)), int64(i+1), log.root(t, int64(i+1)), index, log.hashes[tlog.StoredHashIndex(0, index)]); err != nil {
				t.Errorf("leaf %d of %d: %v", index, i+1, err)
			}
		}
	}
}

func (l *tree) root(t testing.TB, size int64) tlog.Hash { return tlog.Hash(l.checkpoint(t, size).Root) }

const (
	largest = 70 // beyond 64, where the path grows by one
	small   = 8  // up to here every position and every other size is tried
)

// forest is one growing log and its signed checkpoint at every size.
type forest struct {
	tree
	leaves  []proof.Leaf
	signed  [][]byte // by size
	keys    []string
	another proof.Leaf
}

func newForest(t *testing.T) *forest {
	t.Helper()
	key := newKey(t, origin, "log")
	made := &forest{signed: [][]byte{nil}, keys: []string{key.verifier}, another: sampleLeaf()}
	for size := int64(1); size <= largest+1; size++ {
		leaf := sampleLeaf()
		leaf.Name = fmt.Sprintf("L-2026-%06d", size)
		made.leaves = append(made.leaves, leaf)
		made.add(t, leaf.Marshal())
		signed, err := made.checkpoint(t, size).Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		made.signed = append(made.signed, signed)
	}
	made.another.Name = "L-2026-999999"
	return made
}

// TestVerifyAcceptsExactlyTheRightProof tries every index of every size up
// to 70: the right proof is accepted, and everything beside it refused. In
// larger trees one position of the path stands for all, another one for
// each index, because every attempt verifies a signature.
func TestVerifyAcceptsExactlyTheRightProof(t *testing.T) {
	forest := newForest(t)
	for size := int64(1); size <= largest; size++ {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			for index := range size {
				forest.check(t, index, size)
			}
		})
	}
}

func (f *forest) check(t *testing.T, index, size int64) {
	path := f.path(t, index, size)
	right := proof.Proof{Index: index, Path: path, Checkpoint: f.signed[size]}
	if checkpoint, err := right.Verify(f.leaves[index], f.keys); err != nil || checkpoint != f.checkpoint(t, size) {
		t.Errorf("%d of %d: %+v, %v", index, size, checkpoint, err)
	}
	refuse := func(what string, leaf proof.Leaf, wrong proof.Proof) {
		t.Helper()
		if checkpoint, err := wrong.Verify(leaf, f.keys); checkpoint != (proof.Checkpoint{}) || !errors.Is(err, proof.NotIncluded) {
			t.Errorf("%d of %d, %s: %+v, %v", index, size, what, checkpoint, err)
		}
	}
	refuse("another leaf", f.another, right)
	for _, other := range []int64{index - 1, index + 1} {
		refuse(fmt.Sprint("as index ", other), f.leaves[index], proof.Proof{Index: other, Path: path, Checkpoint: right.Checkpoint})
	}
	for _, other := range otherSizes(index, size) {
		refuse(fmt.Sprint("under size ", other), f.leaves[index], proof.Proof{Index: index, Path: path, Checkpoint: f.signed[other]})
	}
	for what, wrong := range wrongPaths(path, index, size) {
		refuse(what, f.leaves[index], proof.Proof{Index: index, Path: wrong, Checkpoint: right.Checkpoint})
	}
}

// otherSizes are the sizes whose checkpoint is tried with a proof for size.
func otherSizes(index, size int64) []int64 {
	if size > small {
		return []int64{size - 1, size + 1}
	}
	var others []int64
	for other := int64(1); other <= largest; other++ {
		if other != size {
			others = append(others, other)
		}
	}
	return others
}

// wrongPaths are paths with one hash swapped with its neighbor, removed or
// doubled, with one appended, and in small trees with one changed.
func wrongPaths(path tlog.RecordProof, index, size int64) map[string]tlog.RecordProof {
	wrong := map[string]tlog.RecordProof{
		"a hash appended": append(slices.Clone(path), tlog.Hash{}),
	}
	for i := range path {
		if size > small && int64(i) != index%int64(len(path)) {
			continue
		}
		if size <= small {
			changed := slices.Clone(path)
			changed[i][i] ^= 1
			wrong[fmt.Sprint("changed at ", i)] = changed
		}
		wrong[fmt.Sprint("removed at ", i)] = slices.Delete(slices.Clone(path), i, i+1)
		wrong[fmt.Sprint("doubled at ", i)] = slices.Insert(slices.Clone(path), i, path[i])
		if other := (i + 1) % len(path); other != i {
			swapped := slices.Clone(path)
			swapped[i], swapped[other] = swapped[other], swapped[i]
			wrong[fmt.Sprint("swapped at ", i)] = swapped
		}
	}
	return wrong
}
