package scripttest

import (
	"encoding/binary"
	"fmt"
	"html"
	"os"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/charmap"

	"github.com/futura/airlicense/request/parts"
)

// manglings are what mail and editors do to a whole file.
var manglings = map[string]func(string) string{
	"quoted": func(text string) string {
		return "> " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n> ") + "\n"
	},
	"html": func(text string) string {
		return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n") + "</p>"
	},
	"printable": func(text string) string {
		var out strings.Builder
		for _, octet := range []byte(text) {
			if octet == '=' || octet >= 0x80 {
				fmt.Fprintf(&out, "=%02X", octet)
			} else {
				out.WriteByte(octet)
			}
		}
		return out.String()
	},
	"misread": func(text string) string {
		read, err := charmap.ISO8859_1.NewDecoder().String(text)
		if err != nil {
			panic(err) // every octet is a character of it
		}
		return read
	},
	"dashes": strings.NewReplacer("-----", "—", "-", "–", `"`, "”").Replace,
	"joined": func(text string) string { return strings.ReplaceAll(text, "\n", " ") },
	"scanned": func(text string) string { // a part a line
		return strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(text, "\n\n", "\r"), "\n", ""), "\r", "\n") + "\n"
	},
	"german": func(text string) string { // a keyboard set to another language, without its shift key
		return strings.NewReplacer("y", "z", "z", "y").Replace(strings.ToLower(text))
	},
	"french": func(text string) string {
		return strings.NewReplacer("a", "q", "q", "a", "w", "z", "z", "w", "m", ",", ".", ":", "1", "&", "2", "é", "3", "\"", "4", "'", "5", "(", "6", "-", "7", "è").Replace(strings.ToLower(text))
	},
	"twice": func(text string) string { return text + text },
	"cr":    strings.NewReplacer("\n", "\r").Replace,
	"mail":  func(text string) string { return "Olá,\n\nsegue o arquivo:\n\n" + text + "\nAna\n" },
	"utf16": func(text string) string {
		out := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(text)) {
			out = binary.LittleEndian.AppendUint16(out, unit)
		}
		return string(out)
	},
}

// mangle does to a file what mail does, one thing after the other.
func mangle(script *testscript.TestScript, _ bool, arguments []string) {
	if len(arguments) < 2 {
		script.Fatalf("usage: mangle FILE HOW…")
	}
	text := script.ReadFile(arguments[0])
	for _, how := range arguments[1:] {
		change, known := manglings[how]
		if !known {
			script.Fatalf("unknown mangling %s", how)
		}
		text = change(text)
	}
	script.Check(os.WriteFile(script.MkAbs(arguments[0]), []byte(text), 0o600))
}

// pick writes some of the parts in a file to another, as text to paste.
func pick(script *testscript.TestScript, _ bool, arguments []string) {
	if len(arguments) < 3 {
		script.Fatalf("usage: pick FILE OUT NUMBER…")
	}
	found, _ := parts.Find([]byte(script.ReadFile(arguments[0])))
	found = slices.DeleteFunc(found, func(part parts.Part) bool {
		number := part.Number()
		ofKind := part.String()[len("FL1."):len("FL1.R")] + number
		if strings.HasPrefix(arguments[2], "-") {
			return slices.Contains(arguments[2:], "-"+number) || slices.Contains(arguments[2:], "-"+ofKind)
		}
		return !slices.Contains(arguments[2:], number) && !slices.Contains(arguments[2:], ofKind)
	})
	if len(found) == 0 {
		script.Fatalf("%s has no such part", arguments[0])
	}
	script.Check(os.WriteFile(script.MkAbs(arguments[1]), parts.Text(found), 0o600))
}

func join(script *testscript.TestScript, _ bool, arguments []string) {
	var whole strings.Builder
	for _, file := range arguments[1:] {
		whole.WriteString(script.ReadFile(file))
	}
	script.Check(os.WriteFile(script.MkAbs(arguments[0]), []byte(whole.String()), 0o600))
}
