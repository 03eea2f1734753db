package fingerprint

import "math"

// MinBits is what a row must hold beyond its key, in bits, to tell two
// databases apart: as much as an item of an anchor.
const MinBits = 8

// Prediction says how well rows can be told from their keys alone.
type Prediction struct {
	Predicted []bool             // of each row: formulas give all of it
	Columns   []ColumnPrediction // beside the key
	Pairs     int                // of rows that are not predicted
	Alike     int                // of these pairs: nothing tells the two rows apart but their keys
	instants  float64            // bits of an instant that may lie anywhere in ten years; 0 without times
}

// ColumnPrediction is the formula that gives most rows of a column, and how
// many of them.
type ColumnPrediction struct {
	Formula Formula
	Rows    int
}

// Predict tries to tell rows from their keys. A row is the list of its
// canonical values, the key first; rows may come in any order.
//
// A row is predicted when formulas give all its columns, and the same ones
// give at least a sixteenth of all rows. Such rows were written by a script,
// which may have run at every customer. Bits estimates what the others hold.
func Predict(rows [][][]byte) Prediction {
	keys, columns := split(rows)
	prediction := Prediction{Predicted: make([]bool, len(rows))}
	labels := make([]string, len(rows))
	for _, column := range columns {
		found := column.explain(keys)
		prediction.Columns = append(prediction.Columns, found.summary())
		for i, row := range found {
			labels[i] += row.label + "\x00"
		}
	}
	groups := count(labels)
	for i, label := range labels {
		prediction.Predicted[i] = isHeavy(groups[label], len(rows))
		if !prediction.Predicted[i] {
			prediction.Pairs++
			prediction.Alike += groups[label] - 1
		}
	}
	prediction.Pairs, prediction.Alike = prediction.Pairs*(prediction.Pairs-1)/2, prediction.Alike/2
	prediction.instants = instants(columns)
	return prediction
}

// isHeavy reports whether a formula that gives so many of all rows predicts
// them: another row among sixteen.
func isHeavy(rows, all int) bool { return rows > 1 && 16*(rows-1) >= all-1 }

// Count returns the number of rows that are predicted.
func (p Prediction) Count() int {
	count := 0
	for _, predicted := range p.Predicted {
		if predicted {
			count++
		}
	}
	return count
}

// Bits estimates what a row that is not predicted holds beyond its key: the
// binary logarithm of one over the chance that two such rows are alike, which
// is Rényi's entropy of order 2. Where none are alike it is what so many rows
// can show, and the truth is more.
func (p Prediction) Bits() float64 { return p.bits(float64(p.Alike)) }

// bits counts instants double: whoever has the table sees how close together
// its rows were written, whoever has only the keys does not know when. So a
// single instant is worth nothing, and sixteen are worth eight bits.
func (p Prediction) bits(alike float64) float64 {
	if p.Pairs == 0 {
		return 0
	}
	own := math.Log2(float64(p.Pairs) / max(1, alike))
	return max(own, min(2*own, p.instants))
}

// Weak reports whether the rows that are not predicted surely hold less than
// MinBits. Two standard deviations of the pairs alike are forgiven, so that no
// honest table is refused for coincidences.
func (p Prediction) Weak() bool {
	alike := float64(p.Alike) - 2*math.Sqrt(float64(p.Alike))
	return alike > 1 && p.bits(alike) < MinBits
}

// decade is the time, in seconds, in which a row may have been written for all
// that its key tells.
const decade = 10 * 365 * day

func instants(columns []column) float64 {
	best := 0.0
	for _, column := range columns {
		if column.seconds > 0 {
			best = max(best, math.Log2(decade/column.seconds))
		}
	}
	return best
}

func count(labels []string) map[string]int {
	groups := map[string]int{}
	for _, label := range labels {
		groups[label]++
	}
	return groups
}
