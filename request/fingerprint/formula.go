package fingerprint

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Formula is a way to tell a column from the key of its row. The formulas are
// what scripts write, the same at every customer; the pace of a business is
// none of them.
type Formula string

// The formulas that are tried.
const (
	NoFormula    Formula = ""     // none gives more than one row
	SameValue    Formula = "same" // the value of other rows
	FollowsKey   Formula = "key"  // the key plus a constant, alone or at the end of a text
	StraightLine Formula = "line" // a constant, and so much more for each key
)

// column is one column of some rows.
type column struct {
	texts   []string
	numbers []float64 // NaN where there is none; nil for a column of texts
	seconds float64   // of one unit, for times; 0 for the others
}

// explained is what a formula makes of one row: rows with the same label are
// given by the same formula with the same constants.
type explained struct {
	formula Formula
	label   string
}

// explanation explains every row of a column.
type explanation []explained

// summary leaves out rows that a formula gives alone: it explains nothing.
func (e explanation) summary() ColumnPrediction {
	rows, groups := map[Formula]int{}, count(e.labels())
	for _, row := range e {
		if groups[row.label] > 1 {
			rows[row.formula]++
		}
	}
	var best ColumnPrediction
	for _, formula := range []Formula{SameValue, FollowsKey, StraightLine} {
		if rows[formula] > best.Rows {
			best = ColumnPrediction{Formula: formula, Rows: rows[formula]}
		}
	}
	return best
}

// offer takes another formula for the rows that it gives together with more
// rows than the one before.
func (e explanation) offer(formula Formula, labels []string) {
	mine, theirs := count(e.labels()), count(labels)
	for i, label := range labels {
		if label != "" && theirs[label] > mine[e[i].label] {
			e[i] = explained{formula, string(formula) + label}
		}
	}
}

func (e explanation) labels() []string {
	labels := make([]string, len(e))
	for i, row := range e {
		labels[i] = row.label
	}
	return labels
}

// explain finds for every row the formula that gives it together with most
// others. Keys are nil when they are no numbers.
func (c column) explain(keys []float64) explanation {
	found := make(explanation, len(c.texts))
	for i, text := range c.texts {
		found[i] = explained{SameValue, string(SameValue) + text}
	}
	if keys == nil {
		return found
	}
	found.offer(FollowsKey, c.follows(keys))
	if c.numbers != nil {
		found.offer(StraightLine, c.lines(keys))
	}
	return found
}

// trailing splits a text before the digits at its end.
var trailing = regexp.MustCompile(`^(.*?)([0-9]{1,15})$`)

// follows gives what remains of each value when its key is taken off.
func (c column) follows(keys []float64) []string {
	labels := make([]string, len(c.texts))
	for i, text := range c.texts {
		if c.seconds > 0 {
			continue
		}
		found := trailing.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		number, _ := strconv.ParseFloat(found[2], 64)
		labels[i] = fmt.Sprintf("%s%+.0f", found[1], number-keys[i])
	}
	return labels
}

// lines marks the rows on straight lines: on one through all of them, or on
// some through neighbours.
func (c column) lines(keys []float64) []string {
	labels := make([]string, len(c.texts))
	var order []int
	for i := range keys {
		if !math.IsNaN(c.numbers[i]) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(c.numbers[a], c.numbers[b]))
	})
	if on := c.through(keys, order); 8*len(on) >= 7*len(order) && len(on) > 3 {
		mark(labels, on, "all")
		return labels
	}
	// The days of a business with a steady pace lie near a line for a while.
	for number := 0; number < maxLines && c.seconds < day; number++ {
		on := c.longest(keys, order)
		if len(on) < 4 || !isHeavy(len(on), len(keys)) {
			break
		}
		mark(labels, on, strconv.Itoa(number))
		order = slices.DeleteFunc(order, func(i int) bool { return slices.Contains(on, i) })
	}
	return labels
}

// maxLines bounds the lines that are looked for in one column.
const maxLines = 4

const day = 86400

func mark(labels []string, rows []int, label string) {
	for _, i := range rows {
		labels[i] = label
	}
}

// through returns the rows on the line of least squares, or so near to it as
// rounding leaves them.
func (c column) through(keys []float64, order []int) (on []int) {
	if len(order) == 0 {
		return nil
	}
	var meanKey, meanNumber, square, product float64
	first := c.numbers[order[0]] // taken off, so that no digits are lost
	for _, i := range order {
		meanKey += keys[i] / float64(len(order))
		meanNumber += (c.numbers[i] - first) / float64(len(order))
	}
	for _, i := range order {
		x := keys[i] - meanKey
		square, product = square+x*x, product+x*(c.numbers[i]-first-meanNumber)
	}
	if square == 0 || product == 0 {
		return nil
	}
	for _, i := range order {
		if math.Abs(c.numbers[i]-first-meanNumber-product/square*(keys[i]-meanKey)) <= 0.6 {
			on = append(on, i)
		}
	}
	return on
}

