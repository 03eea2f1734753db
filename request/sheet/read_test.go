package sheet_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"testing"

	"github.com/futura/airlicense/request/sheet"
)

// object writes an object with a stream.
func object(entries string, stream []byte) string {
	return fmt.Sprintf("7 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n", entries, len(stream), stream)
}

func deflated(content []byte) []byte {
	var out bytes.Buffer
	writer := zlib.NewWriter(&out)
	writer.Write(content)
	writer.Close()
	return out.Bytes()
}

const embedded = "/Type /EmbeddedFile "

func TestOpenTakesFiles(t *testing.T) {
	content := []byte("a signed text\nendstream is a word in it\n")
	for name, body := range map[string]string{
		"raw":             object(embedded, content),
		"Flate":           object(embedded+"/Filter /FlateDecode", deflated(content)),
		"a list":          object(embedded+"/Filter [ /FlateDecode ]", deflated(content)),
		"no blanks":       "1 0 obj<</Type/EmbeddedFile/Filter/FlateDecode/Params<</Size 3/CheckSum<00>>>/Length 9 0 R>>stream\r\n" + string(deflated(content)) + "\r\nendstream endobj",
		"strings":         object(embedded+`/Desc (a \) >> (b) \\) /UF <feff> /A [ 1 (>>) /B ]`, content),
		"after a mistake": "1 0 obj << /A ( obj\n" + strings.Repeat(" ", 20<<10) + object(embedded, content),
		"wrong length":    "1 0 obj << /Type /EmbeddedFile /Filter /FlateDecode /Length 1 >> stream\n" + string(deflated(content)) + "endstream",
	} {
		found, err := sheet.Open([]byte("%PDF-1.3\n" + body + "%%EOF"))
		if err != nil || len(found.Files) != 1 || !bytes.Equal(found.Files[0], content) {
			t.Errorf("%s: %q, %v", name, found.Files, err)
		}
	}
}

func TestOpenTakesPlainPictures(t *testing.T) {
	for bits, pixels := range map[string][]byte{"1": {0b1010_0000, 0b0100_0000}, "8": {255, 0, 255, 0, 255, 0}} {
		found, err := sheet.Open([]byte("%PDF-1.7\n" + object("/Subtype /Image /Width 3 /Height 2 /Filter /FlateDecode /BitsPerComponent "+bits, deflated(pixels))))
		if err != nil || len(found.Pictures) != 1 {
			t.Fatal(bits, len(found.Pictures), err)
		}
		picture, err := png.Decode(bytes.NewReader(found.Pictures[0]))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 6 {
			if gray, _, _, _ := picture.At(i%3, i/3).RGBA(); gray != uint32(0xffff*(1-i%2)) {
				t.Errorf("%s bits: pixel %d is %x", bits, i, gray)
			}
		}
	}
}

func TestWhatOpenRefuses(t *testing.T) {
	large := make([]byte, sheet.MaxEmbedded+1)
	for name, test := range map[string]struct {
		data string
		code error
	}{
		"empty":           {"", sheet.Nothing},
		"a page":          {"%PDF-1.3\n" + object("/Type /Page", nil), sheet.Nothing},
		"too large":       {object(embedded, large), sheet.Overfull},
		"a bomb":          {object(embedded+"/Filter /FlateDecode", deflated(large)), sheet.Overfull},
		"not Flate":       {object(embedded+"/Filter /FlateDecode", []byte("text")), sheet.Nothing},
		"another filter":  {object(embedded+"/Filter /LZWDecode", []byte("text")), sheet.Nothing},
		"encrypted":       {object(embedded+"/Filter [/Crypt /FlateDecode]", []byte("text")), sheet.Nothing},
		"no end":          {"1 0 obj << /Type /EmbeddedFile >> stream\ntext", sheet.Nothing},
		"an open string":  {`1 0 obj << /A (\`, sheet.Nothing},
		"pixels missing":  {object("/Subtype /Image /Width 9 /Height 9 /Filter /FlateDecode /BitsPerComponent 8", deflated([]byte("x"))), sheet.Nothing},
		"a huge picture":  {object("/Subtype /Image /Width 99999999 /Height 99999999 /Filter /FlateDecode /BitsPerComponent 8", deflated(nil)), sheet.Nothing},
		"a predictor":     {object("/Subtype /Image /Width 1 /Height 1 /Filter /FlateDecode /BitsPerComponent 8 /DecodeParms << /Predictor 15 >>", deflated([]byte("xx"))), sheet.Nothing},
		"over 32 MB":      {strings.Repeat(" ", sheet.MaxFile+1), sheet.Overfull},
		"many objects":    {strings.Repeat("1 0 obj << /A (", 1<<20), sheet.Nothing},
		"many lengths":    {strings.Repeat("1 0 obj << /Length 20000000 >> stream\nendstream ", 1<<18) + strings.Repeat(" ", 20<<20), sheet.Nothing},
		"many open names": {strings.Repeat("obj<</", 1<<20), sheet.Nothing},
	} {
		if _, err := sheet.Open([]byte(test.data)); !errors.Is(err, test.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenTakesNoMoreThanItsLimit(t *testing.T) {
	found, err := sheet.Open([]byte(strings.Repeat(object(embedded, []byte("x")), 2*sheet.MaxStreams)))
	if err != nil || len(found.Files) != sheet.MaxStreams {
		t.Error(len(found.Files), err)
	}
}

// FuzzOpen holds what any bytes cost, and that no file is made up: without
// compression a file is a piece of the PDF.
func FuzzPDF(f *testing.F) {
	f.Add([]byte("%PDF-1.3\n" + object(embedded+"/Filter /FlateDecode /Params << /Size 4 >>", deflated([]byte("text")))))
	f.Add([]byte(object(embedded, []byte("x"))))
	f.Add([]byte(object("/Subtype /Image /Width 3 /Height 2 /BitsPerComponent 1 /Filter /FlateDecode", deflated([]byte{1, 2}))))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := sheet.Open(data)
		if (err == nil) != (len(found.Files)+len(found.Pictures) > 0) || len(found.Files) > sheet.MaxStreams || len(found.Pictures) > sheet.MaxStreams {
			t.Fatal(len(found.Files), len(found.Pictures), err)
		}
		for _, file := range found.Files {
			if len(file) > sheet.MaxEmbedded || !bytes.Contains(data, []byte("/FlateDecode")) && !bytes.Contains(data, file) {
				t.Fatalf("%d bytes", len(file))
			}
		}
	})
}
