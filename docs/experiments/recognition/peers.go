package main

import (
	"math"
	"math/bits"
	"slices"
)

// The peers are what other products do, or could: exact match, row counts,
// and two sketches of similarity. Each reads what it needs of the model
// directly; their hash is mix, which costs less than HMAC and is as random.

// sketch is what the peers keep of a database.
type sketch struct {
	companies uint64          // digest of the whole table
	counts    [tables]float64 // rows
	smallest  []uint64        // KMV: the smallest hashes of the customers' tax numbers
	minhash   [minhashBits / 64]uint64
}

const (
	kmvSize     = 64
	minhashBits = 256
)

func newSketch(d *erp) *sketch {
	made := &sketch{}
	for i := range d.tables {
		made.counts[i] = d.tables[i].rows()
	}
	for id := range d.tables[companies].highest {
		if from, _, found := d.tables[companies].at(id + 1); found {
			made.companies = mix(made.companies, uint64(id+1), from.drawn(id+1, forTaxNumber))
		}
	}
	made.customers(&d.tables[customers])
	return made
}

// customers makes both sketches of the customers in one pass. The minhash is
// of one permutation: the hash names a bin and is a candidate for its
// minimum, and an empty bin takes the next full one's.
func (s *sketch) customers(one *table) {
	var minima [minhashBits]uint64
	for i := range minima {
		minima[i] = math.MaxUint64
	}
	largest := uint64(math.MaxUint64)
	for id := int64(1); id <= one.highest; id++ {
		from, corrected, found := one.at(id)
		if !found {
			continue
		}
		tax := one.taxNumber(id, from)
		s.smallest, largest = smaller(s.smallest, largest, mix(tax, forTaxNumber))
		hash := mix(uint64(id), tax, uint64(from.instant(id, corrected).Unix()), forMinhash)
		bin := hash % minhashBits
		minima[bin] = min(minima[bin], hash>>8)
	}
	slices.Sort(s.smallest)
	s.smallest = s.smallest[:min(kmvSize, len(s.smallest))]
	s.fold(&minima)
}

// smaller keeps a hash that may be among the smallest, and sorts now and then.
func smaller(kept []uint64, largest, hash uint64) ([]uint64, uint64) {
	if hash >= largest {
		return kept, largest
	}
	if kept = append(kept, hash); len(kept) == 4*kmvSize {
		slices.Sort(kept)
		kept = kept[:kmvSize]
		largest = kept[kmvSize-1]
	}
	return kept, largest
}

func (s *sketch) fold(minima *[minhashBits]uint64) {
	for i := range minima {
		for ahead := range minhashBits {
			if value := minima[(i+ahead)%minhashBits]; value != math.MaxUint64 {
				s.minhash[i/64] |= mix(value, uint64(ahead)) & 1 << (i % 64)
				break
			}
		}
	}
}

// sameCompanies is today's exact match.
func (s *sketch) sameCompanies(now *sketch) bool { return s.companies == now.companies }

// similarCounts wants five of seven tables to have as many rows, give or take
// 20 %.
func (s *sketch) similarCounts(now *sketch) bool {
	similar := 0
	for i, count := range s.counts {
		if now.counts[i] >= 0.8*count && now.counts[i] <= 1.2*count {
			similar++
		}
	}
	return similar >= 5
}

// similarTaxNumbers wants the sets of tax numbers to have at least half their
// union in common, by KMV.
func (s *sketch) similarTaxNumbers(now *sketch) bool {
	union := slices.Concat(s.smallest, now.smallest)
	slices.Sort(union)
	union = slices.Compact(union)
	union = union[:min(kmvSize, len(union))]
	both := 0
	for _, hash := range union {
		_, here := slices.BinarySearch(s.smallest, hash)
		_, there := slices.BinarySearch(now.smallest, hash)
		if here && there {
			both++
		}
	}
	return 2*both >= len(union)
}

// similarRows is the same of whole rows, by minhash: with a similarity of one
// half, three quarters of the bits agree.
func (s *sketch) similarRows(now *sketch) bool {
	equal := minhashBits
	for i := range s.minhash {
		equal -= bits.OnesCount64(s.minhash[i] ^ now.minhash[i])
	}
	return 4*equal >= 3*minhashBits
}