// longest returns the rows on the line through two neighbours that holds most.
func (c column) longest(keys []float64, order []int) (best []int) {
	for n := 1; n < len(order); n++ {
		one, two := order[n-1], order[n]
		slope := (c.numbers[two] - c.numbers[one]) / (keys[two] - keys[one])
		if keys[one] == keys[two] || slope == 0 {
			continue
		}
		var on []int
		for _, i := range order {
			if math.Abs(c.numbers[i]-c.numbers[one]-slope*(keys[i]-keys[one])) <= 0.5 {
				on = append(on, i)
			}
		}
		if len(on) > len(best) {
			best = on
		}
	}
	return best
}

// split separates keys from columns. Keys that are no numbers are a column of
// their own, unless they are texts or UUIDs that count.
func split(rows [][][]byte) (keys []float64, columns []column) {
	if len(rows) == 0 {
		return nil, nil
	}
	for number := range rows[0] {
		values := make([]string, len(rows))
		for i, row := range rows {
			values[i] = string(row[number])
		}
		if number == 0 {
			if keys = counting(values); keys != nil {
				continue
			}
		}
		columns = append(columns, newColumn(values))
	}
	return keys, columns
}

// null is how a canonical value writes NULL.
const null = "\x00"

// newColumn finds out what a column holds: times, days, numbers, or texts.
// Times are counted in the coarsest unit that loses nothing.
func newColumn(values []string) column {
	made := column{texts: make([]string, len(values))}
	for i, value := range values {
		made.texts[i] = strings.TrimPrefix(value, "\x01")
	}
	if made.numbers = readAll(made.texts, readInstant); made.numbers != nil {
		made.seconds = 1e-6
		made.coarsen(1e6)
		made.coarsen(day)
	} else if made.numbers = readAll(made.texts, readDay); made.numbers != nil {
		made.seconds = day
	} else {
		made.numbers = readAll(made.texts, readNumber)
	}
	return made
}

// coarsen takes a larger unit if every number is a multiple of it.
func (c *column) coarsen(units float64) {
	if slices.ContainsFunc(c.numbers, func(number float64) bool { return math.Mod(number, units) != 0 && !math.IsNaN(number) }) {
		return
	}
	for i := range c.numbers {
		c.numbers[i] /= units
	}
	c.seconds *= units
}

// readAll reads every value but NULL, or returns nil.
func readAll(texts []string, read func(string) (float64, bool)) []float64 {
	numbers, some := make([]float64, len(texts)), false
	for i, text := range texts {
		if numbers[i] = math.NaN(); text == null {
			continue
		}
		number, ok := read(text)
		if !ok {
			return nil
		}
		numbers[i], some = number, true
	}
	if !some {
		return nil
	}
	return numbers
}

func readInstant(text string) (float64, bool) {
	instant, err := time.Parse("2006-01-02T15:04:05.000000", text)
	return float64(instant.UnixMicro()), err == nil
}

func readDay(text string) (float64, bool) {
	instant, err := time.Parse(time.DateOnly, text)
	return float64(instant.Unix() / day), err == nil
}

// readNumber reads what a float64 holds exactly.
func readNumber(text string) (float64, bool) {
	number, err := strconv.ParseInt(text, 10, 64)
	return float64(number), err == nil && number > -1<<53 && number < 1<<53
}

// counting returns the numbers of keys that count: integers, or texts and
// UUIDs with one beginning and, behind it, numbers that lie close together.
func counting(values []string) []float64 {
	made := newColumn(values)
	if made.seconds == 0 && made.numbers != nil {
		return complete(made.numbers)
	}
	base := 10
	ends := make([][]string, len(values))
	for i, text := range made.texts {
		if raw, err := hex.DecodeString(text); err == nil && len(raw) == 16 {
			base, ends[i] = 16, []string{text, text[:20], text[20:]}
		} else if ends[i] = trailing.FindStringSubmatch(text); ends[i] == nil || base == 16 {
			return nil
		}
	}
	return closeTogether(ends, base)
}

func complete(numbers []float64) []float64 {
	if slices.ContainsFunc(numbers, math.IsNaN) {
		return nil
	}
	return numbers
}

// closeTogether reads the ends of texts with one beginning. Of the numbers
// between the lowest and the highest at least one in a thousand is there: of
// random ones, whole sixteenths of a UUID apart, there would be far fewer.
func closeTogether(ends [][]string, base int) []float64 {
	numbers := make([]float64, len(ends))
	lowest, highest := math.Inf(1), math.Inf(-1)
	for i, end := range ends {
		number, err := strconv.ParseInt(end[2], base, 64)
		if err != nil || end[1] != ends[0][1] {
			return nil
		}
		numbers[i] = float64(number)
		lowest, highest = min(lowest, numbers[i]), max(highest, numbers[i])
	}
	if highest-lowest > 1000*float64(len(ends)) {
		return nil
	}
	return numbers
}
