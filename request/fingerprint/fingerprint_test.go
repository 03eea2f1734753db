package fingerprint_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/request/fingerprint"
)

const anchors, set = fingerprint.Anchors, fingerprint.Set

// both is one metric of each kind.
var both = []fingerprint.Metric{{Name: "orders", Kind: anchors, Count: 8, Weight: 2}, {Name: "people", Kind: set, Count: 4, Weight: 1}}

func keyOf(salt string) fingerprint.Key { return fingerprint.NewKey(nil, "sispetro", []byte(salt)) }

// rowOf is the row with an id in the table of a seed.
func rowOf(seed, id int64) [][]byte {
	return [][]byte{binary.AppendVarint(nil, id), binary.AppendVarint(nil, seed*7919+id*id)}
}

func tableOf(seed, highest int64) map[int64][][]byte {
	rows := map[int64][][]byte{}
	for id := range highest {
		rows[id+1] = rowOf(seed, id+1)
	}
	return rows
}

func decode(t testing.TB, metrics []fingerprint.Metric, data []byte) fingerprint.Items {
	t.Helper()
	items, err := fingerprint.Decode(metrics, data)
	if err != nil {
		t.Fatalf("%x: %v", data, err)
	}
	return items
}

func drawItem(random *rand.Rand, metric fingerprint.Metric) fingerprint.Item {
	if random.IntN(5) == 0 {
		return fingerprint.Item{}
	}
	item := fingerprint.Item{Measured: true, Exponent: uint8(random.IntN(63))}
	if metric.Kind == anchors {
		item.Class = uint8(random.Uint32())
	}
	for range random.IntN(metric.Count + 1) {
		if metric.Kind == set {
			item.Values = append(item.Values, uint16(random.Uint32()))
		} else {
			item.Values = append(item.Values, uint16(random.IntN(256)))
		}
	}
	if metric.Kind == set {
		slices.Sort(item.Values)
	}
	return item
}

func TestEncodeAndDecodeAreInverse(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		var metrics []fingerprint.Metric
		var items fingerprint.Items
		for i := range random.IntN(17) {
			metric := fingerprint.Metric{Name: fmt.Sprint(i), Kind: []fingerprint.Kind{anchors, set}[random.IntN(2)], Count: 1 + random.IntN(250), Weight: 1}
			metrics, items = append(metrics, metric), append(items, drawItem(random, metric))
		}
		if got := decode(t, metrics, items.Encode(metrics)); fmt.Sprint(got) != fmt.Sprint(items) {
			t.Fatalf("%v became %v", items, got)
		}
	}
}

func TestLayoutOfItems(t *testing.T) {
	for want, items := range map[string]fingerprint.Items{
		"02ff0000ff00":                          {{}, {}},
		"020000000000":                          {{Measured: true}, {Measured: true}},
		"0211ab03" + "01ff00" + "ff00":          {{Measured: true, Exponent: 17, Class: 0xAB, Values: []uint16{1, 255, 0}}, {}},
		"02ff0000" + "3e03" + "000000010102":    {{}, {Measured: true, Exponent: 62, Values: []uint16{0, 1, 258}}},
		"02010001" + "07" + "0002" + "fffeffff": {{Measured: true, Exponent: 1, Values: []uint16{7}}, {Measured: true, Values: []uint16{0xFFFE, 0xFFFF}}},
	} {
		if got := hex.EncodeToString(items.Encode(both)); got != want {
			t.Errorf("%v: %s, want %s", items, got, want)
		}
		if got := decode(t, both, items.Encode(both)); fmt.Sprint(got) != fmt.Sprint(items) {
			t.Errorf("%s became %v", want, got)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                    "",
		"only a version":             "02",
		"version 0":                  "00ff0000ff00",
		"version 1":                  "01ff0000ff00",
		"version 3":                  "03ff0000ff00",
		"one metric":                 "02ff0000",
		"one metric and a half":      "02ff0000ff",
		"three metrics":              "02ff0000ff00ff00",
		"a byte behind":              "02ff0000ff0000",
		"anchors cut":                "0200000201",
		"set cut":                    "02ff000000020001",
		"set cut within an item":     "02ff00000001ff",
		"set's items of one byte":    "02ff000000020102",
		"nine anchors of eight":      "02000009010203040506070809ff00",
		"five set items of four":     "02ff0000000500010002000300040005",
		"exponent 63 of anchors":     "023f0000ff00",
		"exponent 63 of a set":       "02ff00003f00",
		"exponent 254":               "02fe0000ff00",
		"items of nothing measured":  "02ff000101ff00",
		"class of nothing measured":  "02ff0100ff00",
		"items of an unmeasured set": "02ff0000ff010001",
		"set in another order":       "02ff000000" + "02" + "00020001",
		"set that ends in disorder":  "02ff000000" + "03" + "000100030002",
		"count over what is there":   "020000fa",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if items, err := fingerprint.Decode(both, data); !errors.Is(err, fingerprint.BadItems) || items != nil {
			t.Errorf("%s: %v, %v", name, items, err)
		}
	}
	if _, err := fingerprint.Decode(nil, []byte{2, 0}); !errors.Is(err, fingerprint.BadItems) {
		t.Errorf("items of no metric: %v", err)
	}
}

// FuzzItems looks for a second spelling and for items that break what
// follows.
func FuzzItems(f *testing.F) {
	for _, text := range []string{"01ff00ff00", "0100000000", "01110301ff00ff00", "01ff003e03000000010102", "0101010700020001ffff", "01ff0000020001000a"} {
		data, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := fingerprint.Decode(both, data)
		if err != nil {
			if items != nil || !errors.Is(err, fingerprint.BadItems) {
				t.Errorf("%v, %v", items, err)
			}
			return
		}
		if again := items.Encode(both); !bytes.Equal(again, data) {
			t.Errorf("%x is also %x", data, again)
		}
		result := fingerprint.Compare(both, items, items, standard)
		if fingerprint.EnoughToIssue(both, items) && result.State != fingerprint.Recognized || result.Score > 1 {
			t.Errorf("%x compared with itself: %+v", data, result)
		}
	})
}

