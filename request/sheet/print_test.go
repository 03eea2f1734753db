package sheet_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
	"github.com/futura/airlicense/request/sheet"
)

// save writes a file into a folder of the test.
func save(t testing.TB, name string, data []byte) (folder, path string) {
	t.Helper()
	folder = t.TempDir()
	path = filepath.Join(folder, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, path
}

// run runs a program of others and demands success.
func run(t testing.TB, folder, debianPackage, program string, arguments ...string) string {
	t.Helper()
	status, output := peertest.Run(t, folder, []string{"HOME=" + folder}, peertest.Program(t, program, debianPackage), arguments...)
	if status != 0 {
		t.Fatalf("%s: exit %d: %s", program, status, output)
	}
	return output
}

// render turns the pages of a PDF into pictures.
func render(t testing.TB, data []byte, options ...string) [][]byte {
	t.Helper()
	folder, path := save(t, "sheet.pdf", data)
	run(t, folder, "poppler-utils", "pdftoppm", append(options, path, filepath.Join(folder, "page"))...)
	return glob(t, filepath.Join(folder, "page*"))
}

func glob(t testing.TB, pattern string) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	var list [][]byte
	for _, path := range paths {
		data, err := files.Read(path, qr.MaxFile)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, data)
	}
	return list
}

// demandCodes reads all codes of the sheet in pictures, and the document out
// of them.
func demandCodes(t *testing.T, made *sheet.Sheet, pictures [][]byte) {
	t.Helper()
	var collection parts.Collection
	count := 0
	for _, picture := range pictures {
		if count == made.Count() {
			break // the pages that follow hold text
		}
		texts, err := qr.Read(context.Background(), picture, func(texts []string) bool { return count+len(texts) == made.Count() })
		if err != nil {
			t.Error(err)
		}
		count += len(texts)
		collection.Add("", []byte(strings.Join(texts, "\n")))
	}
	document, _ := collection.Document(made.Name())
	if count != made.Count() || document.File == nil {
		t.Errorf("%d of %d codes on %d pictures, %v", count, made.Count(), len(pictures), document.Err)
	}
}

func TestPrintedPDFIsRead(t *testing.T) {
	for _, size := range []int{parts.Default, parts.Dense} {
		for i, resolution := range []string{"100", "150"} {
			made := newSheet(t, kinds[i], "pt-BR", size)
			demandCodes(t, made, render(t, pdf(t, made), "-r", resolution, "-png"))
		}
	}
}

// TestScannedPagesAreRead puts the pages into a PDF as scanners do.
func TestScannedPagesAreRead(t *testing.T) {
	made := newSheet(t, sheet.License, "en", parts.Default)
	scan := fpdf.New("P", "mm", "A4", "")
	for i, page := range render(t, pdf(t, made), "-r", "150", "-jpeg", "-gray") {
		name, options := fmt.Sprint(i), fpdf.ImageOptions{ImageType: "JPG"}
		scan.RegisterImageOptionsReader(name, options, bytes.NewReader(page))
		scan.AddPage()
		scan.ImageOptions(name, 0, 0, 210, 297, false, options, 0, "")
	}
	var out bytes.Buffer
	if err := scan.Output(&out); err != nil {
		t.Fatal(err)
	}
	found, err := sheet.Open(out.Bytes())
	if err != nil || len(found.Files) != 0 {
		t.Fatal(len(found.Files), err)
	}
	demandCodes(t, made, found.Pictures)
}

func TestOtherProgramsSeeTheAttachments(t *testing.T) {
	folder, path := save(t, "sheet.pdf", pdf(t, newSheet(t, sheet.Request, "it", parts.Default)))
	if list := run(t, folder, "poppler-utils", "pdfdetach", "-list", path); !strings.Contains(list, "1: 00123-sispetro-8.9.request") || !strings.Contains(list, "2: futura.trust") {
		t.Error(list)
	}
	run(t, folder, "poppler-utils", "pdfdetach", "-saveall", "-o", folder, path)
	if saved := glob(t, filepath.Join(folder, "*.request")); len(saved) != 1 || !bytes.Equal(saved[0], document(t, 900)) {
		t.Error("the attachment is not the file")
	}
}

// TestPagesSayWhatTheyAre reads the words of the pages: the name of the
// document and the number of the page on each, the whole text somewhere.
func TestPagesSayWhatTheyAre(t *testing.T) {
	made, err := sheet.New(factsOf(sheet.Request, "pt-BR"), parts.Default, sheet.File{Name: "a.request", Data: document(t, 6000)})
	if err != nil {
		t.Fatal(err)
	}
	folder, path := save(t, "sheet.pdf", pdf(t, made))
	pages := strings.Split(strings.TrimSuffix(run(t, folder, "poppler-utils", "pdftotext", "-layout", path, "-"), "\f"), "\f")
	for i, page := range pages {
		if !strings.Contains(page, made.Name().Short()) || !strings.Contains(page, fmt.Sprintf("página %d de %d", i+1, len(pages))) {
			t.Errorf("page %d: %s", i+1, page)
		}
	}
	all := strings.Join(pages, "\n")
	for _, line := range []string{`site = "produção ?ód?"`, "items.1 = ", "items.166 = ", fmt.Sprintf("%[1]d de %[1]d", made.Count()-1), fmt.Sprint("X: substitui qualquer uma das ", made.Count()-1)} {
		if !strings.Contains(all, line) {
			t.Errorf("%s is missing", line)
		}
	}
}

func TestZbarReadsThePage(t *testing.T) {
	folder, path := save(t, "sheet.pdf", pdf(t, newSheet(t, sheet.Request, "en", parts.Default)))
	run(t, folder, "poppler-utils", "pdftoppm", "-r", "150", "-png", path, filepath.Join(folder, "page"))
	pages, err := filepath.Glob(filepath.Join(folder, "page*.png"))
	if err != nil {
		t.Fatal(err)
	}
	read := run(t, folder, "zbar-tools", "zbarimg", append([]string{"--nodbus", "-q", "--raw", "-S*.disable", "-Sqrcode.enable"}, pages...)...)
	gathered := new(parts.Collection).Gather([]parts.File{{Name: "zbarimg", Data: []byte(read)}})
	if len(gathered.Files) != 1 || !bytes.Equal(gathered.Files[0].Data, document(t, 900)) {
		t.Errorf("%+v", gathered)
	}
}

// chromium runs a browser without a window, a network or a profile of its
// own.
func chromium(t *testing.T, folder string, arguments ...string) {
	t.Helper()
	run(t, folder, "chromium", "chromium", append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--user-data-dir=" + filepath.Join(folder, "profile"), "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=1000"}, arguments...)...)
}

func TestBrowserShowsAndPrintsTheSheet(t *testing.T) {
	made := newSheet(t, sheet.Request, "it", parts.Default)
	folder, path := save(t, "sheet.html", html(t, made))
	printed := filepath.Join(folder, "printed.pdf")
	chromium(t, folder, "--no-pdf-header-footer", "--print-to-pdf="+printed, files.URI(path))
	data := glob(t, printed)[0]
	demandCodes(t, made, render(t, data, "-r", "100", "-png"))
	found, err := sheet.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	demandCodes(t, made, found.Pictures)
	chromium(t, folder, "--window-size=1280,2400", "--screenshot="+filepath.Join(folder, "screen.png"), files.URI(path))
	demandCodes(t, made, glob(t, filepath.Join(folder, "screen.png")))
}
