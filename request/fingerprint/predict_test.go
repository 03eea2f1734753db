package fingerprint_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/request/fingerprint"
)

// canonical writes values as package queries does.
func canonical(values ...any) [][]byte {
	row := make([][]byte, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case nil:
			row[i] = []byte{0}
		case time.Time:
			row[i] = append([]byte{1}, value.Format("2006-01-02T15:04:05.000000")...)
		default:
			row[i] = append([]byte{1}, fmt.Sprint(value)...)
		}
	}
	return row
}

func onDay(instant time.Time) string { return instant.Format(time.DateOnly) }

// usable is what is left of an anchors metric, as package queries leaves it.
func usable(prediction fingerprint.Prediction) int {
	if prediction.Weak() {
		return 0
	}
	return len(prediction.Predicted) - prediction.Count()
}

// table is the history of a table: the instant of each row, the first at 0.
type history func(random *rand.Rand, rows int) []time.Time

var begun = time.Date(2021, 3, 15, 8, 11, 7, 0, time.UTC)

// business spreads rows over days, in working hours, with weekends, growth
// and noise.
func business(days int, quantum time.Duration) history {
	return func(random *rand.Rand, rows int) []time.Time {
		growth := random.Float64() * 1.5
		weights, all := make([]float64, days), 0.0
		for i := range weights {
			weights[i] = (1 + growth*float64(i)/365) * (0.7 + 0.6*random.Float64())
			if i%7 >= 5 {
				weights[i] *= 0.1
			}
			all += weights[i]
		}
		var list []time.Time
		day, sum := 0, weights[0]
		for i := range rows {
			for sum < all*float64(i)/float64(rows) {
				day++
				sum += weights[day]
			}
			list = append(list, begun.Add(time.Duration(24*day)*time.Hour+time.Duration(random.Int64N(int64(9*time.Hour)))))
		}
		for i := 1; i < len(list); i++ { // the rows of a day in their order
			if list[i].Before(list[i-1]) {
				list[i] = list[i-1].Add(time.Duration(random.Int64N(int64(20 * time.Second))))
			}
		}
		for i := range list {
			list[i] = list[i].Truncate(quantum)
		}
		return list
	}
}

// bursts gives so many rows in a row the same second.
func bursts(size int, of history) history {
	return func(random *rand.Rand, rows int) []time.Time {
		list := of(random, rows)
		for i := 0; i < rows; {
			n := 1 + random.IntN(2*size)
			for j := i; j < min(i+n, rows); j++ {
				list[j] = list[i]
			}
			i += n
		}
		return list
	}
}

// imported gives the first rows the time of an import that took so long, at a
// pace that changes by a tenth every hundred rows, or of one instant. An
// import of all rows within minutes is a migration, and may be predicted.
func imported(share float64, took time.Duration, of history) history {
	return func(random *rand.Rand, rows int) []time.Time {
		list := of(random, rows)
		first := int(share * float64(rows))
		at, pace := begun.Add(-24*time.Hour), float64(took)/float64(max(1, first))
		for i := range first {
			if i%100 == 0 {
				pace *= 0.9 + 0.2*random.Float64()
			}
			at = at.Add(time.Duration(pace * (0.5 + random.Float64())))
			list[i] = at.Truncate(time.Second)
		}
		return list
	}
}

// probe takes the rows that anchors of a table would.
func probe(random *rand.Rand, list []time.Time, count int, row func(id int64, when time.Time) [][]byte) (rows [][][]byte) {
	key := keyOf(strconv.FormatUint(random.Uint64(), 36))
	metric := fingerprint.Metric{Name: "m", Kind: anchors, Count: count, Weight: 1}
	for _, id := range probesOf(key, metric, int64(len(list))) {
		if id <= int64(len(list)) {
			rows = append(rows, row(id, list[id-1]))
		}
	}
	return rows
}

func probesOf(key fingerprint.Key, metric fingerprint.Metric, highest int64) []int64 {
	return key.Probes(metric, key.Span(metric, key.Size(metric, highest)))
}

func secondsRow(id int64, when time.Time) [][]byte { return canonical(id, when) }
func dayRow(id int64, when time.Time) [][]byte     { return canonical(id, onDay(when)) }
func midnightRow(id int64, when time.Time) [][]byte {
	return canonical(id, when.Truncate(24*time.Hour))
}