func TestExponentIsTheFloorOfTheLogarithm(t *testing.T) {
	for highest, want := range map[int64]uint8{math.MinInt64: 0, -1: 0, 0: 0, 1: 0, 2: 1, 3: 1, 4: 2, 1000: 9, 1024: 10, 200_000: 17, math.MaxInt64: 62} {
		if got := fingerprint.Exponent(highest); got != want {
			t.Errorf("%d: %d, want %d", highest, got, want)
		}
	}
	for exponent := uint8(1); exponent <= 62; exponent++ {
		power := int64(1) << exponent
		if fingerprint.Exponent(power-1) != exponent-1 || fingerprint.Exponent(power) != exponent || fingerprint.Exponent(power+power/2) != exponent {
			t.Errorf("wrong around 2^%d", exponent)
		}
	}
}

func TestProbesAreDistinctKeysUpToThePower(t *testing.T) {
	for _, exponent := range []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 40, 62} {
		for _, count := range []int{1, 2, 3, 8, 64, 128, 249, 250} {
			metric := fingerprint.Metric{Name: "orders", Kind: anchors, Count: count}
			probes, span := keyOf("salt").Probes(metric, int64(1)<<exponent), int64(1)<<exponent
			if int64(len(probes)) != min(int64(count), span) {
				t.Errorf("2^%d, count %d: %d probes", exponent, count, len(probes))
			}
			seen := map[int64]bool{}
			for _, probe := range probes {
				if probe < 1 || probe > span || seen[probe] {
					t.Errorf("2^%d, count %d: %d is out of range or there twice", exponent, count, probe)
				}
				seen[probe] = true
			}
			if again := keyOf("salt").Probes(metric, span); !slices.Equal(again, probes) {
				t.Errorf("2^%d, count %d: other probes the second time", exponent, count)
			}
		}
	}
}

// With a large table no key is drawn twice, so the places of the probes tell
// which age they are from.
func TestProbesAreOfFiveAges(t *testing.T) {
	metric := fingerprint.Metric{Name: "orders", Kind: anchors, Count: 250}
	for _, span := range []int64{1 << 40, 1<<50 + 12345, math.MaxInt64} {
		for i, probe := range keyOf("salt").Probes(metric, span) {
			age := []struct{ from, to int64 }{{0, span - span/2}, {span - span/2, span - span/4}, {span - span/4, span - span/8}, {span - span/8, span - span/16}, {span - span/16, span}}[i%5]
			if probe <= age.from || probe > age.to {
				t.Errorf("of %d, probe %d is %d, not from %d to %d", span, i, probe, age.from, age.to)
			}
		}
	}
}

// The span is what the highest key is rounded down to: a 256th where a pepper
// hides it, a power of two otherwise.
func TestSpanIsASizeClass(t *testing.T) {
	metric := fingerprint.Metric{Name: "orders", Kind: anchors, Count: 64}
	peppered := fingerprint.NewKey([]byte("a random secret of the product"), "sispetro", []byte("salt"))
	for _, highest := range []int64{1, 2, 3, 5, 100, 255, 256, 257, 1000, 65535, 65536, 1_234_567, 1<<40 - 1, 1<<40 + 12345, 1<<62 - 1, math.MaxInt64} {
		plain := keyOf("salt")
		size := plain.Size(metric, highest)
		if got, want := plain.Span(metric, size), int64(1)<<fingerprint.Exponent(highest); got != want || size.Class != 0 {
			t.Errorf("%d: span %d, want %d, class %d", highest, got, want, size.Class)
		}
		got := peppered.Span(metric, peppered.Size(metric, highest))
		if lost := highest - got; lost < 0 || lost > highest/256 {
			t.Errorf("%d, with a pepper: span %d", highest, got)
		}
	}
}

