package docs_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
)

var privacyPages = []string{"privacy.md", "privacy.pt-BR.md", "privacy.it.md"}

var (
	pageNumber   = regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)*`)
	groupedDigit = regexp.MustCompile(`^[0-9]{1,3}(?:[.,][0-9]{3})+$`)
	codeSpan     = regexp.MustCompile("`[^`]+`")
	figureRow    = regexp.MustCompile(`(?m)^\| (F[0-9]+) \|.*\| ([^|]+) \|$`)
)

// numbers returns the numbers of a text, however its language groups digits.
func numbers(text string) []string {
	list := pageNumber.FindAllString(text, -1)
	for i, number := range list {
		if groupedDigit.MatchString(number) {
			list[i] = strings.NewReplacer(".", "", ",", "").Replace(number)
		}
	}
	return list
}

// pieces cuts a page into what the translations have in common: headings,
// table rows, list items, lines of code and paragraphs.
func pieces(page string) []string {
	var list []string
	inCode, joins := false, false
	for line := range strings.SplitSeq(page, "\n") {
		fence := strings.HasPrefix(line, "```")
		begins := fence || inCode || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "- ")
		switch {
		case line == "":
		case joins && !begins:
			list[len(list)-1] += " " + line
		default:
			list = append(list, line)
		}
		inCode = inCode != fence
		joins = line != "" && !inCode && !fence
	}
	return list
}

// facts are what a piece and its translations must share.
func facts(piece string) string {
	shape := strings.Repeat("|", strings.Count(piece, "|")) + piece[:strings.IndexFunc(piece+"x", func(r rune) bool { return !strings.ContainsRune("#-|`", r) })]
	found := append(numbers(piece), codeSpan.FindAllString(piece, -1)...)
	slices.Sort(found)
	return shape + " " + strings.Join(found, " ")
}

func TestPrivacyPagesAgree(t *testing.T) {
	english := pieces(string(keystest.Need[[]byte](t)(os.ReadFile(privacyPages[0]))))
	if len(english) < 80 {
		t.Fatalf("%d pieces found", len(english))
	}
	for _, name := range privacyPages[1:] {
		other := pieces(string(keystest.Need[[]byte](t)(os.ReadFile(name))))
		if len(other) != len(english) {
			t.Errorf("%s has %d pieces, not %d", name, len(other), len(english))
		}
		for i := range min(len(other), len(english)) {
			if want, got := facts(english[i]), facts(other[i]); got != want {
				t.Errorf("%s says %q\n%s: %s\n%s: %s", name, other[i], privacyPages[0], want, name, got)
			}
		}
	}
}

// figures reads the table of figures of the English page.
func figures(t *testing.T) map[string][]float64 {
	t.Helper()
	list := map[string][]float64{}
	for _, row := range figureRow.FindAllStringSubmatch(string(keystest.Need[[]byte](t)(os.ReadFile(privacyPages[0]))), -1) {
		list[row[1]] = []float64{}
		for _, number := range numbers(row[2]) {
			var value float64
			fmt.Sscan(number, &value)
			list[row[1]] = append(list[row[1]], value)
		}
	}
	if len(list) != 11 {
		t.Fatalf("%d figures found", len(list))
	}
	return list
}

func number(value int64) []byte { return binary.AppendVarint(nil, value) }

// saltOf returns a salt that nothing else has.
func saltOf(random *rand.Rand) []byte { return number(int64(random.Uint64() >> 1)) }

const (
	secondsOfADay  = 24 * 60 * 60
	secondsOfAYear = 365 * secondsOfADay
)

// TestPrivacySizes: F1 to F3, what the sizes tell.
func TestPrivacySizes(t *testing.T) {
	page, random := figures(t), rand.New(rand.NewPCG(1, 1))
	large := fingerprint.Metric{Name: "pedidos", Kind: fingerprint.Anchors, Count: 64}
	for range 1000 {
		highest := int64(math.Exp(random.Float64() * math.Log(1e9)))
		size := fingerprint.NewKey([]byte("0123456789abcdef"), "sispetro", saltOf(random)).Size(large, highest)
		low := math.Exp2(float64(size.Exponent))
		if float64(highest) < low || float64(highest) >= page["F1"][0]*low {
			t.Fatalf("F1: %d is of the class of %f", highest, low)
		}
	}
	for rows := range int64(33) {
		if sample := sampleOf(random, 32, rows); sample.Exponent != 0 || int64(len(sample.Values)) != rows {
			t.Errorf("F2: of %d rows, %d are in the sample of one in 2^%d", rows, len(sample.Values), sample.Exponent)
		}
	}
	for i, places := range []int{32, 16} {
		within, trials := 0, 600
		for range trials {
			rows := int64(places) + 1 + random.Int64N(3000)
			sample := sampleOf(random, places, rows)
			estimate := math.Ldexp(float64(len(sample.Values)), int(sample.Exponent))
			if math.Abs(estimate/float64(rows)-1) <= page["F3"][i]/100 {
				within++
			}
		}
		if share := float64(within) / float64(trials); share < 0.95 {
			t.Errorf("F3: with %d places, %.3f of the estimates are within %v %%", places, share, page["F3"][i])
		}
	}
}

