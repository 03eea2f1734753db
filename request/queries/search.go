package queries

import (
	"math"
	"math/bits"
)

// searchStep is one step of a search for the highest key with an index that
// is read from its low end only. Firebird reads a whole table for max(id) or
// ORDER BY id DESC on an ascending primary key; asked for the lowest key from
// some number on, it answers from the index at once.
//
// A search halves the exponent first, then the rest: about 6 + log₂(highest)
// steps, at most 70.
type searchStep struct {
	highestStep       // the highest key that was seen
	beyond      int64 // no key is here or higher
	answered    bool
}

func newSearchStep(base metricStep) *searchStep {
	return &searchStep{highestStep: highestStep{metricStep: base}, beyond: math.MaxInt64}
}

// asked is the number that this step asks from, above the highest key seen.
func (s *searchStep) asked() int64 {
	low, high := bits.Len64(uint64(s.highest)), bits.Len64(uint64(s.beyond))
	if high-low > 1 {
		return 1 << ((low + high - 1) / 2)
	}
	return s.highest + (s.beyond-s.highest)/2
}

func (s *searchStep) query() Query {
	query := s.highestStep.query()
	query.SQL, query.Arguments, query.MayLack = s.dialogue.dialect.atLeast(s.source), []any{s.asked()}, true
	return query
}

func (s *searchStep) row(values []any) error {
	asked := s.asked()
	if s.answered {
		return BadValue.New("more than one row", "metric", s.metric.Name, "column", s.source.Key.Name)
	}
	if err := s.highestStep.row(values); err != nil {
		return err
	}
	if s.answered = true; s.highest < asked {
		return BadValue.New("a lower key than asked for", "metric", s.metric.Name, "column", s.source.Key.Name)
	}
	return nil
}

func (s *searchStep) done() error {
	next := &searchStep{highestStep: s.highestStep, beyond: s.beyond}
	if !s.answered {
		next.beyond = s.asked()
	}
	if next.highest >= next.beyond-1 { // the table may grow meanwhile
		return next.highestStep.done()
	}
	s.dialogue.steps = append([]step{next}, s.dialogue.steps...)
	return nil
}