// Who lacks the pepper sees every class as likely, whatever the size.
func TestClassIsHidden(t *testing.T) {
	metric, seen := fingerprint.Metric{Name: "orders", Kind: anchors, Count: 64}, map[uint8]int{}
	const salts = 256 * 40
	for salt := range salts {
		key := fingerprint.NewKey([]byte("a random secret of the product"), "sispetro", fmt.Append(nil, salt))
		seen[key.Size(metric, 1_234_567).Class]++
	}
	for class, times := range seen {
		if times > 80 {
			t.Errorf("class %d: %d of %d times", class, times, salts)
		}
	}
	if len(seen) != 256 {
		t.Errorf("%d classes", len(seen))
	}
}

func TestProbesBelongToSaltPepperProductAndMetric(t *testing.T) {
	metric := fingerprint.Metric{Name: "orders", Kind: anchors, Count: 64}
	other := metric
	other.Name = "bills"
	lists := map[string][]int64{
		"first":           keyOf("salt").Probes(metric, 1<<17),
		"another salt":    keyOf("tlas").Probes(metric, 1<<17),
		"another metric":  keyOf("salt").Probes(other, 1<<17),
		"another product": fingerprint.NewKey(nil, "crm", []byte("salt")).Probes(metric, 1<<17),
		"a pepper":        fingerprint.NewKey([]byte("a random secret of the product"), "sispetro", []byte("salt")).Probes(metric, 1<<17),
		"moved border":    fingerprint.NewKey(nil, "sispetros", []byte("alt")).Probes(metric, 1<<17),
	}
	for name, one := range lists {
		for otherName, two := range lists {
			common := 0
			for i, probe := range one {
				if two[i] == probe {
					common++
				}
			}
			if name != otherName && common > 4 {
				t.Errorf("%s and %s have %d probes in common", name, otherName, common)
			}
		}
	}
}

func sizeOf(exponent uint8) fingerprint.Item {
	return fingerprint.Item{Measured: true, Exponent: exponent}
}

func TestAnchorsAreOneByteForEachRow(t *testing.T) {
	metric := fingerprint.Metric{Name: "orders", Kind: anchors, Count: 250}
	key, rows := keyOf("salt"), tableOf(1, 1024)
	whole := key.Anchors(metric, sizeOf(10), rows)
	if !whole.Measured || whole.Exponent != 10 || len(whole.Values) != 250 || slices.Min(whole.Values) < 1 || slices.Max(whole.Values) > 255 {
		t.Errorf("%+v", whole)
	}
	rows[2000], rows[0], rows[-1] = rowOf(1, 5), rowOf(1, 5), rowOf(1, 5) // nobody asked for them
	for i, probe := range key.Probes(metric, 1<<10) {
		without := rows[probe]
		delete(rows, probe)
		item := key.Anchors(metric, sizeOf(10), rows)
		want := slices.Clone(whole.Values)
		want[i] = 0
		if !slices.Equal(item.Values, want) {
			t.Fatalf("without row %d: %v", probe, item.Values)
		}
		rows[probe] = without
	}
	if empty := key.Anchors(metric, sizeOf(10), nil); slices.Max(empty.Values) != 0 || len(empty.Values) != 250 {
		t.Errorf("of no rows: %+v", empty)
	}
}

// Two fingerprints of one database have nothing in common, nor have those of
// tables that differ in their columns, or in where one value ends.
func TestItemsOfAnotherKeyOrRowAreUnrelated(t *testing.T) {
	metric := fingerprint.Metric{Name: "orders", Kind: anchors, Count: 250}
	other := metric
	other.Name = "bills"
	moved, joined := map[int64][][]byte{}, map[int64][][]byte{}
	for id, row := range tableOf(1, 256) {
		whole := slices.Concat(row...)
		moved[id], joined[id] = [][]byte{whole[:1], whole[1:], {}}, [][]byte{whole}
	}
	first := keyOf("salt").Anchors(metric, sizeOf(8), tableOf(1, 256))
	for name, item := range map[string]fingerprint.Item{
		"another salt":    keyOf("tlas").Anchors(metric, sizeOf(8), tableOf(1, 256)),
		"another pepper":  fingerprint.NewKey([]byte("x"), "sispetro", []byte("salt")).Anchors(metric, sizeOf(8), tableOf(1, 256)),
		"another product": fingerprint.NewKey(nil, "crm", []byte("salt")).Anchors(metric, sizeOf(8), tableOf(1, 256)),
		"another metric":  keyOf("salt").Anchors(other, sizeOf(8), tableOf(1, 256)),
		"another table":   keyOf("salt").Anchors(metric, sizeOf(8), tableOf(2, 256)),
		"moved borders":   keyOf("salt").Anchors(metric, sizeOf(8), moved),
		"joined columns":  keyOf("salt").Anchors(metric, sizeOf(8), joined),
	} {
		equal := 0
		for i, value := range item.Values {
			if value == first.Values[i] {
				equal++
			}
		}
		if equal > 8 { // one of 255 is expected
			t.Errorf("%s: %d of 250 items are the same", name, equal)
		}
	}
}

