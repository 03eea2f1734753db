package parts_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
)

func TestGatherSortsFiles(t *testing.T) {
	random := newRandom(t, 30)
	first, second := long(t, random), long(t, random)
	file, err := whole(first)
	if err != nil {
		t.Fatal(err)
	}
	plain := random.document(t, 10)
	half, rest := parts.Text(first[:2]), parts.Text(first[2:])
	mail := slices.Concat([]byte("Olá\n"), file, half)

	for name, test := range map[string]struct {
		given          []parts.File
		files, pending int
		wrong          error
		holds          []byte
	}{
		"a file":           {[]parts.File{{Name: "a", Data: plain}}, 1, 0, nil, plain},
		"nothing of ours":  {[]parts.File{{Name: "a", Data: []byte("olá")}}, 1, 0, nil, []byte("olá")},
		"halves":           {[]parts.File{{Name: "a", Data: half}, {Name: "b", Data: rest}}, 1, 0, nil, file},
		"one half":         {[]parts.File{{Name: "a", Data: half}}, 0, 1, nil, nil},
		"two documents":    {[]parts.File{{Name: "a", Data: half}, {Name: "b", Data: slices.Concat(rest, parts.Text(second[:1]))}}, 1, 1, nil, file},
		"beside a file":    {[]parts.File{{Name: "a", Data: plain}, {Name: "b", Data: parts.Text(first)}}, 2, 0, nil, file},
		"mail with both":   {[]parts.File{{Name: "a", Data: mail}}, 1, 0, nil, mail},
		"both, and rest":   {[]parts.File{{Name: "a", Data: mail}, {Name: "b", Data: rest}}, 1, 0, nil, file},
		"message, damaged": {[]parts.File{{Name: "a", Data: slices.Concat(file, half[:100])}}, 1, 0, parts.Damaged, nil},
		"damaged":          {[]parts.File{{Name: "a", Data: half[:100]}}, 0, 0, parts.Damaged, nil},
	} {
		var collection parts.Collection
		gathered := collection.Gather(test.given)
		if len(gathered.Files) != test.files || len(gathered.Pending) != test.pending {
			t.Errorf("%s: %d files, %d pending", name, len(gathered.Files), len(gathered.Pending))
		}
		if (test.wrong == nil) != (len(gathered.Wrong) == 0) || test.wrong != nil && !errors.Is(gathered.Wrong[0], test.wrong) {
			t.Errorf("%s: %v", name, gathered.Wrong)
		}
		if test.holds != nil && !slices.ContainsFunc(gathered.Files, func(file parts.File) bool { return bytes.Equal(file.Data, test.holds) }) {
			t.Errorf("%s: not the file", name)
		}
	}
}

func TestGatherTellsWhichFileGaveWhat(t *testing.T) {
	list := long(t, newRandom(t, 31))
	var collection parts.Collection
	gathered := collection.Gather([]parts.File{{Name: "a", Data: parts.Text(list[1:3])}, {Name: "b", Data: parts.Text(slices.Concat(list[:1], list[len(list)-1:]))}})
	if len(gathered.Gave) != 2 || !slices.Equal(gathered.Gave[0].Numbers, []string{"2", "3"}) || !slices.Equal(gathered.Gave[1].Numbers, []string{"1", "X"}) {
		t.Errorf("%+v", gathered.Gave)
	}
	if gathered.Gave[1].Source != "b" || gathered.Gave[1].Name != list[0].Name || gathered.Gave[1].Total != list[0].Total {
		t.Errorf("%+v", gathered.Gave[1])
	}
}

func TestTextOfSeveralFiles(t *testing.T) {
	random := newRandom(t, 32)
	files := [][]byte{random.document(t, 40), random.document(t, 40), random.document(t, 40)}
	text, err := parts.TextOf(parts.Default, files...)
	if err != nil {
		t.Fatal(err)
	}
	var collection parts.Collection
	collection.Add("text", text)
	for i, document := range collection.Documents() {
		if !bytes.Equal(document.File, files[i]) {
			t.Errorf("file %d: %v", i, document.Err)
		}
	}
	if text, err := parts.TextOf(parts.Default, files[0], []byte("words")); text != nil || !errors.Is(err, signedtext.NotSigned) {
		t.Error(err)
	}
}
