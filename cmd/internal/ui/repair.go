package ui

import "github.com/futura/airlicense/keys/signedtext"

// RepairObject says, as JSON, that a file was altered on the way. Its words
// are never translated.
type RepairObject struct {
	Repaired bool           `json:"repaired"` // false: it could be
	Changes  []ChangeObject `json:"changes"`
}

// ChangeObject is one kind of change, as JSON.
type ChangeObject struct {
	What  string `json:"what"`
	Line  int    `json:"line,omitempty"`
	Count int    `json:"count"`
}

// NewRepairObject returns nil when nothing was altered.
func NewRepairObject(repaired bool, changes []signedtext.Change) *RepairObject {
	if len(changes) == 0 {
		return nil
	}
	object := &RepairObject{Repaired: repaired}
	for _, change := range changes {
		object.Changes = append(object.Changes, ChangeObject(change))
	}
	return object
}

// WarnRepaired says that a file was altered on the way and restored, or, to
// a person who did not ask for that, that it could be.
func (s *Session) WarnRepaired(repaired bool, file string, changes []signedtext.Change) {
	switch {
	case len(changes) == 0:
	case repaired:
		s.Warn(signedtext.Repaired.New("altered on the way and restored", "file", file, "changes", signedtext.Whats(changes)))
	default:
		s.Warn(signedtext.Repairable.New("altered on the way", "file", file, "changes", signedtext.Whats(changes)))
	}
}

// PrintChanges prints what was altered, one kind a line.
func (s *Session) PrintChanges(changes []signedtext.Change) {
	if len(changes) == 0 {
		return
	}
	s.Line("repair-head")
	for _, change := range changes {
		what := s.catalogue.Word(change.What)
		if change.Line == 0 {
			s.Line("repair-change", "what", what)
		} else {
			s.Line("repair-change-line", "what", what, "line", change.Line, "count", change.Count)
		}
	}
}