// sampleOf samples a table of so many rows under a fresh salt.
func sampleOf(random *rand.Rand, places int, rows int64) fingerprint.Item {
	sampler := fingerprint.NewKey(nil, "sispetro", saltOf(random)).NewSampler(fingerprint.Metric{Name: "clientes", Kind: fingerprint.Set, Count: places})
	for row := range rows {
		sampler.Add([][]byte{number(row)})
	}
	return sampler.Item()
}

// guesser tests guesses of the row with a known key against one item.
type guesser struct {
	key    fingerprint.Key
	anchor fingerprint.Metric
	size   fingerprint.Item
	probe  int64
	set    fingerprint.Metric
}

func newGuesser(pepper, salt []byte) guesser {
	g := guesser{key: fingerprint.NewKey(pepper, "sispetro", salt)}
	g.anchor = fingerprint.Metric{Name: "titulos", Kind: fingerprint.Anchors, Count: 1}
	g.set = fingerprint.Metric{Name: "clientes", Kind: fingerprint.Set, Count: 32}
	g.size = g.key.Size(g.anchor, 1<<20)
	g.probe = g.key.Probes(g.anchor, g.key.Span(g.anchor, g.size))[0]
	return g
}

func (g guesser) row(created int64) [][]byte { return [][]byte{number(g.probe), number(created)} }

// eight is the item of an anchor for a row created at this second.
func (g guesser) eight(created int64) uint16 {
	return g.key.Anchors(g.anchor, g.size, map[int64][][]byte{g.probe: g.row(created)}).Values[0]
}

// sixteen is the item of a set.
func (g guesser) sixteen(created int64) uint16 {
	value, _ := g.key.NewSamplerAt(g.set, 0).Add(g.row(created))
	return value
}

// TestPrivacyGuesses: F4 to F6, how many wrong guesses of a row pass.
func TestPrivacyGuesses(t *testing.T) {
	page := figures(t)
	g := newGuesser(nil, []byte("salt"))
	const guesses = 4 * secondsOfADay
	for i, item := range []func(int64) uint16{g.eight, g.sixteen} {
		truth, passed := item(-1), 0
		for created := range int64(guesses) {
			if item(created) == truth {
				passed++
			}
		}
		expected := guesses / page["F4"][i]
		if math.Abs(float64(passed)-expected) > 5*math.Sqrt(expected) {
			t.Errorf("F4: of %d wrong guesses %d pass, not about %.0f", guesses, passed, expected)
		}
		if want := math.Round(secondsOfADay / page["F4"][i]); page["F5"][i] != want {
			t.Errorf("F5: %v, not %v", page["F5"][i], want)
		}
		if want := math.Round(secondsOfAYear / page["F4"][i]); page["F6"][i] != want {
			t.Errorf("F6: %v, not %v", page["F6"][i], want)
		}
	}
}

// BenchmarkPrivacyGuess is F7: guesses of a row that one core tests.
func BenchmarkPrivacyGuess(b *testing.B) {
	g := newGuesser(nil, []byte("salt"))
	created := int64(0)
	for b.Loop() {
		created++
		g.sixteen(created)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "guesses/s")
}

// TestPrivacySecret: F8. Without the secret the truth passes no more often
// than a wrong guess, and a secret that is too short is refused.
func TestPrivacySecret(t *testing.T) {
	const trials = 60_000
	passed, random := 0, rand.New(rand.NewPCG(8, 8))
	for range trials {
		salt := saltOf(random)
		if newGuesser(saltOf(random), salt).sixteen(7)%255 == newGuesser(nil, salt).sixteen(7)%255 {
			passed++
		}
	}
	if expected := trials / 255.0; math.Abs(float64(passed)-expected) > 5*math.Sqrt(expected) {
		t.Errorf("without the secret, the truth passes %d times, not about %.0f", passed, expected)
	}
	least := 0
	for least < 64 && errors.Is(withSecret(t, bytes.Repeat([]byte{7}, least)), queries.NoPepper) {
		least++
	}
	if want := figures(t)["F8"][0]; float64(8*least) != want {
		t.Errorf("F8: a secret may have %d bits, the page says %v", 8*least, want)
	}
}

// withSecret measures a database whose only answer is the secret.
func withSecret(t *testing.T, secret []byte) error {
	t.Helper()
	profile := keystest.Need[*request.Profile](t)(request.NewProfile(profiles.SisPetro, began))
	dialogue := keystest.Need[*queries.Dialogue](t)(queries.Collect(profile, queries.SQLite, make([]byte, request.SaltSize)))
	dialogue.Next()
	err := dialogue.Row([]any{secret})
	dialogue.Done(err)
	if len(dialogue.Problems()) > 0 {
		return dialogue.Problems()[0].Err
	}
	return err
}

