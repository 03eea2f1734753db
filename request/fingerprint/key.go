package fingerprint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math/bits"
	"slices"
)

// Key derives everything of one fingerprint. It is not safe for use by
// several goroutines.
type Key struct {
	hash   hash.Hash // HMAC-SHA256 under the key, used again and again
	secret bool      // a pepper is in it
}

// NewKey derives the key of a fingerprint from the product's pepper, which
// may be empty, the product's name and the salt.
func NewKey(pepper []byte, product string, salt []byte) Key {
	return newKey(pepper, []byte("futura-fingerprint/2"), []byte(product), salt)
}

func newKey(pepper []byte, parts ...[]byte) Key {
	return Key{hmac.New(sha256.New, mac(hmac.New(sha256.New, pepper), parts...)), len(pepper) > 0}
}

// mac is HMAC-SHA256 over the parts, each after its length, so that no two
// lists of parts give the same bytes.
func mac(hash hash.Hash, parts ...[]byte) []byte {
	var length [binary.MaxVarintLen64]byte
	hash.Reset()
	for _, part := range parts {
		hash.Write(binary.AppendUvarint(length[:0], uint64(len(part))))
		hash.Write(part)
	}
	return hash.Sum(nil)
}

// Exponent returns the size class of a highest key: floor(log2), and 0 for
// keys below 2.
func Exponent(highest int64) uint8 {
	if highest < 2 {
		return 0
	}
	return uint8(bits.Len64(uint64(highest)) - 1)
}

// classBits is the length of the finer part of a size class: 256 classes
// within a power of two.
const classBits = 8

// Size returns an item of anchors without values, for a table with this
// highest key: its exponent and, where a pepper hides it, its finer class.
func (k Key) Size(metric Metric, highest int64) Item {
	item := Item{Measured: true, Exponent: Exponent(highest)}
	if rest := highest - int64(1)<<item.Exponent; k.secret && rest > 0 {
		item.Class = uint8(shift(rest, classBits-int(item.Exponent)))
	}
	item.Class ^= k.mask(metric)
	return item
}

// Span returns the highest key that anchors are drawn from, at most the
// highest key that Size was given.
func (k Key) Span(metric Metric, size Item) int64 {
	exponent := min(size.Exponent, maxExponent)
	span := int64(1) << exponent
	if k.secret {
		span += shift(int64(size.Class^k.mask(metric)), int(exponent)-classBits)
	}
	return span
}

// shift multiplies by a power of two, rounding down.
func shift(number int64, bits int) int64 {
	if bits < 0 {
		return number >> -bits
	}
	return number << bits
}

// mask hides the finer class from whoever lacks the pepper. It is used for
// one value only: the salt is fresh.
func (k Key) mask(metric Metric) uint8 {
	if !k.secret {
		return 0
	}
	return mac(k.hash, []byte("class"), []byte(metric.Name))[0]
}

// Probes returns the keys of the rows to check, in the order of the items:
// metric.Count of them, or as many as there are numbers up to span.
func (k Key) Probes(metric Metric, span int64) []int64 {
	return k.draw(metric.Name, metric.Count, span, depths)
}

// depths is the number of ages that anchors are drawn from in turn: the older
// half of the keys, the next quarter, and so on; the last has all the rest.
const depths = 5

// draw returns distinct pseudo-random numbers from 1 to span.
func (k Key) draw(name string, most int, span int64, depths uint64) []int64 {
	count := int(min(int64(most), span))
	probes := make([]int64, 0, count)
	seen := make(map[int64]bool, count)
	// A number that was drawn before is drawn again. An age may have fewer
	// numbers than are wanted of it, so after a while all ages are one.
	for i := uint64(0); len(probes) < count; i++ {
		far, near := span, int64(0)
		if depth := i % depths; i < 4*uint64(most) {
			far = span >> depth
			if depth < depths-1 {
				near = span >> (depth + 1)
			}
		}
		if far == near {
			continue
		}
		sum := mac(k.hash, []byte("anchor"), []byte(name), binary.BigEndian.AppendUint64(nil, i))
		probe := span - near - int64(binary.BigEndian.Uint64(sum)>>1)%(far-near)
		if !seen[probe] {
			seen[probe] = true
			probes = append(probes, probe)
		}
	}
	return probes
}

