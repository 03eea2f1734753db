// Package wire lets another program run our queries: the licensed server, on
// its own connection, with its own user, on a database system that we need
// not know. Both sides write one JSON object a line; docs/dialogue.md is the
// specification.
//
//	us                                 the other program
//	hello: protocol, databases    ──▶
//	                              ◀──  hello: protocol, databases and their dialects
//	query: id, SQL, arguments     ──▶
//	                              ◀──  row: id, values            (any number)
//	                              ◀──  done: id, number of rows   (or error: id, class)
//	…
//	end: what came of it          ──▶
//
// What is not exactly a message, comes out of turn, too long, too late or too
// often ends the dialogue with an error: from then on nothing counts as
// measured. A wrong value, or rows that cannot be the answer, leave out their
// metric only. Neither can make a database look like another one.
//
// The package reads and writes what it is given and nothing else. It starts
// one goroutine a Partner, which reads.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
)

// Codes of this package's errors.
const (
	Garbled   = fault.Code("FL-420") // a line that is no message, or comes out of turn
	Ended     = fault.Code("FL-421") // the other program stopped writing
	TooMuch   = fault.Code("FL-422") // a line too long, or rows without end
	Silent    = fault.Code("FL-423") // no answer in time
	NotSpoken = fault.Code("FL-424") // nobody answers for this database
	WrongForm = fault.Code("FL-494") // a value that is not written as its kind
)

// Protocol is the version of the messages.
const Protocol = 1

// Limits of a dialogue.
const (
	// MaxLine bounds a line, in bytes: a value has at most 64 kB.
	MaxLine = 1 << 20
	// AnswerLimit is how long the answer to one query may take, all its rows
	// included.
	AnswerLimit = 30 * time.Second
)

// Partner is the other program. It is not safe for several goroutines.
type Partner struct {
	// Version is the running version, if the other program tells it.
	Version string

	out      io.Writer
	lines    chan line
	stop     chan struct{}
	number   int // of the line read last
	asked    int64
	dialects map[string]queries.Dialect
	names    []string
	err      error // what ended the dialogue
}

// New returns a partner whose messages come from in and who listens at out.
func New(in io.Reader, out io.Writer) *Partner {
	partner := &Partner{out: out, lines: make(chan line), stop: make(chan struct{}), dialects: map[string]queries.Dialect{}}
	go read(in, partner.lines, partner.stop)
	return partner
}

// hello is our first message.
type hello struct {
	Message   string   `json:"message"`
	Protocol  int      `json:"protocol"`
	Program   string   `json:"program"`
	Command   string   `json:"command"`
	Databases []string `json:"databases"`
}

// Greet tells what the dialogue is for and which databases have to do with
// it, and learns which of them the other program answers for.
func (p *Partner) Greet(ctx context.Context, program, command string, databases []string) error {
	ctx, cancel := context.WithTimeout(ctx, AnswerLimit)
	defer cancel()
	if databases == nil {
		databases = []string{}
	}
	if err := p.write(hello{"hello", Protocol, program, command, databases}); err != nil {
		return err
	}
	answered, err := p.next(ctx)
	if err != nil {
		return err
	}
	if answered.Message != "hello" {
		return p.fail(garbled("not the message that is due"))
	}
	return p.meet(answered)
}

// meet takes the hello of the other program.
func (p *Partner) meet(answered *answer) error {
	if answered.Protocol != Protocol {
		return p.fail(garbled("another protocol"))
	}
	p.Version = answered.Version
	for _, database := range answered.Databases {
		dialect := queries.Dialect{Engine: database.Engine, Quote: database.Quote, Placeholder: database.Placeholder, Limit: database.Limit}
		if err := dialect.Check(); err != nil {
			return p.fail(err)
		}
		if _, twice := p.dialects[database.Name]; twice || database.Name == "" || len(p.names) == request.MaxDatabases {
			return p.fail(garbled("databases"))
		}
		p.dialects[database.Name] = dialect
		p.names = append(p.names, database.Name)
	}
	return nil
}

// Databases returns the names of the databases that the other program
// answers for, in its order.
func (p *Partner) Databases() []string { return p.names }

// Speaks reports whether the other program answers for a database.
func (p *Partner) Speaks(database string) bool {
	_, found := p.dialects[database]
	return found
}

// Run runs a dialogue to its end on a database that the other program
// answers for. As with database.Run, an error means that nothing of it
// counts; what could not be measured otherwise is among the dialogue's
// problems.
func (p *Partner) Run(ctx context.Context, database string, dialogue *queries.Dialogue) error {
	if err := p.ready(database); err != nil {
		return err
	}
	if err := dialogue.Speak(p.dialects[database]); err != nil {
		return err
	}
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		rows, err := p.ask(ctx, database, query, dialogue.Row)
		if err == nil && rows == 0 && !query.MayLack {
			err = queries.WrongRows.New("no row", "metric", query.Metric, "reason", "no row")
		}
		dialogue.Done(err)
		if p.err != nil || errors.Is(err, queries.Unreachable) {
			return err
		}
	}
	return nil
}

// Running asks for the running version where the profile says that a
// database tells it. It is empty when the profile does not say, or when there
// is not exactly one.
func (p *Partner) Running(ctx context.Context, database string, profile *request.Profile) (string, error) {
	if err := p.ready(database); err != nil {
		return "", err
	}
	query, told := queries.RunningIn(profile, p.dialects[database])
	if !told {
		return "", nil
	}
	text, err := p.Value(ctx, database, query)
	if errors.Is(err, queries.NoValue) {
		return "", nil
	}
	return text, err
}

