package lines_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/lines"
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func randomLine(seed uint64) (line lines.Line) {
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(line[:])
	return line
}

func TestLinesReadBack(t *testing.T) {
	content := []byte("no key: an example of 30 bytes")
	cut := lines.Cut(content)
	if len(cut) != 2 || string(cut[0][:])+strings.TrimRight(string(cut[1][:]), "\x00") != string(content) {
		t.Fatalf("cut %q", cut)
	}
	if got, want := lines.Cut(content)[0].Groups(1), "DSQJ 0TV5 F4X2 0RBE 41JQ GRBD E1P6 A83F"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for number := range 300 {
		line := randomLine(uint64(number))
		groups := line.Groups(number)
		for _, typed := range []string{groups, strings.ToLower(groups), strings.ReplaceAll(groups, " ", ""), strings.NewReplacer("0", "o", "1", "l").Replace(groups), "-" + strings.ReplaceAll(groups, " ", " - ")} {
			if read, ok := lines.Parse(number, typed); !ok || read != line {
				t.Fatalf("line %d: %q", number, typed)
			}
		}
	}
}

// What the check value promises to find, it finds in every place.
func TestCheckValueFindsEveryOne(t *testing.T) {
	for seed := range uint64(20) {
		number := int(seed) + 1
		characters := strings.ReplaceAll(randomLine(seed).Groups(number), " ", "")
		for at := range characters {
			for _, other := range alphabet + "U!é" {
				wrong := characters[:at] + string(other) + characters[at+1:]
				if _, ok := lines.Parse(number, wrong); ok && wrong != characters {
					t.Errorf("%q at %d of %q", other, at, characters)
				}
			}
			if at == 0 {
				continue
			}
			swapped := characters[:at-1] + characters[at:at+1] + characters[at-1:at] + characters[at+1:]
			if _, ok := lines.Parse(number, swapped); ok && swapped != characters {
				t.Errorf("swapped at %d of %q", at, characters)
			}
		}
		for other := range 1000 {
			if _, ok := lines.Parse(other, characters); ok != (other == number) {
				t.Errorf("line %d read as %d", number, other)
			}
		}
	}
}

func TestFind(t *testing.T) {
	one, two, three := randomLine(1), randomLine(2), randomLine(3)
	text := strings.Join([]string{
		"Words: of a person", "1: " + one.Groups(1), " 2 :" + strings.ToLower(two.Groups(2)) + "\r", "3: " + three.Groups(4),
		"L: " + one.Groups(1), "12:", one.Groups(1), "5: " + one.Groups(5), "5: " + two.Groups(5),
	}, "\n")
	found, wrong := lines.Find(text)
	if !maps.Equal(found, map[int]lines.Line{1: one, 2: two}) || !slices.Equal(wrong, []int{3, 12, 5}) {
		t.Errorf("found %v, wrong %v", found, wrong)
	}
	if list := lines.List(append(wrong, 3)); list != "3, 5, 12" {
		t.Error(list)
	}
	if list := lines.List(nil); list != "" {
		t.Error(list)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("1: " + randomLine(1).Groups(1))
	f.Add("0: 040G 07KB 03FG 0W4K K9YE BZM8 X032 KFYK  15X9")
	f.Add("l:\u00a0" + randomLine(1).Groups(1))
	f.Fuzz(func(t *testing.T, text string) {
		number, groups, ok := lines.Number(text)
		if !ok {
			return
		}
		line, ok := lines.Parse(number, groups)
		if !ok {
			return
		}
		again := fmt.Sprintf("%d:%s", number, line.Groups(number))
		if lines.Characters(again[strings.Index(again, ":"):]) != lines.Characters(":"+groups) {
			t.Errorf("%q was written again as %q", text, again)
		}
	})
}