// Honest tables are not refused. How many of 64 rows are left is logged.
func TestHonestTablesAreNotPredicted(t *testing.T) {
	trials := 20
	if testing.Short() {
		trials = 5
	}
	for _, test := range []struct {
		name string
		of   history
		row  func(int64, time.Time) [][]byte
		left int // rows that are left at least, of about 64
	}{
		{"to the second, 5 years", business(1800, time.Second), secondsRow, 60},
		{"to the microsecond", business(400, time.Microsecond), secondsRow, 60},
		{"to the minute, a year", business(365, time.Minute), secondsRow, 56},
		{"a month old", business(30, time.Second), secondsRow, 56},
		{"bursts of rows in a second", bursts(5, business(1800, time.Second)), secondsRow, 30},
		{"large bursts", bursts(8, business(1800, time.Second)), secondsRow, 20},
		{"all imported within an hour", imported(1, time.Hour, business(1000, time.Second)), secondsRow, 8},
		{"a third imported in one instant", imported(0.33, 0, business(1000, time.Second)), secondsRow, 20},
		{"a third imported in a minute", imported(0.33, time.Minute, business(1000, time.Second)), secondsRow, 20},
		{"dates without time, 10 years", business(3650, time.Second), dayRow, 50},
		{"dates without time, 3 years", business(1000, time.Second), dayRow, 50},
		{"dates without time, a year", business(365, time.Second), dayRow, 40},
		{"dates without time, 90 days", business(90, time.Second), dayRow, 30},
		{"times that are midnight, 2 years", business(730, time.Second), midnightRow, 40},
	} {
		least := 1 << 20
		for _, size := range []int{300, 1000, 4000, 20_000} {
			for trial := range trials {
				random := rand.New(rand.NewPCG(uint64(size), uint64(trial)))
				prediction := fingerprint.Predict(probe(random, test.of(random, size), 64, test.row))
				if least = min(least, usable(prediction)); usable(prediction) < test.left {
					t.Errorf("%s, %d rows: %d of %d left, %.1f bits, %v", test.name, size, usable(prediction), len(prediction.Predicted), prediction.Bits(), prediction.Columns)
				}
			}
		}
		t.Logf("%-36s at least %d rows left", test.name, least)
	}
}

// predicted is what a script writes, the same at every customer.
var predictable = map[string]func(id int64) [][]byte{
	"one instant":            func(id int64) [][]byte { return canonical(id, begun) },
	"two instants":           func(id int64) [][]byte { return canonical(id, begun.Add(time.Duration(id%2)*time.Hour)) },
	"one day":                func(id int64) [][]byte { return canonical(id, onDay(begun)) },
	"NULL":                   func(id int64) [][]byte { return canonical(id, nil) },
	"nothing beside the key": func(id int64) [][]byte { return canonical(id) },
	"the key":                func(id int64) [][]byte { return canonical(id, id) },
	"the key and a constant": func(id int64) [][]byte { return canonical(id, 100000+id, "x") },
	"the key in a text":      func(id int64) [][]byte { return canonical(id, fmt.Sprintf("NF-2026-%06d", id)) },
	"three times the key":    func(id int64) [][]byte { return canonical(id, 3*id+7) },
	"a tenth of the key":     func(id int64) [][]byte { return canonical(id, id/10) },
	"an hour for each key":   func(id int64) [][]byte { return canonical(id, begun.Add(time.Duration(id)*3601*time.Second)) },
	"microseconds":           func(id int64) [][]byte { return canonical(id, begun.Add(time.Duration(id)*1234567*time.Microsecond)) },
	"a day for ten keys":     func(id int64) [][]byte { return canonical(id, onDay(begun.AddDate(0, 0, int(id/10)))) },
	"a line, another after it": func(id int64) [][]byte {
		return canonical(id, begun.Add(time.Duration(id*37+max(0, id-400)*11)*time.Second))
	},
	"a state":                  func(id int64) [][]byte { return canonical(id, "ABC"[int(id*id)%3:][:1]) },
	"a state and a flag":       func(id int64) [][]byte { return canonical(id, id*id%7, id%2 == 0) },
	"a text of a list":         func(id int64) [][]byte { return canonical(id, fmt.Sprint("city ", id*id*31%19, "x")) },
	"keys of texts that count": func(id int64) [][]byte { return canonical(fmt.Sprintf("usuario%d", id), begun) },
	"UUIDs that count":         func(id int64) [][]byte { return canonical(fmt.Sprintf("%032x", id), begun) },
}

func TestScriptsArePredicted(t *testing.T) {
	for name, row := range predictable {
		for _, count := range []int{8, 16, 64, 250} {
			if count == 8 && (name == "a tenth of the key" || name == "a state and a flag" || name == "a day for ten keys" || name == "a text of a list") || count == 16 && name == "a text of a list" {
				continue // eight rows do not show it
			}
			random := rand.New(rand.NewPCG(7, uint64(count)))
			prediction := fingerprint.Predict(probe(random, make([]time.Time, 1024), count, func(id int64, _ time.Time) [][]byte { return row(id) }))
			if usable(prediction) >= 8 {
				t.Errorf("%s, %d rows: %d left, %.1f bits, %d of %d pairs alike, %v", name, count, usable(prediction), prediction.Bits(), prediction.Alike, prediction.Pairs, prediction.Columns)
			}
		}
	}
}

