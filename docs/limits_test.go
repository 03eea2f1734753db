package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/sheet"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
	"github.com/futura/airlicense/request/queries"
	paper "github.com/futura/airlicense/request/sheet"
	"github.com/futura/airlicense/request/wire"
	"github.com/futura/airlicense/verify/proof"
	"github.com/futura/airlicense/verify/revocation"
	"github.com/futura/airlicense/verify/short"
)

// limits are the named limits of the readers.
var limits = map[string]int{
	"openpgp.MaxCertificate": openpgp.MaxCertificate, "openpgp.MaxCertificatePackets": openpgp.MaxCertificatePackets,
	"openpgp.MaxSignature": openpgp.MaxSignature, "openpgp.MaxRSABits": openpgp.MaxRSABits, "openpgp.MinRSABits": openpgp.MinRSABits,
	"openpgp.MaxProtected": openpgp.MaxProtected, "openpgp.MaxProtectedFile": openpgp.MaxProtectedFile,
	"signedtext.MaxFile": signedtext.MaxFile, "signedtext.MaxDamaged": signedtext.MaxDamaged, "signedtext.MaxText": signedtext.MaxText, "signedtext.MaxLines": signedtext.MaxLines,
	"signedtext.MaxColumns": signedtext.MaxColumns, "signedtext.MaxDepth": signedtext.MaxDepth, "signedtext.MaxProof": signedtext.MaxProof,
	"signedtext.MaxCompact": signedtext.MaxCompact, "proof.MaxPath": proof.MaxPath, "proof.MaxCheckpoint": proof.MaxCheckpoint,
	"revocation.MaxEntries": revocation.MaxEntries, "keys.MaxSequence": keys.MaxSequence, "sheet.MaxContent": sheet.MaxContent, "sheet.MaxText": sheet.MaxText,
	"request.MaxDatabases": request.MaxDatabases, "fingerprint.MaxCount": fingerprint.MaxCount, "fingerprint.MinBits": fingerprint.MinBits, "queries.MaxSetRows": queries.MaxSetRows, "wire.MaxLine": wire.MaxLine,
	"short.MaxLines": short.MaxLines, "short.MaxText": short.MaxText,
	"parts.MaxParts": parts.MaxParts, "parts.MinData": parts.MinData, "parts.MaxData": parts.MaxData, "parts.MaxDocuments": parts.MaxDocuments,
	"qr.MaxFile": qr.MaxFile, "qr.MaxPixels": qr.MaxPixels, "sheet.MaxFile": paper.MaxFile, "sheet.MaxStreams": paper.MaxStreams, "sheet.MaxEmbedded": paper.MaxEmbedded,
}

var limitRow = regexp.MustCompile("(?m)^\\| `([a-z]+\\.(?:Max|Min)[A-Za-z]+)` \\| ([0-9,]+) [^|]*\\| [^|]{20,} \\|$")

// TestLimitsStandInThePage compares the table of document.md with the
// constants, and finds constants that the table lacks.
func TestLimitsStandInThePage(t *testing.T) {
	page := keystest.Need[[]byte](t)(os.ReadFile("document.md"))
	found := map[string]int{}
	for _, row := range limitRow.FindAllStringSubmatch(string(page), -1) {
		found[row[1]] = keystest.Need[int](t)(strconv.Atoi(strings.ReplaceAll(row[2], ",", "")))
	}
	if !maps.Equal(found, limits) {
		t.Errorf("document.md says %v, the code %v", found, limits)
	}
	for _, folder := range []string{"keys", "verify", "request"} {
		for _, name := range limitConstants(t, filepath.Join("..", folder)) {
			if _, listed := limits[name]; !listed {
				t.Errorf("%s is not in the table of document.md", name)
			}
		}
	}
}

// limitConstants lists the exported constants below a folder that begin with
// Max or Min.
func limitConstants(t *testing.T, folder string) (names []string) {
	t.Helper()
	ok(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, name := range constants(file) {
			if strings.HasPrefix(name, "Max") || strings.HasPrefix(name, "Min") {
				names = append(names, file.Name.Name+"."+name)
			}
		}
		return nil
	}))
	slices.Sort(names)
	return names
}

func constants(file *ast.File) (names []string) {
	for _, declaration := range file.Decls {
		group, isGroup := declaration.(*ast.GenDecl)
		if !isGroup || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				names = append(names, name.Name)
			}
		}
	}
	return names
}
