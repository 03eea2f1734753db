// Package fingerprint recognizes a database: it asks how much of what
// existed when the license was issued is still there (containment), never
// how similar two databases are. Growth never counts against recognition.
//
// It is pure: it knows rows as lists of canonical values and never sees a
// database. Everything is keyed by HMAC-SHA256 under a fresh salt, and, where
// the product keeps one, under a random secret in the database itself (the
// pepper), so that the items reveal no value and two fingerprints of one
// database have nothing in common.
//
// # Metrics
//
// Anchors are spot checks of a large table with an integer key. Count
// pseudo-random keys are drawn from 1 to the span of the table: a fifth each
// from its older half, the next quarter, the next eighth, the next sixteenth
// and the newest sixteenth, so that wherever a site cuts its oldest rows off,
// enough of the newest are known. An item is eight bits of the keyed hash of
// key and columns of the row with that key: 1 to 255, or 0 where there is no
// such row, or one that was left out.
//
// The span is the highest key rounded down: with a pepper to a 256th of a
// power of two, 2^e + c·2^e/256, and c is masked by eight bits that only who
// has the pepper can compute. Without a pepper it is 2^e, and then up to half
// of a table, its newest rows, holds no anchor.
//
// A set is a sample of a small table: of all rows, those whose keyed hash
// begins with e zero bits, with e the smallest that leaves at most Count
// rows. An item is sixteen further bits of that hash.
//
// So of a large table only a size class, a power of two, can be learned, and
// how many of its keys have a row. The rows of a small one can be estimated
// from the size of its sample; a sample of all rows tells their number.
// docs/privacy.md has the figures.
//
// Rows that follow from their keys alone are left out of a new license: one
// migration date for all, a number that equals the key, times on a straight
// line. The same script wrote them at every customer. See Predict. Rows that
// two customers got as copies of the same demonstration data cannot be told.
//
// # Items
//
// The items of one database are written as
//
//	version (2) | for each metric: e, masked c (anchors only), n, then n
//	items of 1 byte (anchors) or of 2 bytes, big endian, ascending (set)
//
// in the order of the metrics in the profile. e = 255, n = 0 (and c = 0)
// stands for a metric that could not be measured.
//
// # Score
//
// For each metric the containment c is the share of the license's items that
// are found again (rows absent at the time of the license do not count),
// corrected for chance: c = (p-q)/(1-q), with q = 1/255 for anchors and
// m/65536 for sets, m being the size of the sample now. The score is
//
//	Σ weight · min(1, c/0.6) / Σ weight
//
// over all metrics of the profile. A metric that the license lacks counts as
// lost. A metric that cannot be measured now leaves the score open: it is
// known to lie between what is proved and what would be if the rest were
// found in full, and the verdict is undecided unless both agree. So hiding a
// table never helps, and never refuses.
//
// The division by 0.6 forgives the loss of any 40 % of the items of a table
// without a change of score. Weights, sizes and thresholds come from the
// simulation in docs/experiments/recognition, of which the test
// TestSimulatedSites repeats a small part.
package fingerprint

import (
	"bytes"
	"slices"

	"github.com/futura/airlicense/keys/fault"
)

// BadItems is the code of items that do not fit their profile.
const BadItems = fault.Code("FL-304")

// Kind is the kind of a metric.
type Kind string

// The two kinds.
const (
	Anchors Kind = "anchors"
	Set     Kind = "set"
)

// MaxCount bounds the items of a metric, so that n fits a byte.
const MaxCount = 250

// Metric is what the fingerprint needs to know of a profile's metric.
type Metric struct {
	Name   string
	Kind   Kind
	Count  int
	Weight int
}

// Item holds the items of one metric.
type Item struct {
	Measured bool
	Exponent uint8
	Class    uint8 // of anchors: the finer part of their span, masked; see Key.Span
	Values   []uint16
}

// Items holds the items of a database, one for each metric.
type Items []Item

const (
	itemsVersion = 2
	notMeasured  = 255
	maxExponent  = 62
)

// Encode writes the items of the metrics.
func (items Items) Encode(metrics []Metric) []byte {
	out := []byte{itemsVersion}
	for i, metric := range metrics {
		item := items[i]
		if !item.Measured {
			item = Item{Exponent: notMeasured}
		}
		out = append(out, item.Exponent)
		if metric.Kind == Anchors {
			out = append(out, item.Class)
		}
		out = append(out, byte(len(item.Values)))
		for _, value := range item.Values {
			if metric.Kind == Set {
				out = append(out, byte(value>>8))
			}
			out = append(out, byte(value))
		}
	}
	return out
}

// Decode reads the items of the metrics and accepts only what Encode writes.
func Decode(metrics []Metric, data []byte) (Items, error) {
	if len(data) == 0 || data[0] != itemsVersion {
		return nil, badItems("version")
	}
	items := make(Items, len(metrics))
	rest := data[1:]
	for i, metric := range metrics {
		head := 2
		if metric.Kind == Anchors {
			head = 3
		}
		if len(rest) < head {
			return nil, badItems("cut")
		}
		count := int(rest[head-1])
		size := count
		if metric.Kind == Set {
			size *= 2
		}
		if len(rest) < head+size || count > metric.Count {
			return nil, badItems("count")
		}
		items[i] = decodeItem(metric, rest[:head], rest[head:head+size])
		rest = rest[head+size:]
	}
	if len(rest) > 0 || !bytes.Equal(items.Encode(metrics), data) {
		return nil, badItems("form")
	}
	for i, metric := range metrics {
		if err := items[i].check(metric); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func badItems(reason string) error {
	return BadItems.New("fingerprint items do not fit their profile", "reason", reason)
}

func decodeItem(metric Metric, head, data []byte) Item {
	if head[0] == notMeasured {
		return Item{}
	}
	item := Item{Measured: true, Exponent: head[0]}
	if metric.Kind == Anchors {
		item.Class = head[1]
	} else {
		for i := 0; i < len(data); i += 2 {
			item.Values = append(item.Values, uint16(data[i])<<8|uint16(data[i+1]))
		}
		return item
	}
	for _, value := range data {
		item.Values = append(item.Values, uint16(value))
	}
	return item
}

func (item Item) check(metric Metric) error {
	if item.Measured && item.Exponent > maxExponent {
		return badItems("exponent")
	}
	if metric.Kind == Set && !slices.IsSorted(item.Values) {
		return badItems("order")
	}
	return nil
}

// Usable is the number of items that can be found again: rows that existed.
func (item Item) Usable(kind Kind) int {
	if kind == Set {
		return len(item.Values)
	}
	present := 0
	for _, value := range item.Values {
		if value != 0 {
			present++
		}
	}
	return present
}

// minUsable is the number of items below which a metric says too little.
// Eight anchors that all match by chance have a probability of 255^-8; two
// set items one of 65536^-2 for small samples.
var minUsable = map[Kind]int{Anchors: 8, Set: 2}

// Enough reports whether a metric's items can serve in a license.
func (item Item) Enough(kind Kind) bool { return item.Measured && kind.Enough(item.Usable(kind)) }

// Enough reports whether so many rows can serve in a license.
func (k Kind) Enough(rows int) bool { return rows >= minUsable[k] }