func sample(sampler *fingerprint.Sampler, seed int64, ids ...int64) fingerprint.Item {
	for _, id := range ids {
		sampler.Add(rowOf(seed, id))
	}
	return sampler.Item()
}

func upTo(highest int) []int64 {
	ids := make([]int64, highest)
	for i := range ids {
		ids[i] = int64(i + 1)
	}
	return ids
}

func TestSamplerKeepsCountRowsAtTheSmallestExponent(t *testing.T) {
	for _, count := range []int{1, 2, 16, 32, 250} {
		metric := fingerprint.Metric{Name: "people", Kind: set, Count: count}
		for _, rows := range []int{0, 1, count - 1, count, count + 1, 2 * count, 10 * count, 3000} {
			item := sample(keyOf("salt").NewSampler(metric), 1, upTo(rows)...)
			if !item.Measured || len(item.Values) > count || !slices.IsSorted(item.Values) {
				t.Errorf("%d of %d rows: %+v", count, rows, item)
			}
			if rows <= count && (item.Exponent != 0 || len(item.Values) != rows) {
				t.Errorf("all %d rows fit into %d: %+v", rows, count, item)
			}
			same := sample(keyOf("salt").NewSamplerAt(metric, item.Exponent), 1, upTo(rows)...)
			if fmt.Sprint(same) != fmt.Sprint(item) {
				t.Errorf("%d of %d rows, measured again: %+v, want %+v", count, rows, same, item)
			}
			if item.Exponent > 0 {
				if larger := sample(keyOf("salt").NewSamplerAt(metric, item.Exponent-1), 1, upTo(rows)...); len(larger.Values) <= count {
					t.Errorf("%d of %d rows: %d would leave %d rows", count, rows, item.Exponent-1, len(larger.Values))
				}
			}
		}
	}
}

func TestSamplerDoesNotMindTheOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	metric := fingerprint.Metric{Name: "people", Kind: set, Count: 16}
	ids := upTo(500)
	want := sample(keyOf("salt").NewSampler(metric), 1, ids...)
	for range 20 {
		random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		if got := sample(keyOf("salt").NewSampler(metric), 1, ids...); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	}
}

// The sample of a license is found again in a table that grew, however much.
func TestGrowthLosesNoItem(t *testing.T) {
	metric := fingerprint.Metric{Name: "people", Kind: set, Count: 32}
	for _, rows := range []int{2, 31, 32, 33, 100, 999} {
		licensed := sample(keyOf("salt").NewSampler(metric), 1, upTo(rows)...)
		for _, factor := range []int{2, 10} {
			now := sample(keyOf("salt").NewSamplerAt(metric, licensed.Exponent), 1, upTo(rows*factor)...)
			if now.Exponent != licensed.Exponent {
				t.Errorf("%d rows grew to %d: exponent %d, want %d", rows, rows*factor, now.Exponent, licensed.Exponent)
			}
			for _, value := range licensed.Values {
				if _, found := slices.BinarySearch(now.Values, value); !found {
					t.Errorf("%d rows grew to %d: %d is lost", rows, rows*factor, value)
				}
			}
		}
	}
}

// A table whose rows are all the same has no sample that could be told from
// another; what matters is that looking for one ends.
func TestSamplerEndsOnEqualRows(t *testing.T) {
	metric := fingerprint.Metric{Name: "people", Kind: set, Count: 4}
	if item := sample(keyOf("salt").NewSampler(metric), 1, make([]int64, 1000)...); len(item.Values) > 4 || item.Exponent > 62 {
		t.Errorf("%+v", item)
	}
}

var standard = fingerprint.Thresholds{Recognized: 0.5, Drifted: 0.45}

// part is one metric of a comparison: how many of how many items are found.
type part struct {
	kind         fingerprint.Kind
	weight       int
	licensed     int // items of the license
	found        int // of them
	now          int // items of a set now, at least found
	unmeasured   bool
	otherSize    bool // measured with another exponent
	unlicensed   bool // the license could not measure it
	absent       int  // anchors whose row was not there at the time of the license
	otherAnchors bool // measured with another number of probes
}

