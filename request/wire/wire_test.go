package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// draft has columns of every kind.
const draft = requesttest.Head + `[running]
table = "parametro"
column = "versao"
[pepper]
table = "semente"
column = "segredo"
[[metric]]
name = "pedidos"
kind = "anchors"
table = "pedido"
key = "id:integer"
columns = "criado:timestamp marca:text numero:integer"
count = 16
weight = 1
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "guid:uuid"
columns = "nascido:date foto:bytes nome:text"
count = 8
weight = 1
`

var salt = bytes.Repeat([]byte{7}, request.SaltSize)

func asked(query queries.Query) string {
	switch {
	case query.Metric == "":
		return "place"
	case strings.Contains(query.SQL, "ORDER BY"):
		return "highest"
	case len(query.Arguments) > 0:
		return "anchors"
	}
	return "set"
}

// rows answers as a driver would; another seed makes another database.
func rows(seed int64, query queries.Query) (list [][]any) {
	switch asked(query) {
	case "place":
		return [][]any{{[]byte("a random secret of the product")}}
	case "highest":
		return [][]any{{int64(5000)}}
	case "anchors":
		for _, argument := range query.Arguments {
			id := argument.(int64)
			list = append(list, []any{id, time.UnixMicro(seed*1e13 - id*86_400_123_457).UTC(), fmt.Sprintf("São João %d-%d  ", seed, id), seed*id - 1<<60})
		}
	default:
		for id := range int64(100) {
			list = append(list, []any{fmt.Sprintf("%08x-0000-4000-8000-%012x", seed, id), time.Unix(seed*1e6-id*86400*300, 0).UTC(), []byte{0, 255, byte(id), byte(seed)}, nil})
		}
	}
	return list
}

// speaker is the other program: it answers as docs/dialogue.md wants it.
type speaker struct {
	seed   int64
	hello  string
	answer func(speaker *speaker, asked question) []string // nil: honest
	said   []string
}

const honestHello = `{"message":"hello","protocol":1,"databases":[{"name":"producao","engine":"sqlite"}]}`

func (s *speaker) write(kind request.ColumnKind, value any) any {
	switch value := value.(type) {
	case int64:
		return writeInteger(value)
	case []byte:
		return bytesMark + base64.StdEncoding.EncodeToString(value)
	case time.Time:
		if kind == request.DateColumn {
			return value.Format(time.DateOnly)
		}
		return value.Format("2006-01-02T15:04:05.999999")
	}
	return value
}

func line1(message map[string]any) string {
	text, _ := json.Marshal(message)
	return string(text)
}

func (s *speaker) honest(asked question) (lines []string) {
	query := queries.Query{Metric: asked.Metric, SQL: asked.SQL}
	for _, argument := range asked.Arguments {
		query.Arguments = append(query.Arguments, int64(argument.Value.(float64)))
	}
	list := rows(s.seed, query)
	for _, row := range list {
		for i := range row {
			row[i] = s.write(asked.Columns[i], row[i])
		}
		lines = append(lines, line1(map[string]any{"message": "row", "id": asked.ID, "values": row}))
	}
	return append(lines, line1(map[string]any{"message": "done", "id": asked.ID, "rows": len(list)}))
}

// serve answers until nobody asks any more.
func (s *speaker) serve(in io.Writer, out io.Reader) {
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		var asked question
		if json.Unmarshal(scanner.Bytes(), &asked) != nil || asked.Message == "end" {
			return
		}
		lines := []string{s.hello}
		if asked.Message == "query" && s.answer != nil {
			lines = s.answer(s, asked)
		} else if asked.Message == "query" {
			lines = s.honest(asked)
		}
		for _, line := range lines {
			s.said = append(s.said, line)
			if _, err := io.WriteString(in, line+"\n"); err != nil {
				return
			}
		}
	}
}

