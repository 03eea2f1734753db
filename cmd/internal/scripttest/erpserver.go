package scripttest

import (
	"bufio"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// playServer is the command
//
//	erp-server LIE NAME=FILE,… COMMAND ARGUMENTS…
//
// It plays the licensed server of docs/dialogue.md: it starts the command,
// answers it from SQLite files, prints the last message that it gets, and
// exits with the command's status. LIE is how it misbehaves; honest does not.
func playServer() {
	played := &erpServer{lie: os.Args[1], databases: map[string]*sql.DB{}}
	hello := map[string]any{"message": "hello", "protocol": 1}
	var databases []map[string]string
	for place := range strings.SplitSeq(os.Args[2], ",") {
		name, path, _ := strings.Cut(place, "=")
		db, err := sql.Open("sqlite", path)
		check(err)
		played.databases[name] = db
		databases = append(databases, map[string]string{"name": name, "engine": "sqlite"})
	}
	hello["databases"] = databases
	switch played.lie {
	case "version":
		hello["version"] = "8.10"
	case "dialect":
		databases[0]["limit"] = "rownum"
	case "protocol":
		hello["protocol"] = 2
	}
	command := exec.Command(os.Args[3], os.Args[4:]...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	check(err)
	out, err := command.StdoutPipe()
	check(err)
	check(command.Start())
	played.in = in
	played.converse(bufio.NewReader(out), hello)
	command.Wait() // its status is what counts
	os.Exit(command.ProcessState.ExitCode())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

type erpServer struct {
	lie       string
	databases map[string]*sql.DB
	in        io.WriteCloser
}

type erpQuery struct {
	Message   string
	ID        int
	Database  string
	Metric    string
	SQL       string
	Columns   []string
	Arguments []struct{ Value int64 }
}

// converse answers until the last message, which it prints.
func (s *erpServer) converse(out *bufio.Reader, hello map[string]any) {
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			return
		}
		var query erpQuery
		check(json.Unmarshal([]byte(line), &query))
		switch query.Message {
		case "hello":
			s.say(hello)
		case "query":
			s.answer(query)
		case "end":
			fmt.Print(line)
			return
		}
	}
}

// say writes a message, and reports whether the command listens: it will
// explain why it does not.
func (s *erpServer) say(message map[string]any) bool {
	text, err := json.Marshal(message)
	check(err)
	_, err = s.in.Write(append(text, '\n'))
	return err == nil
}

func (s *erpServer) answer(query erpQuery) {
	switch s.lie {
	case "garbage":
		io.WriteString(s.in, "SELECT executed, 64 rows\n")
		return
	case "long":
		io.WriteString(s.in, `{"message":"row","id":1,"values":["`+strings.Repeat("x", 2<<20)+"\"]}\n")
		return
	case "cut":
		io.WriteString(s.in, `{"message":"row","id":1,"val`)
		s.in.Close()
		return
	case "busy", "unreachable", "missing":
		s.say(map[string]any{"message": "error", "id": query.ID, "class": s.lie})
		return
	}
	rows, sent := s.rows(query), 0
	for i, row := range rows {
		if s.lie == "lost" && i%2 == 0 {
			sent++
			continue
		}
		s.say(map[string]any{"message": "row", "id": query.ID, "values": row})
		sent++
	}
	for s.lie == "endless" && s.say(map[string]any{"message": "row", "id": query.ID, "values": rows[0]}) {
		sent++
	}
	s.say(map[string]any{"message": "done", "id": query.ID, "rows": sent})
}

// rows runs a query and writes the values as docs/dialogue.md wants them, or
// as a careless programmer would.
func (s *erpServer) rows(query erpQuery) (list [][]any) {
	if s.lie == "none" && query.Metric != "" {
		return nil
	}
	var arguments []any
	for _, argument := range query.Arguments {
		arguments = append(arguments, argument.Value)
	}
	rows, err := s.databases[query.Database].Query(query.SQL, arguments...)
	check(err)
	defer rows.Close()
	for rows.Next() {
		values, places := make([]any, len(query.Columns)), make([]any, len(query.Columns))
		for i := range values {
			places[i] = &values[i]
		}
		check(rows.Scan(places...))
		for i, kind := range query.Columns {
			values[i] = s.value(kind, values[i])
		}
		list = append(list, values)
	}
	check(rows.Err())
	return list
}

func (s *erpServer) value(kind string, value any) any {
	switch {
	case kind == "timestamp" && s.lie == "typed":
		return 1600000000
	case kind == "integer" && s.lie == "float":
		return fmt.Sprintf("%d.0", value)
	case kind == "text" && value != nil:
		return fmt.Sprint(value)
	case kind == "bytes" && s.lie != "unmarked":
		return fmt.Sprintf("base64:%s", base64.StdEncoding.EncodeToString(fmt.Append(nil, value)))
	}
	return value
}