// Engine returns the name of the engine that the other program gives a
// database.
func (p *Partner) Engine(database string) string { return p.dialects[database].Engine }

// Value asks for the answer to a query that gives one row with one value, as
// text. As with database.Value, anything else is an error.
func (p *Partner) Value(ctx context.Context, database string, query queries.Query) (string, error) {
	if err := p.ready(database); err != nil {
		return "", err
	}
	query.Columns, query.Limit = []request.ColumnKind{request.TextColumn}, 2
	var found any
	rows, err := p.ask(ctx, database, query, func(values []any) error {
		found = values[0]
		return nil
	})
	value, isText := found.(string)
	switch {
	case err != nil:
		return "", err
	case rows != 1:
		return "", queries.NoValue.New("the query does not give one value", "reason", map[bool]string{true: "no row", false: "several rows"}[rows == 0])
	case !isText:
		return "", queries.NoValue.New("the query does not give one value", "reason", "no value")
	}
	return strings.TrimRight(value, " "), nil
}

func (p *Partner) ready(database string) error {
	if p.err == nil && !p.Speaks(database) {
		return NotSpoken.New("nobody answers for this database", "database", database)
	}
	return p.err
}

// question is our message that asks.
type question struct {
	Message   string               `json:"message"`
	ID        int64                `json:"id"`
	Database  string               `json:"database"`
	Metric    string               `json:"metric,omitempty"`
	SQL       string               `json:"sql"`
	Arguments []argument           `json:"arguments"`
	Columns   []request.ColumnKind `json:"columns"`
	Limit     int                  `json:"limit"`
}

// ask asks one query and returns how many rows came. The first error of each
// is the query's: the rest of its rows are read, and nothing done with them.
func (p *Partner) ask(ctx context.Context, database string, query queries.Query, each func([]any) error) (rows int, err error) {
	ctx, cancel := context.WithTimeout(ctx, AnswerLimit)
	defer cancel()
	p.asked++
	arguments, err := writeArguments(query.Arguments)
	if err != nil {
		return 0, err
	}
	err = p.write(question{"query", p.asked, database, query.Metric, query.SQL, arguments, query.Columns, query.Limit})
	if err != nil {
		return 0, err
	}
	var refused error
	for {
		answered, err := p.nextOf(ctx, p.asked)
		switch {
		case err != nil:
			return rows, err
		case answered.Message == "error":
			return rows, classes[answered.Class].New("the other program could not run the query", "metric", query.Metric)
		case answered.Message == "done":
			return rows, firstOf(refused, count(query, rows, *answered.Rows))
		}
		if rows++; rows > query.Limit {
			return rows, p.fail(TooMuch.New("more rows than asked for", "limit", query.Limit, "reason", "rows"))
		}
		if refused == nil {
			refused = take(query, answered.Values, each)
		}
	}
}

// count holds the number of rows that came to the number that was sent.
func count(query queries.Query, came int, sent int64) error {
	if int64(came) == sent {
		return nil
	}
	return queries.WrongRows.New("rows are missing", "metric", query.Metric, "reason", "number of rows")
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func take(query queries.Query, written []json.RawMessage, each func([]any) error) error {
	values, err := readValues(query.Columns, written)
	if err != nil {
		return fault.With(err, "metric", query.Metric)
	}
	return each(values)
}

// nextOf returns the next message, which must answer the query of this id.
func (p *Partner) nextOf(ctx context.Context, id int64) (*answer, error) {
	answered, err := p.next(ctx)
	switch {
	case err != nil:
		return nil, err
	case answered.Message == "hello":
		return nil, p.fail(garbled("not the message that is due"))
	case answered.ID != id:
		return nil, p.fail(garbled("another id"))
	}
	return answered, nil
}

// next returns the next message.
func (p *Partner) next(ctx context.Context) (*answer, error) {
	select {
	case <-ctx.Done():
		return nil, p.fail(Silent.Wrap(ctx.Err(), "no answer in time", "seconds", int(AnswerLimit/time.Second)))
	case line := <-p.lines:
		p.number++
		if line.err != nil {
			return nil, p.fail(line.err)
		}
		answered, err := parse(line.text)
		if err != nil {
			return nil, p.fail(err)
		}
		return answered, nil
	}
}

// fail ends the dialogue. The error tells the line that was read last.
func (p *Partner) fail(err error) error {
	p.err = fault.With(err, "line", p.number)
	return p.err
}

// last is our last message. What it tells depends on the command.
type last struct {
	Message string `json:"message"`
	Command string `json:"command"`
	Status  int    `json:"status"`
}

// End tells the other program what came of the command, as the last message:
// the exit status that follows, and the keys of an object. It works after an
// error too. What is written is one line.
func (p *Partner) End(command string, status int, object map[string]any) error {
	close(p.stop)
	head, err := encode(last{"end", command, status})
	if err != nil {
		return err
	}
	text, err := encode(object)
	if err != nil {
		return err
	}
	if len(object) > 0 { // one object of both
		text = slices.Concat(bytes.TrimSuffix(head, []byte("}\n")), []byte(","), text[1:])
	} else {
		text = head
	}
	if _, err := p.out.Write(text); err != nil {
		return Ended.Wrap(err, "the other program does not listen any more")
	}
	return nil
}

func (p *Partner) write(message any) error {
	text, err := encode(message)
	if err == nil {
		_, err = p.out.Write(text)
	}
	if err != nil {
		return p.fail(Ended.Wrap(err, "the other program does not listen any more"))
	}
	return nil
}

// encode writes one message as a line.
func encode(message any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // < and > stand in SQL
	err := encoder.Encode(message)
	return text.Bytes(), err
}