// Anchors returns the items for the rows that were found, given by key.
func (k Key) Anchors(metric Metric, size Item, rows map[int64][][]byte) Item {
	item := Item{Measured: true, Exponent: size.Exponent, Class: size.Class}
	for _, probe := range k.Probes(metric, k.Span(metric, size)) {
		item.Values = append(item.Values, k.anchor(metric.Name, rows[probe]))
	}
	return item
}

// anchor returns the item of a row, 0 for none.
func (k Key) anchor(name string, row [][]byte) uint16 {
	if row == nil {
		return 0
	}
	return uint16(k.row("row", name, row)[0])%255 + 1
}

func (k Key) row(purpose, name string, row [][]byte) []byte {
	return mac(k.hash, append([][]byte{[]byte(purpose), []byte(name)}, row...)...)
}

// Sampler takes the rows of a set one by one and keeps only what the sample
// may still need, and, when it finds the exponent, enough rows to predict
// them.
type Sampler struct {
	key    Key
	metric Metric
	fixed  bool // the exponent is the license's
	level  uint8
	kept   []sampledRow
}

type sampledRow struct {
	zeros uint8
	value uint16
	row   [][]byte
}

// maxKept bounds the rows that a sampler without a fixed exponent keeps. A
// sample is never larger.
const maxKept = MaxCount + 6

// NewSampler returns a sampler that finds the exponent.
func (k Key) NewSampler(metric Metric) *Sampler { return &Sampler{key: k, metric: metric} }

// NewSamplerAt returns a sampler for the exponent of a license.
func (k Key) NewSamplerAt(metric Metric, exponent uint8) *Sampler {
	return &Sampler{key: k, metric: metric, fixed: true, level: exponent}
}

// Add takes one row, and may keep it. It returns the row's item, and whether
// the row is in a sample at the sampler's exponent.
func (s *Sampler) Add(row [][]byte) (value uint16, sampled bool) {
	sum := s.key.row("set", s.metric.Name, row)
	zeros := uint8(min(bits.LeadingZeros64(binary.BigEndian.Uint64(sum)), maxExponent))
	if zeros < s.level {
		return 0, false
	}
	added := sampledRow{zeros: zeros, value: binary.BigEndian.Uint16(sum[8:])}
	if !s.fixed {
		added.row = row
	}
	s.kept = append(s.kept, added)
	if !s.fixed {
		s.thin(maxKept)
	}
	return added.value, true
}

// thin raises the exponent until so many rows are left at most.
func (s *Sampler) thin(most int) {
	for len(s.kept) > most && s.level < maxExponent {
		s.level++
		s.kept = slices.DeleteFunc(s.kept, func(row sampledRow) bool { return row.zeros < s.level })
	}
}

// Rows returns the rows that a sampler without a fixed exponent kept.
func (s *Sampler) Rows() [][][]byte {
	rows := make([][][]byte, len(s.kept))
	for i, kept := range s.kept {
		rows[i] = kept.row
	}
	return rows
}

// Leave takes rows out of the sample, in the order of Rows.
func (s *Sampler) Leave(out []bool) {
	var left []sampledRow
	for i, row := range s.kept {
		if !out[i] {
			left = append(left, row)
		}
	}
	s.kept = left
}

// Item returns the sample.
func (s *Sampler) Item() Item {
	if !s.fixed {
		s.thin(s.metric.Count)
	}
	item := Item{Measured: true, Exponent: s.level}
	for _, row := range s.kept {
		item.Values = append(item.Values, row.value)
	}
	slices.Sort(item.Values)
	return item
}