// TestPrivacyUnlinkable: F9, what two fingerprints under different salts have
// in common, of one database and of two.
func TestPrivacyUnlinkable(t *testing.T) {
	page, random := figures(t), rand.New(rand.NewPCG(9, 9))
	metric := fingerprint.Metric{Name: "pedidos", Kind: fingerprint.Anchors, Count: 250}
	measured := func(pepper []byte, owner int64) []uint16 {
		key, rows := fingerprint.NewKey(pepper, "sispetro", saltOf(random)), map[int64][][]byte{}
		size := key.Size(metric, 5000)
		for _, probe := range key.Probes(metric, key.Span(metric, size)) {
			rows[probe] = [][]byte{number(probe), number(owner*1e6 + probe)}
		}
		return key.Anchors(metric, size, rows).Values
	}
	secret := []byte("0123456789abcdef")
	for name, pair := range map[string]struct {
		pepper []byte
		other  int64
	}{"one database": {nil, 1}, "one database with a secret": {secret, 1}, "two databases": {nil, 2}} {
		equal, items := 0, 0
		for range 300 {
			one, two := measured(pair.pepper, 1), measured(pair.pepper, pair.other)
			for i := range one {
				if items++; one[i] == two[i] {
					equal++
				}
			}
		}
		if expected := float64(items) / page["F9"][0]; math.Abs(float64(equal)-expected) > 5*math.Sqrt(expected) {
			t.Errorf("F9: %s: of %d items %d are equal, not about %.0f", name, items, equal, expected)
		}
	}
}

// TestPrivacyLineage: F10, by the rule that SameLineage follows: how often
// two lineages without anything in common pass for one.
func TestPrivacyLineage(t *testing.T) {
	limit := 1 / figures(t)["F10"][0]
	for common := range fingerprint.LineageSize + 1 {
		one, two := bytes.Repeat([]byte{1}, common), bytes.Repeat([]byte{2}, common)
		needed := 0 // equal items from which two lineages pass for one
		for needed <= common && !fingerprint.SameLineage(one, two) {
			if needed < common {
				two[needed] = 1
			}
			needed++
		}
		chance := 0.0
		for equal := needed; equal <= common; equal++ {
			chance += choose(common, equal) * math.Pow(1.0/255, float64(equal)) * math.Pow(254.0/255, float64(common-equal))
		}
		if chance > limit {
			t.Errorf("F10: with %d rows in common, once in %.0f", common, 1/chance)
		}
	}
}

func choose(n, k int) float64 {
	ways := 1.0
	for i := range k {
		ways *= float64(n-i) / float64(i+1)
	}
	return ways
}

// TestPrivacySize: F11, the size of the example's metrics and lineage.
func TestPrivacySize(t *testing.T) {
	profile := keystest.Need[*request.Profile](t)(request.NewProfile(profiles.SisPetro, began))
	metrics := profile.MetricList()
	items := make(fingerprint.Items, len(metrics))
	for i, metric := range metrics {
		items[i] = fingerprint.Item{Measured: true, Values: make([]uint16, metric.Count)}
	}
	size := float64(len(items.Encode(metrics)) + fingerprint.LineageSize)
	if limit := figures(t)["F11"][0]; size > limit || size < 0.8*limit {
		t.Errorf("F11: %v bytes at most, the page says %v", size, limit)
	}
}

// TestPrivacyTaxNumbers does what would be possible if a profile named a
// column with a tax number: it names a company's customers.
func TestPrivacyTaxNumbers(t *testing.T) {
	const candidates, customers = 42_000, 2_000
	key := fingerprint.NewKey(nil, "sispetro", []byte("a salt in the clear"))
	metric := fingerprint.Metric{Name: "clientes", Kind: fingerprint.Set, Count: 32}
	taxNumber := func(i int) [][]byte { return [][]byte{fmt.Appendf(nil, "%08d0001%02d", i*2311+17, i%97)} }
	sampler := key.NewSampler(metric)
	for i := range customers {
		sampler.Add(taxNumber(i * (candidates / customers)))
	}
	stolen := sampler.Item()
	right, wrong := 0, 0
	for i := range candidates {
		value, sampled := key.NewSamplerAt(metric, stolen.Exponent).Add(taxNumber(i))
		if _, found := slices.BinarySearch(stolen.Values, value); !sampled || !found {
			continue
		}
		if i%(candidates/customers) == 0 {
			right++
		} else {
			wrong++
		}
	}
	if right != len(stolen.Values) || wrong > 3 || right < 16 {
		t.Errorf("of %d customers in the sample %d are named, and %d others", len(stolen.Values), right, wrong)
	}
}