// meet connects a partner with a speaker.
func meet(t testing.TB, speaker *speaker) (*Partner, error) {
	t.Helper()
	if speaker.hello == "" {
		speaker.hello = honestHello
	}
	ourIn, theirOut, err := os.Pipe() // which hold some lines, unlike io.Pipe
	if err != nil {
		t.Fatal(err)
	}
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		speaker.serve(theirOut, theirIn)
		theirOut.Close()
		theirIn.Close()
	}()
	partner := New(ourIn, ourOut)
	t.Cleanup(func() {
		ourIn.Close() // who still speaks stops, and then listens
		partner.End("test", 0, nil)
		ourOut.Close()
	})
	return partner, partner.Greet(context.Background(), "test", "check", []string{"producao"})
}

// licensed returns the items that a license of database 1 holds.
func licensed(t testing.TB, profile *request.Profile) []byte {
	t.Helper()
	dialogue, err := queries.Collect(profile, queries.SQLite, salt)
	if err != nil {
		t.Fatal(err)
	}
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		for _, row := range rows(1, query) {
			if err := dialogue.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		dialogue.Done(nil)
	}
	return dialogue.Encoded()
}

func recognize(t testing.TB, profile *request.Profile, items []byte) *queries.Dialogue {
	t.Helper()
	dialogue, err := queries.Remeasure(profile, queries.Spoken, salt, items)
	if err != nil {
		t.Fatal(err)
	}
	return dialogue
}