// good and bad are metrics that are found again in full, and not at all.
func good(weight int) part { return part{kind: anchors, weight: weight, licensed: 64, found: 64} }
func bad(weight int) part  { return part{kind: anchors, weight: weight, licensed: 64} }
func gone(weight int) part {
	return part{kind: anchors, weight: weight, licensed: 64, unmeasured: true}
}

func (p part) items() (licensed, now fingerprint.Item) {
	licensed, now = fingerprint.Item{Measured: !p.unlicensed, Exponent: 9}, fingerprint.Item{Measured: !p.unmeasured, Exponent: 9}
	for i := range p.licensed {
		licensed.Values = append(licensed.Values, uint16(i%255+1)*7%255+1)
		if p.kind == set {
			licensed.Values[i] = uint16(2*i + 1)
		}
		now.Values = append(now.Values, licensed.Values[i])
		if i >= p.found && p.kind == anchors {
			now.Values[i] = licensed.Values[i]%255 + 1
		}
	}
	for range p.absent {
		licensed.Values, now.Values = append(licensed.Values, 0), append(now.Values, uint16(p.absent%2))
	}
	if p.kind == set {
		now.Values = now.Values[:p.found]
		for i := range max(0, p.now-p.found) {
			now.Values = append(now.Values, uint16(2*i))
		}
		slices.Sort(now.Values)
	}
	if p.otherSize {
		now.Exponent++
	}
	if p.otherAnchors {
		now.Values = now.Values[1:]
	}
	return licensed, now
}

func compare(thresholds fingerprint.Thresholds, parts ...part) fingerprint.Result {
	var metrics []fingerprint.Metric
	var licensed, now fingerprint.Items
	for i, part := range parts {
		metrics = append(metrics, fingerprint.Metric{Name: fmt.Sprint(i), Kind: part.kind, Count: 250, Weight: part.weight})
		then, today := part.items()
		licensed, now = append(licensed, then), append(now, today)
	}
	return fingerprint.Compare(metrics, licensed, now, thresholds)
}

const tiny = 1e-12

func near(one, other float64) bool { return math.Abs(one-other) < tiny }

// The figures follow from the formula in the comment of the package.
func TestScoreOfOneMetric(t *testing.T) {
	for _, test := range []struct {
		name  string
		part  part
		found int
		of    int
		want  float64
	}{
		{"all anchors", part{kind: anchors, licensed: 64, found: 64}, 64, 64, 1},
		{"no anchor", part{kind: anchors, licensed: 64}, 0, 64, 0},
		{"as many as by chance", part{kind: anchors, licensed: 255, found: 1}, 1, 255, 0},
		{"half of the anchors", part{kind: anchors, licensed: 64, found: 32}, 32, 64, (0.5 - 1.0/255) / (1 - 1.0/255) / 0.6},
		{"three of ten", part{kind: anchors, licensed: 10, found: 3}, 3, 10, (0.3 - 1.0/255) / (1 - 1.0/255) / 0.6},
		{"six of ten is not all", part{kind: anchors, licensed: 10, found: 6}, 6, 10, (0.6 - 1.0/255) / (1 - 1.0/255) / 0.6},
		{"61 of 100 is all", part{kind: anchors, licensed: 100, found: 61}, 61, 100, 1},
		{"absent rows do not count", part{kind: anchors, licensed: 10, found: 3, absent: 50}, 3, 10, (0.3 - 1.0/255) / (1 - 1.0/255) / 0.6},
		{"nor when they came since", part{kind: anchors, licensed: 10, found: 3, absent: 51}, 3, 10, (0.3 - 1.0/255) / (1 - 1.0/255) / 0.6},
		{"all of a set", part{kind: set, licensed: 16, found: 16}, 16, 16, 1},
		{"none of a set", part{kind: set, licensed: 16, now: 16}, 0, 16, 0},
		{"an empty set", part{kind: set, licensed: 16}, 0, 16, 0},
		{"a quarter of a set", part{kind: set, licensed: 16, found: 4}, 4, 16, (0.25 - 4.0/65536) / (1 - 4.0/65536) / 0.6},
		{"a quarter of a set that grew", part{kind: set, licensed: 16, found: 4, now: 1000}, 4, 16, (0.25 - 1000.0/65536) / (1 - 1000.0/65536) / 0.6},
		{"a set that covers half of all values", part{kind: set, licensed: 16, found: 8, now: 32768}, 8, 16, 0},
		{"a set that covers more than half", part{kind: set, licensed: 16, found: 12, now: 40000}, 12, 16, (0.75 - 0.5) / (1 - 0.5) / 0.6},
	} {
		test.part.weight = 3
		result := compare(standard, test.part)
		if len(result.Components) != 1 {
			t.Errorf("%s: %+v", test.name, result)
			continue
		}
		got := result.Components[0]
		if got.Found != test.found || got.Licensed != test.of || !got.Measured || got.Weight != 3 || got.Metric != "0" || !near(got.Score, test.want) || got.Score > 1 {
			t.Errorf("%s: %+v, want %d of %d and %v", test.name, got, test.found, test.of, test.want)
		}
		if !near(result.Score, got.Score) || !near(result.Low, got.Score) || !near(result.High, got.Score) || !near(result.Margin, result.Score-0.45) {
			t.Errorf("%s: %+v", test.name, result)
		}
	}
}