func TestPredictionInNumbers(t *testing.T) {
	if prediction := fingerprint.Predict(nil); prediction.Count() != 0 || prediction.Bits() != 0 || prediction.Weak() {
		t.Errorf("no rows: %+v", prediction)
	}
	var rows [][][]byte
	for id := range int64(64) {
		rows = append(rows, canonical(id, (id*id*7919+id*31)%100, nil))
	}
	prediction := fingerprint.Predict(rows)
	if !prediction.Weak() || prediction.Bits() > 7.5 || prediction.Bits() < 4 {
		t.Errorf("a hundred values: %.1f bits, weak %v, %d of %d pairs alike", prediction.Bits(), prediction.Weak(), prediction.Alike, prediction.Pairs)
	}
	if got := fmt.Sprint(prediction.Columns[1]); got != "{same 64}" {
		t.Errorf("NULL: %s", got)
	}
	rows = nil
	for id := range int64(64) { // a quarter of the rows of one instant
		when := begun
		if id%4 != 0 {
			when = begun.Add(time.Duration(id*id*id*7919%100_000_007) * time.Second)
		}
		rows = append(rows, canonical(id, when))
	}
	prediction = fingerprint.Predict(rows)
	if prediction.Count() != 16 || !prediction.Predicted[0] || prediction.Predicted[1] || prediction.Weak() || prediction.Alike != 0 {
		t.Errorf("a quarter: %d predicted, %+v", prediction.Count(), prediction.Columns)
	}
}

// The order of the rows does not matter: engines give them in any.
func TestPredictionDoesNotDependOnTheOrder(t *testing.T) {
	for name, row := range predictable {
		var rows, turned [][][]byte
		for id := range int64(100) {
			made := row(id)
			if id%3 == 0 {
				made = canonical(append([]any{id}, make([]any, len(made)-1)...)...)
				for i := range made[1:] {
					made[1+i] = canonical(strconv.FormatUint(rand.New(rand.NewPCG(1, uint64(id))).Uint64(), 36))[0]
				}
			}
			rows = append(rows, made)
		}
		order := rand.New(rand.NewPCG(3, 3)).Perm(len(rows))
		for _, at := range order {
			turned = append(turned, rows[at])
		}
		one, two := fingerprint.Predict(rows), fingerprint.Predict(turned)
		for i, at := range order {
			if two.Predicted[i] != one.Predicted[at] {
				t.Errorf("%s: row %d", name, at)
			}
		}
		if one.Alike != two.Alike || one.Pairs != two.Pairs {
			t.Errorf("%s: %d of %d, %d of %d", name, one.Alike, one.Pairs, two.Alike, two.Pairs)
		}
	}
}

// A sampler that finds the exponent keeps up to 256 rows for a prediction, and
// leaves out of its sample what it is told to.
func TestSamplerLeavesRowsOut(t *testing.T) {
	metric := fingerprint.Metric{Name: "people", Kind: set, Count: 8, Weight: 1}
	key := keyOf("salt")
	fill := func(rows int64) *fingerprint.Sampler {
		sampler := key.NewSampler(metric)
		for id := range rows {
			sampler.Add(rowOf(1, id))
		}
		return sampler
	}
	for rows, most := range map[int64]int{0: 0, 5: 5, 200: 200, 5000: 256} {
		if got := len(fill(rows).Rows()); got > most || rows > 200 && got < 64 {
			t.Errorf("%d rows: %d kept", rows, got)
		}
	}
	whole, less := fill(200), fill(200)
	out := make([]bool, 200)
	for i := range out {
		out[i] = i%2 == 0
	}
	less.Leave(out)
	one, two := whole.Item(), less.Item()
	if len(two.Values) == 0 || len(two.Values) > 8 || two.Exponent > one.Exponent {
		t.Errorf("%+v, %+v", one, two)
	}
	again := key.NewSamplerAt(metric, two.Exponent)
	for id := range int64(200) {
		again.Add(rowOf(1, id))
	}
	for _, value := range two.Values {
		found := false
		for _, other := range again.Item().Values {
			found = found || value == other
		}
		if !found {
			t.Errorf("%d is not found again", value)
		}
	}
}

// FuzzPredict holds that a prediction ends, and says something of every row,
// whatever a database holds.
func FuzzPredict(f *testing.F) {
	f.Add("1,2020-01-01T00:00:00.000000;2,x;3,", 2)
	f.Add("a1,1;a2,2;a3,9223372036854775807;;", 2)
	f.Add("00000000000000000000000000000001,1;ffffffffffffffffffffffffffffffff,-1", 2)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 5 || len(text) > 2000 {
			return
		}
		var rows [][][]byte
		for line := range strings.SplitSeq(text, ";") {
			row := make([][]byte, width)
			for i := range row {
				value, rest, _ := strings.Cut(line, ",")
				row[i], line = append([]byte{1}, value...), rest
				if value == "" {
					row[i] = []byte{0}
				}
			}
			rows = append(rows, row)
		}
		prediction := fingerprint.Predict(rows)
		if len(prediction.Predicted) != len(rows) || prediction.Count() > len(rows) || prediction.Alike > prediction.Pairs || math.IsNaN(prediction.Bits()) || prediction.Bits() < 0 {
			t.Errorf("%+v", prediction)
		}
	})
}
