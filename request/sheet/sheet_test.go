package sheet_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/sheet"
)

var languages = []string{"pt-BR", "it", "en"}

var kinds = []sheet.Kind{sheet.Request, sheet.License}

var born = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// document makes a signed document with so many bytes that no compression
// makes smaller.
func document(t testing.TB, size int) []byte {
	t.Helper()
	signer, err := openpgp.Generate("sheet", born, strings.NewReader(strings.Repeat("a fixed seed", 32)))
	if err != nil {
		t.Fatal(err)
	}
	text := "kind = \"futura-request\"\nformat = 1\nsite = \"produção Łódź\"\n\n[[database]]"
	noise := rand.NewChaCha8([32]byte{1})
	for i := 0; i < size/36; i++ {
		line := make([]byte, 36)
		noise.Read(line)
		text += fmt.Sprintf("\nitems.%d = %q", i+1, base64.RawURLEncoding.EncodeToString(line))
	}
	sealed, err := signedtext.Seal([]byte(text), signer, born)
	if err != nil {
		t.Fatal(err)
	}
	return sealed.Render()
}

func factsOf(kind sheet.Kind, language string) sheet.Facts {
	return sheet.Facts{
		Kind: kind, Language: language, Customer: "00123", Site: "produção", Product: "SisPetro", Version: "8.9", Serial: "L-2026-000123",
		Contact: "Entre em contato com o departamento administrativo da Futura.", Key: "EF68 2F15 B9A2 899E 6545  770C AD99 E4AA 09B7 51EE", Date: born,
	}
}

// newSheet makes a sheet of a document of an ordinary size: five codes.
func newSheet(t testing.TB, kind sheet.Kind, language string, size int) *sheet.Sheet {
	t.Helper()
	made, err := sheet.New(factsOf(kind, language), size, sheet.File{Name: "00123-sispetro-8.9.request", Data: document(t, 900)}, sheet.File{Name: "futura.trust", Data: []byte("a trust file")})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func pdf(t testing.TB, made *sheet.Sheet) []byte {
	t.Helper()
	data, err := made.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func html(t testing.TB, made *sheet.Sheet) []byte {
	t.Helper()
	data, err := made.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPDFGivesItsFilesBack(t *testing.T) {
	for _, kind := range kinds {
		for _, language := range languages {
			data := pdf(t, newSheet(t, kind, language, parts.Default))
			if !sheet.IsPDF(data) {
				t.Fatal("not a PDF")
			}
			found, err := sheet.Open(data)
			if err != nil || len(found.Files) != 2 || !bytes.Equal(found.Files[0], document(t, 900)) || string(found.Files[1]) != "a trust file" {
				t.Errorf("%s, %s: %d files, %v", kind, language, len(found.Files), err)
			}
		}
	}
}

func TestSheetIsReproducible(t *testing.T) {
	made := newSheet(t, sheet.Request, "it", parts.Default)
	first := pdf(t, made)
	for range 5 {
		if !bytes.Equal(first, pdf(t, made)) {
			t.Fatal("two PDFs of one request differ")
		}
	}
}

func TestHTMLGivesItsPartsBack(t *testing.T) {
	for _, kind := range kinds {
		for _, language := range languages {
			made := newSheet(t, kind, language, parts.Dense)
			gathered := new(parts.Collection).Gather([]parts.File{{Name: "sheet.html", Data: html(t, made)}})
			if len(gathered.Files) != 1 || !bytes.Equal(gathered.Files[0].Data, document(t, 900)) || gathered.Files[0].Of != made.Name() {
				t.Errorf("%s, %s: %+v", kind, language, gathered)
			}
		}
	}
}

// A site has no network, and Internet Explorer no newer CSS.
func TestHTMLNeedsNothing(t *testing.T) {
	reference := regexp.MustCompile(`(?i)https?:|//|src="[^d]|href=|@import|url\(|\bflex\b|\bgrid\b|var\(--|\blet\b|\bconst\b|=>`)
	for _, language := range languages {
		page := regexp.MustCompile(`base64,[A-Za-z0-9+/=&#;]+`).ReplaceAllString(string(html(t, newSheet(t, sheet.License, language, parts.Default))), "base64,")
		if found := reference.FindString(page); found != "" {
			t.Errorf("%s: %q", language, found)
		}
	}
}

func TestValuesCannotBreakThePage(t *testing.T) {
	facts := factsOf(sheet.Request, "en")
	facts.Site, facts.Contact = "a\nCustomer|999\x1b[31m", `<script>alert("x")</script>{{.}}`
	made, err := sheet.New(facts, parts.Default, sheet.File{Name: "a\r\nb", Data: document(t, 900)})
	if err != nil {
		t.Fatal(err)
	}
	page := string(html(t, made))
	if strings.Contains(page, "<script") || strings.Contains(page, "\x1b") || !strings.Contains(page, `<td class="value">a Customer|999 [31m</td>`) {
		t.Error("a value broke out of its place")
	}
}

func TestWhatCannotBeASheet(t *testing.T) {
	whole := document(t, 6000)
	for name, test := range map[string]struct {
		language string
		size     int
		data     []byte
		code     error
	}{
		"modules too small": {"en", parts.MaxData, whole, sheet.Unmakeable},
		"another language":  {"de", parts.Default, whole, sheet.Unmakeable},
		"no document":       {"en", parts.Default, []byte("text"), signedtext.NotSigned},
	} {
		made, err := sheet.New(factsOf(sheet.Request, test.language), test.size, sheet.File{Data: test.data})
		if err == nil {
			_, err = made.PDF()
		}
		if !errors.Is(err, test.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