func TestVerdicts(t *testing.T) {
	strict := fingerprint.Thresholds{Recognized: 0.7, Drifted: 0.6}
	for _, test := range []struct {
		name             string
		thresholds       fingerprint.Thresholds
		parts            []part
		want             fingerprint.State
		score, low, high float64
	}{
		{"everything", standard, []part{good(2), good(1)}, fingerprint.Recognized, 1, 1, 1},
		{"nothing", standard, []part{bad(2), bad(1)}, fingerprint.NotRecognized, 0, 0, 0},
		{"exactly recognized", standard, []part{good(10), bad(10)}, fingerprint.Recognized, 0.5, 0.5, 0.5},
		{"below recognized", standard, []part{good(9), bad(10)}, fingerprint.Drifted, 9.0 / 19, 9.0 / 19, 9.0 / 19},
		{"exactly drifted", standard, []part{good(9), bad(10), bad(1)}, fingerprint.Drifted, 0.45, 0.45, 0.45},
		{"below drifted", standard, []part{good(4), bad(5)}, fingerprint.NotRecognized, 4.0 / 9, 4.0 / 9, 4.0 / 9},
		{"the profile of the example, masters only", standard, []part{bad(2), bad(2), bad(2), good(2), good(1), good(1)}, fingerprint.NotRecognized, 0.4, 0.4, 0.4},
		{"other thresholds, exactly recognized", strict, []part{good(7), bad(3)}, fingerprint.Recognized, 0.7, 0.7, 0.7},
		{"other thresholds, exactly drifted", strict, []part{good(6), bad(4)}, fingerprint.Drifted, 0.6, 0.6, 0.6},
		{"other thresholds, below", strict, []part{good(10), bad(7)}, fingerprint.NotRecognized, 10.0 / 17, 10.0 / 17, 10.0 / 17},
		{"weights count, not metrics", standard, []part{bad(1), bad(1), bad(1), good(10)}, fingerprint.Recognized, 10.0 / 13, 10.0 / 13, 10.0 / 13},
		{"unmeasured ones leave it open", standard, []part{good(1), bad(1), gone(1)}, fingerprint.Undecided, 1.0 / 3, 1.0 / 3, 2.0 / 3},
		{"measured far enough to be drifted", standard, []part{good(14), bad(6), gone(10)}, fingerprint.Drifted, 14.0 / 30, 14.0 / 30, 24.0 / 30},
		{"half found, a third not measured", standard, []part{good(10), bad(9), gone(10)}, fingerprint.Undecided, 10.0 / 29, 10.0 / 29, 20.0 / 29},
		{"a third measured, all good", standard, []part{good(1), gone(2)}, fingerprint.Undecided, 1.0 / 3, 1.0 / 3, 1},
		{"a third measured, all bad", standard, []part{bad(1), gone(2)}, fingerprint.Undecided, 0, 0, 2.0 / 3},
		{"half measured, and the rest cannot spoil it", standard, []part{good(1), gone(1)}, fingerprint.Recognized, 0.5, 0.5, 1},
		{"half measured, under other thresholds", strict, []part{good(1), gone(1)}, fingerprint.Undecided, 0.5, 0.5, 1},
		{"56 percent measured, and the rest cannot help", standard, []part{bad(5), gone(4)}, fingerprint.NotRecognized, 0, 0, 4.0 / 9},
		{"55 percent measured, and the rest could help", standard, []part{bad(10), bad(1), gone(9)}, fingerprint.Undecided, 0, 0, 0.45},
		{"nothing measured", standard, []part{gone(2), gone(1)}, fingerprint.Undecided, 0, 0, 1},
		{"nothing licensed", standard, []part{{kind: anchors, weight: 2, licensed: 64, found: 64, unlicensed: true}}, fingerprint.Undecided, 0, 0, 0},
		{"no metrics", standard, nil, fingerprint.Undecided, 0, 0, 0},
		{"seven anchors say too little, and count as lost", standard, []part{{kind: anchors, weight: 9, licensed: 7, found: 7, absent: 57}, good(1)}, fingerprint.NotRecognized, 0.1, 0.1, 0.1},
		{"eight anchors say enough", standard, []part{{kind: anchors, weight: 9, licensed: 8}, good(1)}, fingerprint.NotRecognized, 0.1, 0.1, 0.1},
		{"one item of a set says too little, and counts as lost", standard, []part{{kind: set, weight: 9, licensed: 1, found: 1}, good(1)}, fingerprint.NotRecognized, 0.1, 0.1, 0.1},
		{"two items of a set say enough", standard, []part{{kind: set, weight: 9, licensed: 2}, good(1)}, fingerprint.NotRecognized, 0.1, 0.1, 0.1},
		{"another exponent is not measured", standard, []part{{kind: anchors, weight: 2, licensed: 64, otherSize: true}, good(1), good(3)}, fingerprint.Recognized, 4.0 / 6, 4.0 / 6, 1},
		{"another exponent of a set", standard, []part{{kind: set, weight: 2, licensed: 16, found: 16, otherSize: true}, good(1)}, fingerprint.Undecided, 1.0 / 3, 1.0 / 3, 1},
		{"another number of probes", standard, []part{{kind: anchors, weight: 2, licensed: 64, found: 64, otherAnchors: true}, good(1)}, fingerprint.Undecided, 1.0 / 3, 1.0 / 3, 1},
		{"a clone with a table hidden", standard, []part{bad(2), bad(2), gone(2), good(2), good(1), good(1)}, fingerprint.Undecided, 0.4, 0.4, 0.6},
		{"a clone whose license lacks a table", standard, []part{bad(2), bad(2), {kind: anchors, weight: 2, unlicensed: true}, good(2), good(1), good(1)}, fingerprint.NotRecognized, 0.4, 0.4, 0.4},
	} {
		result := compare(test.thresholds, test.parts...)
		if result.State != test.want || !near(result.Score, test.score) || !near(result.Low, test.low) || !near(result.High, test.high) {
			t.Errorf("%s: %s, %v between %v and %v; want %s, %v between %v and %v",
				test.name, result.State, result.Score, result.Low, result.High, test.want, test.score, test.low, test.high)
		}
		settled := test.low >= test.thresholds.Recognized || test.high < test.thresholds.Drifted
		if result.Settled(test.thresholds) != settled {
			t.Errorf("%s: settled %v", test.name, !settled)
		}
	}
}

