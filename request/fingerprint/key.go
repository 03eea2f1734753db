package fingerprint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// Key derives everything of one fingerprint.
type Key struct{ key []byte }

// NewKey derives the key of a fingerprint from the product's pepper, which
// may be empty, the product's name and the salt.
func NewKey(pepper []byte, product string, salt []byte) Key {
	return Key{mac(pepper, []byte("futura-fingerprint/1"), []byte(product), salt)}
}

// mac is HMAC-SHA256 over the parts, each after its length, so that no two
// lists of parts give the same bytes.
func mac(key []byte, parts ...[]byte) []byte {
	hash := hmac.New(sha256.New, key)
	for _, part := range parts {
		hash.Write(binary.AppendUvarint(nil, uint64(len(part))))
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

// Probes returns the keys of the rows to check, in the order of the items:
// metric.Count of them, or as many as there are numbers up to 2^exponent.
func (k Key) Probes(metric Metric, exponent uint8) []int64 {
	span := int64(1) << min(exponent, maxExponent)
	count := int64(metric.Count)
	if span <= count {
		count = span
	}
	probes := make([]int64, 0, count)
	seen := make(map[int64]bool, count)
	// Duplicates are drawn again. The newer half has at least count/2
	// members, so both streams always find enough.
	for i := uint64(0); int64(len(probes)) < count; i++ {
		probe := k.probe(metric, i, span)
		if !seen[probe] {
			seen[probe] = true
			probes = append(probes, probe)
		}
	}
	return probes
}

func (k Key) probe(metric Metric, number uint64, span int64) int64 {
	sum := mac(k.key, []byte("anchor"), []byte(metric.Name), binary.BigEndian.AppendUint64(nil, number))
	drawn := int64(binary.BigEndian.Uint64(sum) >> 1)
	if number%2 == 0 && span > 1 {
		return span/2 + 1 + drawn%(span/2)
	}
	return 1 + drawn%span
}

// Anchors returns the items for the rows that were found, given by key.
func (k Key) Anchors(metric Metric, exponent uint8, rows map[int64][][]byte) Item {
	item := Item{Measured: true, Exponent: exponent}
	for _, probe := range k.Probes(metric, exponent) {
		value := uint16(0)
		if row, found := rows[probe]; found {
			value = uint16(k.row("row", metric, row)[0])%255 + 1
		}
		item.Values = append(item.Values, value)
	}
	return item
}

func (k Key) row(purpose string, metric Metric, row [][]byte) []byte {
	return mac(k.key, append([][]byte{[]byte(purpose), []byte(metric.Name)}, row...)...)
}

// Sampler takes the rows of a set one by one and keeps only what the sample
// may still need, and, when it finds the exponent, enough rows to predict
// them.
type Sampler struct {
	key    Key
	metric Metric
	fixed  bool // the exponent is the license's
	level  uint8
	kept   []sampled
}

type sampled struct {
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

// Add takes one row, and may keep it.
func (s *Sampler) Add(row [][]byte) {
	sum := s.key.row("set", s.metric, row)
	zeros := uint8(min(bits.LeadingZeros64(binary.BigEndian.Uint64(sum)), maxExponent))
	if zeros < s.level {
		return
	}
	added := sampled{zeros: zeros, value: binary.BigEndian.Uint16(sum[8:])}
	if !s.fixed {
		added.row = row
	}
	s.kept = append(s.kept, added)
	if !s.fixed {
		s.thin(maxKept)
	}
}

// thin raises the exponent until so many rows are left at most.
func (s *Sampler) thin(most int) {
	for len(s.kept) > most && s.level < maxExponent {
		s.level++
		s.kept = slices.DeleteFunc(s.kept, func(row sampled) bool { return row.zeros < s.level })
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
	var left []sampled
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
