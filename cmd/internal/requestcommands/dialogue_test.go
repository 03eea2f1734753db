package requestcommands_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/cmd/internal/requestcommands"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue/issuetest"
)

var update = flag.Bool("update", false, "write the session into docs/dialogue.md again")

const docs = "../../../docs/"

var session = regexp.MustCompile("(?s)<!-- session -->\n```\n(.*?)```\n")

// speaking runs the session's command on what the server says, and returns
// what the program writes.
func speaking(said string) string {
	var out bytes.Buffer
	environment := &ui.Environment{
		In: strings.NewReader(said), Out: &out, Err: io.Discard, Getenv: func(string) string { return "" },
		Now: func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }, Sleep: func(time.Duration) {}, Random: issuetest.Seed("dialogue"), Version: "1.0",
	}
	ui.Run(environment, requestcommands.Program(), []string{"measure", "--dialogue", "--profile", docs + "dialogue/example.toml", "--lang", "en"})
	return out.String()
}

// drawn returns numbers that follow from an id as little as those of life.
func drawn(id int64) int64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(id)))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1)
}

type spokenQuery struct {
	Message   string
	ID        int
	Metric    string
	SQL       string
	Arguments []struct{ Value int64 }
}

// answered is what the server of the session answers.
func answered(query spokenQuery) string {
	var rows [][]any
	cities := []string{"Santos", "São Paulo", "Paulínia", "Betim", "Araucária", "Canoas"}
	switch {
	case query.Message == "hello":
		return `{"message":"hello","protocol":1,"databases":[{"name":"producao","quote":"none"}]}` + "\n"
	case query.Metric == "":
		rows = [][]any{{"base64:" + base64.StdEncoding.EncodeToString([]byte("0f1e2d3c4b5a69788796a5b4c3d2e1f0"))}}
	case strings.Contains(query.SQL, "ORDER BY"):
		rows = [][]any{{5000}}
	case query.Metric == "pedidos":
		for _, argument := range query.Arguments {
			if argument.Value > 5000 {
				continue // there is no such row
			}
			when := time.Unix(1_550_000_000+argument.Value*40_000+drawn(argument.Value)%40_000, 0).UTC()
			rows = append(rows, []any{argument.Value, when.Format("2006-01-02T15:04:05"), drawn(argument.Value) % 1e12})
		}
	default:
		for i, city := range cities {
			id := drawn(int64(i))
			rows = append(rows, []any{fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(id), id>>16), time.Unix(id%1.5e9, 0).UTC().Format(time.DateOnly), city})
		}
	}
	var lines strings.Builder
	for _, row := range rows {
		values, _ := json.Marshal(row)
		fmt.Fprintf(&lines, "{\"message\":\"row\",\"id\":%d,\"values\":%s}\n", query.ID, values)
	}
	fmt.Fprintf(&lines, "{\"message\":\"done\",\"id\":%d,\"rows\":%d}\n", query.ID, len(rows))
	return lines.String()
}

func marked(mark, lines string) string {
	return mark + " " + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n"+mark+" ") + "\n"
}

// makeSession lets the two talk: each answer makes the program ask again.
func makeSession(t *testing.T) string {
	said, written := "", ""
	for number := 0; ; number++ {
		lines := strings.SplitAfter(speaking(said), "\n")
		var query spokenQuery
		if err := json.Unmarshal([]byte(lines[number]), &query); err != nil {
			t.Fatal(err)
		}
		written += marked(">", lines[number])
		if query.Message == "end" {
			return written
		}
		reply := answered(query)
		said += reply
		written += marked("<", reply)
	}
}

// TestSession replays the session of dialogue.md: the program writes the page's
// lines to the page's answers, byte for byte.
func TestSession(t *testing.T) {
	content, err := os.ReadFile(docs + "dialogue.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	if *update {
		page = session.ReplaceAllLiteralString(page, "<!-- session -->\n```\n"+makeSession(t)+"```\n")
		if err := os.WriteFile(docs+"dialogue.md", []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found := session.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("dialogue.md has no session")
	}
	var said, want strings.Builder
	for line := range strings.Lines(found[1]) {
		if ours, isOurs := strings.CutPrefix(line, "> "); isOurs {
			want.WriteString(ours)
		} else {
			said.WriteString(strings.TrimPrefix(line, "< "))
		}
	}
	if got := speaking(said.String()); got != want.String() || !strings.Contains(got, `"enough":true`) {
		t.Errorf("the program writes:\n%s\nwant:\n%s", got, want.String())
	}
}