func drawPart(random *rand.Rand) part {
	drawn := part{kind: []fingerprint.Kind{anchors, set}[random.IntN(2)], weight: 1 + random.IntN(10), licensed: 1 + random.IntN(40)}
	drawn.found = []int{0, drawn.licensed, random.IntN(drawn.licensed + 1)}[random.IntN(3)]
	drawn.now = drawn.found + random.IntN(100)
	return drawn
}

// Measuring goes on from one subset of the metrics to a larger one: what was
// settled stays settled, and the bounds hold.
func TestBoundsHoldWhateverIsMeasuredLater(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	settled := map[fingerprint.State]int{}
	for range 10_000 {
		var some, more []part
		for range 1 + random.IntN(8) {
			drawn := drawPart(random)
			drawn.unmeasured = random.IntN(4) == 0
			more = append(more, drawn)
			drawn.unmeasured = drawn.unmeasured || random.IntN(2) == 0
			some = append(some, drawn)
		}
		early, final := compare(standard, some...), compare(standard, more...)
		if final.Low < early.Low-tiny || final.High > early.High+tiny || final.Low > final.High+tiny {
			t.Errorf("bounds %v to %v became %v to %v", early.Low, early.High, final.Low, final.High)
		}
		measured := slices.ContainsFunc(final.Components, func(component fingerprint.Component) bool { return component.Measured })
		if measured && (final.Score < early.Low-tiny || final.Score > early.High+tiny) {
			t.Errorf("between %v and %v, but in the end %v", early.Low, early.High, final.Score)
		}
		if early.Settled(standard) && len(early.Components) > 0 {
			settled[early.State]++
			if early.State != final.State {
				t.Errorf("settled as %s, but in the end %s\n%+v\n%+v", early.State, final.State, some, more)
			}
		}
	}
	if settled[fingerprint.Recognized] < 500 || settled[fingerprint.NotRecognized] < 500 || len(settled) != 2 {
		t.Errorf("settled early: %v", settled)
	}
}

