package parts_test

import (
	"bytes"
	"flag"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/request/parts"
)

var tenThousand = flag.Bool("long", false, "the round trip with 10,000 documents")

// wrap breaks lines hard after so many characters.
func wrap(text string, width int, end string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		for len(line) > width {
			out.WriteString(line[:width] + end)
			line = line[width:]
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

func wide(text string) string {
	return strings.Map(func(character rune) rune {
		if character > ' ' && character <= '~' {
			return character + 0xfee0
		}
		return character
	}, text)
}

var everyTen = regexp.MustCompile(`[A-Z0-9.]{10}`)

// damages are what happens to text on its way: the twelve of mail and chats,
// and others.
var damages = map[string]func(string) string{
	"hard wrap":      func(text string) string { return wrap(text, 76, "\n") },
	"quoted":         func(text string) string { return "> " + strings.ReplaceAll(wrap(text, 70, "\n"), "\n", "\n> ") },
	"quoted twice":   func(text string) string { return ">> | " + strings.ReplaceAll(wrap(text, 70, "\n"), "\n", "\n>> | ") },
	"blanks":         func(text string) string { return everyTen.ReplaceAllString(text, "$0\u00a0") },
	"flowed":         func(text string) string { return wrap(text, 72, " \n") },
	"wrap at spaces": func(text string) string { return strings.ReplaceAll(everyTen.ReplaceAllString(text, "$0 "), " ", "\n") },
	"double spaces":  func(text string) string { return everyTen.ReplaceAllString(text, "$0  ") },
	"trimmed":        func(text string) string { return strings.ReplaceAll(wrap(text, 40, "\r\n"), "\n\n", "\n") },
	"typography":     func(text string) string { return "“…" + everyTen.ReplaceAllString(text, "$0\u2013") + "—”" },
	"small letters":  strings.ToLower,
	"percent":        func(text string) string { return strings.NewReplacer("%41", "A", "%2E", ".").Replace(text) },
	"markdown":       func(text string) string { return "*" + everyTen.ReplaceAllString(text, "_${0}_") + "*" },
	"edges":          func(text string) string { return "\t  " + strings.ReplaceAll(text, "\n", " \n  ") },
	"full width":     wide,
	"joined":         func(text string) string { return strings.ReplaceAll(text, "\n", "") },
	"blank lines":    func(text string) string { return strings.ReplaceAll(text, "\n", "\n\n") },
	"invisible":      func(text string) string { return "\ufeff" + everyTen.ReplaceAllString(text, "$0\u200b\u00ad") },
	"carriage":       func(text string) string { return strings.ReplaceAll(text, "\n", "\r") },
	"utf-16":         func(text string) string { return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00" },
	"printable": func(text string) string {
		return strings.NewReplacer(".", "=2E", "~", "=\r\n").Replace(wrap(text, 60, "~"))
	},
	"other keyboard": strings.NewReplacer("Y", "Z", "Z", "Y", "y", "z", "z", "y").Replace,
	"html": func(text string) string {
		return "<html><body style=\"x: y\"><p>Olá &amp; até</p><div><o:p>" + strings.ReplaceAll(everyTen.ReplaceAllString(text, "$0<wbr/>&#8203;&nbsp;"), "\n", "<br>\n") + "</o:p></div><!-- FL1.R. --></body></html>"
	},
	"html source": func(text string) string { return "<pre>" + html.EscapeString("> "+text) + "</pre>" },
	"brackets": func(text string) string {
		return "<3 <" + strings.ReplaceAll(text, "\n\n", ">\n\n<") + "> <ana@posto.example> "
	},
	"around": func(text string) string {
		return "Olá,\n\nsegue o pedido. Fl 1. Veja http://x.example/FL1\n\n" + strings.ReplaceAll(text, "\n\n", "\n\ne mais um\n\n") + "\n--\nAna Lima\nTel. 11 5555-0101\n"
	},
}

// TestDamages puts every document through every damage.
func TestDamages(t *testing.T) {
	random := newRandom(t, 20)
	for range 20 {
		file := random.document(t, 40)
		list := split(t, file, parts.Default)
		for name, damage := range damages {
			var collection parts.Collection
			seen := collection.Add(name, []byte(damage(string(parts.Text(list)))))
			if len(seen.Wrong) > 0 || len(seen.Parts) != len(list) || !bytes.Equal(collection.Documents()[0].File, file) {
				t.Errorf("%s: %d of %d parts, %v", name, len(seen.Parts), len(list), seen.Wrong)
			}
		}
	}
}

// TestRoundTrips sends random documents through parts of random sizes, of
// which one of each document is lost, others come twice, all in any order and
// damaged in some way; and none is accepted with two lost.
func TestRoundTrips(t *testing.T) {
	count := 200
	if *tenThousand {
		count = 10_000
	}
	random, names := newRandom(t, 21), make([]string, 0, len(damages))
	for name := range damages {
		names = append(names, name)
	}
	slices.Sort(names)
	for range count {
		roundTrip(t, random, names)
	}
}

func roundTrip(t *testing.T, random random, names []string) {
	file := random.document(t, 60)
	list := split(t, file, parts.MinData+random.IntN(parts.Dense-parts.MinData))
	total := list[0].Total
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if total > 1 {
		list = list[1:]
	}
	last := list[len(list)-1]
	var collection parts.Collection
	for _, part := range slices.Concat(list[:len(list)-1], list[:random.IntN(len(list))]) {
		name := names[random.IntN(len(names))]
		if seen := collection.Add(name, []byte(damages[name](part.String()))); len(seen.Wrong) > 0 || len(seen.Parts) != 1 {
			t.Fatalf("%s of part %s: %v", name, part.Number(), seen.Wrong)
		}
	}
	if documents := collection.Documents(); total > 1 && documents[0].File != nil {
		t.Fatalf("%d of %d parts are no document", len(list)-1, total)
	}
	collection.Add("last", []byte(last.String()))
	if documents := collection.Documents(); len(documents) != 1 || !bytes.Equal(documents[0].File, file) {
		t.Fatalf("%v", documents[0].Err)
	}
}

// TestEveryChangedCharacterIsNoticed changes each character of a part.
func TestEveryChangedCharacterIsNoticed(t *testing.T) {
	good := split(t, newRandom(t, 22).document(t, 20), 100)[0].String()
	for i := range good {
		for _, other := range "A7.X" {
			changed := good[:i] + string(other) + good[i+1:]
			if found, _ := parts.Find([]byte(changed)); changed != good && len(found) > 0 && found[0].String() != good {
				t.Errorf("%s was read as %s", changed, found[0])
			}
			if _, err := parts.Parse(changed); changed != good && err == nil {
				t.Errorf("%s was parsed", changed)
			}
		}
	}
}