// A database is recognized in the dialogue by what a driver measured, value
// by value; another one is not.
func TestSameDataSameFingerprint(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	items := licensed(t, profile)
	for seed, want := range map[int64]fingerprint.State{1: fingerprint.Recognized, 2: fingerprint.NotRecognized} {
		partner, err := meet(t, &speaker{seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		dialogue := recognize(t, profile, items)
		if err := partner.Run(context.Background(), "producao", dialogue); err != nil {
			t.Fatal(err)
		}
		if result := dialogue.Result(); result.State != want || len(dialogue.Problems()) > 0 {
			t.Errorf("database %d: %+v %v", seed, result, dialogue.Problems())
		}
		if seed == 1 && !bytes.Equal(dialogue.Encoded(), items) {
			t.Error("the dialogue gives other items than a driver")
		}
	}
}

func TestRunning(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	for answer, want := range map[string]string{
		`{"message":"row","id":1,"values":["8.9.1  "]}`: "8.9.1",
		`{"message":"row","id":1,"values":[null]}`:      "",
	} {
		partner, err := meet(t, &speaker{answer: func(*speaker, question) []string {
			return []string{answer, `{"message":"done","id":1,"rows":1}`}
		}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := partner.Running(context.Background(), "producao", profile)
		if err != nil || got != want {
			t.Errorf("%q, want %q: %v", got, want, err)
		}
	}
	partner, err := meet(t, &speaker{hello: `{"message":"hello","protocol":1,"version":"8.10","databases":[]}`})
	if err != nil || partner.Version != "8.10" {
		t.Error(partner.Version, err)
	}
	if _, err := partner.Running(context.Background(), "producao", profile); !errors.Is(err, NotSpoken) {
		t.Error(err)
	}
}

func TestHellosThatAreRefused(t *testing.T) {
	for hello, want := range map[string]fault.Code{
		`{"message":"hello","protocol":2,"databases":[]}`:                                                        Garbled,
		`{"message":"hello","databases":[]}`:                                                                     Garbled,
		`{"message":"hello","protocol":1}`:                                                                       Garbled,
		`{"message":"done","id":1,"rows":0}`:                                                                     Garbled,
		`{"message":"hello","protocol":1,"databases":[{"name":"a"},{"name":"a"}]}`:                               Garbled,
		`{"message":"hello","protocol":1,"databases":[{"name":""}]}`:                                             Garbled,
		`{"message":"hello","protocol":1,"databases":[{"name":"a","Quote":"none"}]}`:                             Garbled,
		`{"message":"hello","protocol":1,"databases":[{"name":"a","quote":"none","quote":"double"}]}`:            Garbled,
		`{"message":"hello","protocol":1,"databases":[{"name":"a","quotes":"none"}]}`:                            Garbled,
		`{"message":"hello","protocol":1,"databases":[{"name":"a","quote":"'"}]}`:                                queries.BadDialect,
		`{"message":"hello","protocol":1,"databases":[{"name":"a","limit":"ROWNUM"}]}`:                           queries.BadDialect,
		`{"message":"hello","protocol":1,"databases":[` + strings.Repeat(`{"name":"a"},`, 99) + `{"name":"b"}]}`: Garbled,
		"": Garbled,
	} {
		speaker := &speaker{hello: hello}
		if hello == "" {
			speaker.hello = " "
		}
		partner, err := meet(t, speaker)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %s", hello, err, want)
		}
		if again := partner.Run(context.Background(), "producao", recognize(t, requesttest.Profile(t, draft), licensed(t, requesttest.Profile(t, draft)))); again == nil {
			t.Errorf("%s: the dialogue goes on", hello)
		}
	}
	if _, err := meet(t, &speaker{hello: "\xEF\xBB\xBF" + honestHello + "\r"}); err != nil {
		t.Errorf("as Windows writes it: %v", err)
	}
}

// instead answers one query of a metric in another way.
func instead(metric string, lines func(honest []string) []string) func(*speaker, question) []string {
	return func(speaker *speaker, asked question) []string {
		honest := speaker.honest(asked)
		if asked.Metric == metric {
			return lines(honest)
		}
		return honest
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	items := licensed(t, profile)
	replace := func(line int, text string) func([]string) []string {
		return func(honest []string) []string { honest[line] = text; return honest }
	}
	edit := func(line int, old, new string) func([]string) []string {
		return func(honest []string) []string {
			if edited := strings.Replace(honest[line], old, new, 1); edited != honest[line] {
				honest[line] = edited
				return honest
			}
			panic(honest[line] + " does not contain " + old)
		}
	}
	for name, test := range map[string]struct {
		lines func([]string) []string
		want  fault.Code
		whole bool // whether the whole dialogue ends
	}{
		"words":                    {replace(0, "64 rows"), Garbled, true},
		"an array":                 {replace(0, "[]"), Garbled, true},
		"two objects":              {replace(0, `{"message":"done","id":2,"rows":0}{}`), Garbled, true},
		"cut in the middle":        {replace(0, `{"message":"row","id":2,`), Garbled, true},
		"latin-1":                  {replace(0, "{\"message\":\"row\",\"id\":2,\"values\":[\"S\xe3o\"]}"), Garbled, true},
		"half a surrogate pair":    {edit(0, `ã`, `\ud83d`), Garbled, true},
		"unknown message":          {edit(0, `"row"`, `"rows"`), Garbled, true},
		"unknown key":              {edit(0, `{"id"`, `{"comment":"x","id"`), Garbled, true},
		"key in other letters":     {edit(0, `"id"`, `"ID"`), Garbled, true},
		"key twice":                {edit(0, `{"id"`, `{"id":3,"id"`), Garbled, true},
		"another id":               {edit(0, `"id":2`, `"id":3`), Garbled, true},
		"hello again":              {replace(0, honestHello), Garbled, true},
		"values are no list":       {edit(0, `"values":[`, `"values":{"a":[`), Garbled, true},
		"unknown class":            {replace(0, `{"message":"error","id":2,"class":"tired"}`), Garbled, true},
		"error without class":      {replace(0, `{"message":"error","id":2}`), Garbled, true},
		"done without rows":        {replace(16, `{"message":"done","id":2}`), Garbled, true},
		"done with null rows":      {replace(16, `{"message":"done","id":2,"rows":null}`), Garbled, true},
		"a row too many":           {func(honest []string) []string { return append(honest[:1:1], honest...) }, TooMuch, true},
		"a line too long":          {replace(0, strings.Repeat(" ", MaxLine+1)), TooMuch, true},
		"deep":                     {replace(0, `{"message":"row","id":2,"values":`+strings.Repeat("[", 100_000)), Garbled, true},
		"a row lost":               {func(honest []string) []string { return honest[1:] }, queries.WrongRows, false},
		"no row":                   {func([]string) []string { return []string{`{"message":"done","id":2,"rows":0}`} }, queries.WrongRows, false},
		"another row":              {edit(0, `"values":[`, `"values":[9`), queries.WrongRows, false},
		"the same row twice":       {func(honest []string) []string { honest[1] = honest[0]; return honest }, queries.BadValue, false},
		"a value too few":          {edit(0, `","São`, `São`), WrongForm, false},
		"number for text":          {edit(0, `"São João`, `9,"São João`), WrongForm, false},
		"a large bare number":      {edit(0, `"-11529`, `-11529`), Garbled, true}, // its quote is left over
		"busy":                     {func(honest []string) []string { return append(honest[:3], `{"message":"error","id":2,"class":"busy"}`) }, queries.Busy, false},
		"denied":                   {func([]string) []string { return []string{`{"message":"error","id":2,"class":"denied"}`} }, queries.NoRight, false},
		"unreachable":              {replace(0, `{"message":"error","id":2,"class":"unreachable"}`), queries.Unreachable, true},
		"text over the limit":      {edit(0, `São`, strings.Repeat("ã", 40_000)), queries.BadValue, false},
		"a time with a zone":       {edit(0, `","S`, `+02:00","S`), WrongForm, false},
		"more messages than asked": {func(honest []string) []string { return append(honest, honest[16]) }, Garbled, true},
	} {
		partner, err := meet(t, &speaker{seed: 1, answer: instead("pedidos", test.lines)})
		if err != nil {
			t.Fatal(err)
		}
		dialogue := recognize(t, profile, items)
		err = partner.Run(context.Background(), "producao", dialogue)
		if test.whole && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
		if !test.whole && (err != nil || len(dialogue.Problems()) != 1 || !errors.Is(dialogue.Problems()[0].Err, test.want)) {
			t.Errorf("%s: %v %v, want %s", name, err, dialogue.Problems(), test.want)
		}
		if dialogue.Result().State == fingerprint.NotRecognized {
			t.Errorf("%s: %+v", name, dialogue.Result())
		}
		if text := fmt.Sprint(err, dialogue.Problems()); strings.Contains(text, "João") {
			t.Errorf("%s: the error holds data: %s", name, text)
		}
	}
}

// Whatever happens to one line of an honest dialogue, the database is never
// taken for another one.
func TestNoDamagedLineMakesAnotherDatabase(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	items := licensed(t, profile)
	honest := &speaker{seed: 1}
	partner, err := meet(t, honest)
	if err != nil {
		t.Fatal(err)
	}
	if err := partner.Run(context.Background(), "producao", recognize(t, profile, items)); err != nil {
		t.Fatal(err)
	}
	said := append([]string{}, honest.said...)
	for i := range said {
		for name, damaged := range map[string][]string{
			"lost": {}, "twice": {said[i], said[i]}, "cut": {said[i][:len(said[i])/2]}, "empty": {""},
			"null": {strings.Replace(said[i], ":[", ":[null,", 1)}, "end of the stream": nil,
		} {
			lines := append(append([]string{}, said[:i]...), damaged...)
			if damaged != nil {
				lines = append(lines, said[i+1:]...)
			}
			result, err := replay(profile, items, strings.Join(append(lines, ""), "\n"))
			if result.State == fingerprint.NotRecognized || result.State == fingerprint.Drifted {
				t.Errorf("line %d %s: %+v %v", i+1, name, result, err)
			}
		}
	}
}

// replay runs a dialogue on a stream of answers.
func replay(profile *request.Profile, items []byte, stream string) (fingerprint.Result, error) {
	partner := New(strings.NewReader(stream), io.Discard)
	defer partner.End("test", 0, nil)
	if err := partner.Greet(context.Background(), "test", "check", nil); err != nil {
		return fingerprint.Result{}, err
	}
	dialogue, err := queries.Recognize(profile, queries.Spoken, salt, items)
	if err == nil {
		err = partner.Run(context.Background(), "producao", dialogue)
	}
	return dialogue.Result(), err
}

func TestSilence(t *testing.T) {
	silent, _ := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	partner := New(silent, io.Discard)
	if err := partner.Greet(ctx, "test", "check", nil); !errors.Is(err, Silent) {
		t.Error(err)
	}
}

type endless struct{ read int }

func (e *endless) Read(data []byte) (int, error) {
	e.read += len(data)
	return copy(data, bytes.Repeat([]byte("x"), len(data))), nil
}

// A line without an end is read no further than its limit.
func TestEndlessLine(t *testing.T) {
	stream := &endless{}
	partner := New(stream, io.Discard)
	if err := partner.Greet(context.Background(), "test", "check", nil); !errors.Is(err, TooMuch) {
		t.Error(err)
	}
	if stream.read > 2*MaxLine {
		t.Errorf("%d bytes were read", stream.read)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestNobodyListens(t *testing.T) {
	partner := New(strings.NewReader(honestHello+"\n"), broken{})
	if err := partner.Greet(context.Background(), "test", "check", nil); !errors.Is(err, Ended) {
		t.Error(err)
	}
	if err := partner.End("check", 2, nil); !errors.Is(err, Ended) {
		t.Error(err)
	}
}

func TestLastMessage(t *testing.T) {
	for want, object := range map[string]map[string]any{
		`{"message":"end","command":"check","status":1}` + "\n":           nil,
		`{"message":"end","command":"check","status":1,"a":"<b>"}` + "\n": {"a": "<b>"},
	} {
		var out bytes.Buffer
		if err := New(strings.NewReader(""), &out).End("check", 1, object); err != nil || out.String() != want {
			t.Errorf("%s, want %s (%v)", out.String(), want, err)
		}
	}
}

func TestValues(t *testing.T) {
	when := time.Date(1969, 7, 20, 20, 17, 40, 123456000, time.UTC)
	for _, test := range []struct {
		kind    request.ColumnKind
		written string
		want    any // a string that begins with ! is the reason
	}{
		{request.IntegerColumn, `null`, nil},
		{request.IntegerColumn, `0`, int64(0)},
		{request.IntegerColumn, `-7`, int64(-7)},
		{request.IntegerColumn, `9007199254740992`, int64(1 << 53)},
		{request.IntegerColumn, `9007199254740993`, "!large number without quotes"},
		{request.IntegerColumn, `99999999999999999999`, "!not a whole number"},
		{request.IntegerColumn, `"9223372036854775807"`, int64(1<<63 - 1)},
		{request.IntegerColumn, `"-9223372036854775808"`, int64(-1 << 63)},
		{request.IntegerColumn, `"9223372036854775808"`, "!not a whole number"},
		{request.IntegerColumn, `"007"`, int64(7)},
		{request.IntegerColumn, `7.0`, "!not a whole number"},
		{request.IntegerColumn, `7e3`, "!not a whole number"},
		{request.IntegerColumn, `"7.0"`, "!not a whole number"},
		{request.IntegerColumn, `""`, "!not a whole number"},
		{request.IntegerColumn, `" 7"`, "!not a whole number"},
		{request.IntegerColumn, `true`, "!not a whole number"},
		{request.IntegerColumn, `[7]`, "!not a whole number"},
		{request.TextColumn, `"São \u00e3 \ud83d\ude00"`, "São ã 😀"},
		{request.TextColumn, `7`, "!not in quotes"},
		{request.TextColumn, `["a"]`, "!not in quotes"},
		{request.TimestampColumn, `"1969-07-20T20:17:40.123456"`, when},
		{request.TimestampColumn, `"1969-07-20 20:17:40.123456Z"`, when},
		{request.TimestampColumn, `"1969-07-20T20:17"`, when.Truncate(time.Minute)},
		{request.TimestampColumn, `"1969-07-20"`, "!not a time"},
		{request.TimestampColumn, `"1969-07-20T20:17:40-03:00"`, "!not a time"},
		{request.TimestampColumn, `"20/07/1969 20:17:40"`, "!not a time"},
		{request.TimestampColumn, `"1969-02-30T20:17:40"`, "!not a time"},
		{request.TimestampColumn, `"1969-07-20T20:17:40.1234567891"`, "!not a time"},
		{request.TimestampColumn, `-14182940`, "!not in quotes"},
		{request.DateColumn, `"1969-07-20"`, when.Truncate(24 * time.Hour)},
		{request.DateColumn, `"1969-07-20T00:00:00"`, "!not a day"},
		{request.DateColumn, `"1969-7-20"`, "!not a day"},
		{request.UUIDColumn, `"{0123456789ABCDEF}"`, "{0123456789ABCDEF}"}, // judged by package queries
		{request.BytesColumn, `"base64:AP8="`, []byte{0, 255}},
		{request.BytesColumn, `"base64:AP8"`, "!not base64"},
		{request.BytesColumn, `"base64:AP9="`, "!not base64"},
		{request.BytesColumn, `"base64:"`, []byte{}},
		{request.BytesColumn, `"00ff"`, "!not base64"}, // it could be: text is not marked
	} {
		value, reason := readValue(test.kind, json.RawMessage(test.written))
		if reason != "" {
			value = "!" + reason
		}
		if !reflect.DeepEqual(value, test.want) {
			t.Errorf("%s %s: %v, want %v", test.kind, test.written, value, test.want)
		}
	}
}

func TestArguments(t *testing.T) {
	arguments, err := writeArguments([]any{int64(1 << 53), int64(1<<53 + 1), int64(-1<<53 - 1), "x"})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := encode(arguments)
	want := `[{"kind":"integer","value":9007199254740992},{"kind":"integer","value":"9007199254740993"},{"kind":"integer","value":"-9007199254740993"},{"kind":"text","value":"x"}]` + "\n"
	if string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	if _, err := writeArguments([]any{1.5}); err == nil {
		t.Error("an argument of a kind that the dialogue does not have")
	}
}

// FuzzAnswer: what is read and written again is read the same.
func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		honestHello, `{"message":"row","id":2,"values":[1,"a",null,"2020-01-01T00:00:00"]}`, `{"message":"done","id":2,"rows":0}`,
		`{"message":"error","id":2,"class":"busy"}`, `{"message":"row","id":1,"values":["\ud83d\ude00\\\ud83d"]}`, `{"id":1,"ID":2}`, `[[[[[[`, `{"message":"row","message":"done"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := parse(text)
		if err != nil {
			if !errors.Is(err, Garbled) {
				t.Fatal(err)
			}
			return
		}
		written, err := encode(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := parse(written)
		if err != nil && first.Message != "row" && first.Message != "hello" { // an empty list is left out
			t.Fatalf("%s: %v", written, err)
		}
		if err == nil && second.Message != first.Message {
			t.Fatalf("%s: %+v, then %+v", written, first, second)
		}
	})
}

// FuzzStream: any stream ends, and none makes a database another one but by
// rows of another one.
func FuzzStream(f *testing.F) {
	profile := requesttest.Profile(f, draft)
	items := licensed(f, profile)
	f.Add([]byte(honestHello + "\n" + `{"message":"row","id":1,"values":["base64:YSByYW5kb20gc2VjcmV0IG9mIHRoZSBwcm9kdWN0"]}` + "\n" + `{"message":"done","id":1,"rows":1}` + "\n"))
	f.Add([]byte(honestHello + "\n" + `{"message":"error","id":1,"class":"other"}` + "\n"))
	f.Add([]byte("\xEF\xBB\xBF" + honestHello + "\r\n{}"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		result, _ := replay(profile, items, string(stream))
		if result.State == fingerprint.Recognized {
			t.Fatal("recognized")
		}
	})
}

func BenchmarkRows(b *testing.B) {
	row := []byte(`{"message":"row","id":2,"values":[123456,"2020-01-01T10:11:12.123456","00035123456789012345678901234567890123456789"]}` + "\n")
	kinds := []request.ColumnKind{request.IntegerColumn, request.TimestampColumn, request.TextColumn}
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	for b.Loop() {
		answered, err := parse(row)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := readValues(kinds, answered.Values); err != nil {
			b.Fatal(err)
		}
	}
}
