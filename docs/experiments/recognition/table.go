package main

import (
	"math"
	"strconv"
	"time"

	"github.com/futura/airlicense/request"
)

// The rows of a table are not stored: they follow from a seed and their key,
// so that a table of 20 million rows costs no more than its anchors.

// origin is where rows come from: two rows with one key and equal origins are
// equal.
type origin struct {
	seed     uint64
	began    int64 // seconds since 1970: the first row
	span     int64 // seconds from there to the row with the key size
	size     int64
	dated    int64 // rows up to this key bear the date of a migration
	shift    int64 // re-keyed: the row with a key is what was key+shift
	numbered bool  // the number equals the key
	masked   bool  // numbers and texts were made unrecognizable
	redated  bool  // an upgrade wrote all dates anew
}

// table is one table of a database.
type table struct {
	origin
	product   int64 // rows up to this key come with the product, the same everywhere
	demo      int64 // rows up to this key are demo data, the same everywhere
	highest   int64
	archived  int64   // rows up to this key are gone
	holes     float64 // share of the keys that never had a row
	deleted   float64 // share of the rows deleted since the license
	withdrawn float64 // share of the rows archived, anywhere
	corrected float64 // share of the rows changed since the license
	renamed   bool    // the profile does not know its new name

	fork     int64 // rows beyond this key follow from another seed; 0: none do
	forkSeed uint64

	planted      *table // rows of another database, under their keys
	plantedShare float64
	shared       *table // another database's customers, under other keys
	sharedShare  float64
}

// What a pseudo-random number is for.
const (
	forHole = iota + 1
	forDeletion
	forWithdrawal
	forCorrection
	forPlanting
	forSharing
	forCreation
	forWander
	forNumber
	forText
	forTaxNumber
	forMinhash
	forFork
)

// mix is the finalizer of SplitMix64 over its inputs: other inputs, unrelated
// outputs.
func mix(parts ...uint64) uint64 {
	var sum uint64
	for _, part := range parts {
		sum += part + 0x9E3779B97F4A7C15
		sum = (sum ^ sum>>30) * 0xBF58476D1CE4E5B9
		sum = (sum ^ sum>>27) * 0x94D049BB133111EB
		sum ^= sum >> 31
	}
	return sum
}

// chance reports whether a pseudo-random event of this share happens.
func chance(share float64, parts ...uint64) bool {
	return share > 0 && float64(mix(parts...)>>11)/(1<<53) < share
}

// day is one in seconds.
const day = 24 * 60 * 60

// issued is when licenses are made.
var issued = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC).Unix()

// migration is the date that a migration gives to what it brings over, the
// same for all customers: the worst case.
var migration = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// Rows that come with the product or with demo data are the same everywhere.
var (
	productRows = origin{seed: 1, began: time.Date(2012, 3, 1, 9, 0, 0, 0, time.UTC).Unix(), span: 30 * day, size: 10}
	demoRows    = origin{seed: 2, began: time.Date(2015, 3, 1, 9, 0, 0, 0, time.UTC).Unix(), span: 90 * day, size: 1000}
)

// at returns where the row with a key comes from and whether it was changed
// since the license, or false where there is none.
func (t *table) at(key int64) (from origin, corrected, found bool) {
	number := uint64(key)
	if t.planted != nil && chance(t.plantedShare, t.planted.seed, number, forPlanting) {
		if from, corrected, found = t.planted.at(key); found {
			return from, corrected, found
		}
	}
	if key <= t.archived || key > t.highest || chance(t.holes, t.seed, number, forHole) ||
		chance(t.deleted, t.seed, number, forDeletion) || chance(t.withdrawn, t.seed, number, forWithdrawal) {
		return origin{}, false, false
	}
	return t.from(key), chance(t.corrected, t.seed, number, forCorrection), true
}

func (t *table) from(key int64) origin {
	from := t.origin
	switch {
	case key <= t.product:
		from = productRows
	case key <= t.demo:
		from = demoRows
	case t.fork > 0 && key > t.fork:
		from.seed = t.forkSeed
	}
	from.shift, from.masked, from.redated = t.shift, t.masked, t.redated
	return from
}

// created is when a row was made: an even flow, ten days of wandering about
// it, and the accident of the hour.
func (o origin) created(key int64) int64 {
	if key <= o.dated {
		return migration
	}
	spacing := o.span/o.size + 1
	knot := o.size/64 + 1
	left, right := mix(o.seed, uint64(key/knot), forWander)%(10*day), mix(o.seed, uint64(key/knot+1), forWander)%(10*day)
	wander := int64(left) + (int64(right)-int64(left))*(key%knot)/knot
	accident := int64(mix(o.seed, uint64(key), forCreation) % uint64(spacing+60))
	return o.began + int64(float64(o.span)/float64(o.size)*float64(key)) + wander + accident
}

// row returns a row as the fingerprint takes it: key and columns in canonical
// form.
func (o origin) row(columns []request.Column, key int64, corrected bool) [][]byte {
	row := append(make([][]byte, 0, 1+len(columns)), strconv.AppendInt(canonical(), key, 10))
	for _, column := range columns {
		switch column.Kind {
		case request.TimestampColumn:
			instant := o.instant(key, corrected).AppendFormat(canonical(), time.RFC3339)
			row = append(row, append(instant[:len(instant)-len("Z")], ".000000"...))
		case request.IntegerColumn:
			row = append(row, strconv.AppendInt(canonical(), o.number(key), 10))
		case request.TextColumn:
			row = append(row, append(canonical(), o.text(key)...))
		default:
			panic("the model has no column of kind " + string(column.Kind))
		}
	}
	return row
}

// canonical begins a value that is not NULL.
func canonical() []byte { return append(make([]byte, 0, 32), 1) }

func (o origin) instant(key int64, corrected bool) time.Time {
	seconds := o.created(key + o.shift)
	if corrected {
		seconds += 61
	}
	if o.redated {
		seconds += 1 + int64(mix(o.seed, uint64(key), forCorrection)%day)
	}
	return time.Unix(seconds, 0).UTC()
}

// number is a document's own number, such as a protocol's.
func (o origin) number(key int64) int64 {
	if o.numbered {
		return key
	}
	return int64(o.drawn(key, forNumber) % 1e12)
}

// text is a document's own text, such as the key of an electronic invoice.
func (o origin) text(key int64) string {
	text := strconv.FormatUint(o.drawn(key, forText), 10)
	return "NFe" + "00000000000000000000"[len(text):] + text
}

func (o origin) drawn(key int64, purpose uint64) uint64 {
	if o.masked {
		purpose += 1000
	}
	return mix(o.seed, uint64(key+o.shift), purpose)
}

// taxNumber stands for a customer's tax number, which only the peers of the
// comparison read.
func (t *table) taxNumber(key int64, from origin) uint64 {
	if t.shared != nil && !from.masked && chance(t.sharedShare, t.seed, uint64(key), forSharing) {
		from, key = t.shared.origin, key%t.shared.highest+1
	}
	return from.drawn(key, forTaxNumber)
}

// last is the highest key that has a row, as a database would tell, or 0.
func (t *table) last() int64 {
	for key := t.highest; key > 0; key-- {
		if _, _, found := t.at(key); found {
			return key
		}
	}
	return 0
}

// rows is about how many rows the table has.
func (t *table) rows() float64 {
	return float64(max(0, t.highest-t.archived)) * (1 - t.holes) * (1 - t.deleted) * (1 - t.withdrawn)
}

// grow adds a share of what is there.
func (t *table) grow(share float64) { t.highest = int64(math.Ceil(float64(t.highest) * (1 + share))) }