func TestEnoughToIssueIsThreeQuarters(t *testing.T) {
	measured := func(kind fingerprint.Kind, values ...uint16) fingerprint.Item {
		return fingerprint.Item{Measured: true, Values: values}
	}
	eight, two := measured(anchors, 1, 2, 3, 0, 4, 5, 6, 7, 8), measured(set, 1, 2)
	for name, test := range map[string]struct {
		weights [2]int // of anchors and of a set
		items   fingerprint.Items
		want    bool
	}{
		"everything":                {[2]int{2, 1}, fingerprint.Items{eight, two}, true},
		"exactly three quarters":    {[2]int{3, 1}, fingerprint.Items{eight, {}}, true},
		"three quarters of a set":   {[2]int{3, 9}, fingerprint.Items{{}, two}, true},
		"one third":                 {[2]int{2, 1}, fingerprint.Items{{}, two}, false},
		"just under three quarters": {[2]int{8, 3}, fingerprint.Items{eight, {}}, false},
		"just over three quarters":  {[2]int{10, 3}, fingerprint.Items{eight, {}}, true},
		"nothing":                   {[2]int{2, 1}, fingerprint.Items{{}, {}}, false},
		"seven anchors":             {[2]int{2, 1}, fingerprint.Items{measured(anchors, 1, 2, 3, 0, 4, 5, 6, 7), two}, false},
		"one item of a set":         {[2]int{1, 2}, fingerprint.Items{eight, measured(set, 1)}, false},
		"empty tables":              {[2]int{2, 1}, fingerprint.Items{measured(anchors), measured(set)}, false},
		"values without being read": {[2]int{2, 1}, fingerprint.Items{{Values: eight.Values}, two}, false},
	} {
		metrics := slices.Clone(both)
		metrics[0].Weight, metrics[1].Weight = test.weights[0], test.weights[1]
		if got := fingerprint.EnoughToIssue(metrics, test.items); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	// No rounding on the way: exactly three quarters are enough, whatever the sum.
	for weight := range 60 {
		metrics := slices.Clone(both)
		metrics[0].Weight, metrics[1].Weight = 3*(weight+1), weight+1
		if !fingerprint.EnoughToIssue(metrics, fingerprint.Items{eight, {}}) {
			t.Errorf("%d of %d is less than three quarters", 3*(weight+1), 4*(weight+1))
		}
	}
}

func TestThresholdsRespectTheFloor(t *testing.T) {
	for thresholds, want := range map[fingerprint.Thresholds]bool{
		{Recognized: 0.5, Drifted: 0.45}: true, {Recognized: 0.45, Drifted: 0.45}: true, {Recognized: 0.9, Drifted: 0.9}: true, {Recognized: 0.5, Drifted: 0.44}: false,
		{Recognized: 0.44, Drifted: 0.44}: false, {Recognized: 0.45, Drifted: 0.5}: false, {Recognized: 0.91, Drifted: 0.5}: false, {Recognized: 0.5}: false,
		{}: false, {Recognized: math.Inf(1), Drifted: 0.5}: false, {Recognized: math.NaN(), Drifted: 0.5}: false, {Recognized: 0.5, Drifted: math.NaN()}: false,
	} {
		if got := thresholds.Valid(); got != want {
			t.Errorf("%+v: %v", thresholds, got)
		}
	}
}

// goldenItems must never change: licenses that were given out hold items made
// in exactly this way, and a program that makes others recognizes no
// database any more. A change of the algorithm needs a new version byte. An
// implementation of its own, in Python, gave the same.
const (
	goldenItems  = "020600100b1e0f83350557ab2f9993da00f985f7040812712c7267546c9970b997fc9875b77fff00"
	goldenPepper = "0206f710bae8c1df00c129009f7033dc7400253d040622c2609a9555a5adc9d1ede9ff00"
	goldenProbes = "62189 737579 814676 976638 989227 167979 614010 869024 941063 1008392 377468 668645 838463 925033 985056 295808"
)

func TestFingerprintNeverChanges(t *testing.T) {
	metrics := []fingerprint.Metric{{Name: "pedidos", Kind: anchors, Count: 16, Weight: 2}, {Name: "clientes", Kind: set, Count: 8, Weight: 1}, {Name: "usuarios", Kind: set, Count: 8, Weight: 1}}
	row := func(id int64) [][]byte {
		return [][]byte{fmt.Appendf(nil, "\x01%d", id), fmt.Appendf(nil, "\x012020-01-01T00:00:%02d.000000", id%60), {0}}
	}
	for pepper, want := range map[string]string{"": goldenItems, "\x01a secret of the product": goldenPepper} {
		key := fingerprint.NewKey([]byte(pepper), "sispetro", []byte("0123456789abcdef"))
		rows, sampler := map[int64][][]byte{}, key.NewSampler(metrics[1])
		for id := int64(1); id <= 100; id++ {
			sampler.Add(row(id))
			if id%5 != 0 { // one of five was deleted
				rows[id] = row(id)
			}
		}
		items := fingerprint.Items{key.Anchors(metrics[0], key.Size(metrics[0], 100), rows), sampler.Item(), {}}
		if got := hex.EncodeToString(items.Encode(metrics)); got != want {
			t.Errorf("pepper %q: %s, want %s", pepper, got, want)
		}
		if got := strings.Trim(fmt.Sprint(key.Probes(metrics[0], 1<<20)), "[]"); pepper == "" && got != goldenProbes {
			t.Errorf("probes %s, want %s", got, goldenProbes)
		}
	}
}
