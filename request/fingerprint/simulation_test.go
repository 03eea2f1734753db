package fingerprint_test

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
)

// The simulation is a regression of the figures in the comment of the
// package: what honest sites do to a database keeps it recognized, and the
// database of another customer never is. The rows of a table are not stored
// but follow from a seed and their id, so that a table of 200,000 rows costs
// no more than its 64 anchors.

// simulated is one table. Its ids are 1, 2, 3 … in every database, as a
// sequence gives them.
type simulated struct {
	seed     uint64
	highest  int64
	shared   int64  // the first rows come with the product, the same everywhere
	archived int64  // rows up to this id are gone
	holes    uint64 // rows of a thousand that were deleted here and there
	edited   uint64 // rows of a thousand whose time was corrected
	detailed bool   // has a column beside the time, a number or a text
	masked   bool   // that column was made unrecognizable
	renamed  bool   // the profile does not know the table's new name
}

// erp is a database in the order of the example's metrics: pedido,
// nota_fiscal, titulo, cliente, usuario, deposito.
type erp [6]simulated

const documents = 3 // the first three tables; the rest are masters

// mix is the finalizer of SplitMix64: other inputs, unrelated outputs.
func mix(parts ...uint64) uint64 {
	var sum uint64
	for _, part := range parts {
		sum += part + 0x9E3779B97F4A7C15
		sum = (sum ^ sum>>30) * 0xBF58476D1CE4E5B9
		sum = (sum ^ sum>>27) * 0x94D049BB133111EB
		sum ^= sum >> 31
	}
	return sum
}

// row returns the columns of a row, or false where there is none.
func (s simulated) row(id int64) ([][]byte, bool) {
	seed, number := s.seed, uint64(id)
	if id <= s.shared {
		seed = 0
	}
	if id <= s.archived || id > s.highest || id > s.shared && mix(seed, number, 1)%1000 < s.holes {
		return nil, false
	}
	created := 1_400_000_000 + id*600 + int64(mix(seed, number, 2)%86400)
	if mix(seed, number, 3)%1000 < s.edited {
		created++
	}
	row := [][]byte{binary.AppendVarint(nil, id), binary.AppendVarint(nil, created)}
	if s.detailed {
		detail := mix(seed, number, 4)
		if s.masked {
			detail = 0
		}
		row = append(row, binary.AppendUvarint(nil, detail))
	}
	return row, true
}

// measure takes the items of a table, at the exponent of a license or of its
// own.
func (s simulated) measure(key fingerprint.Key, metric fingerprint.Metric, licensed *fingerprint.Item) fingerprint.Item {
	if s.renamed {
		return fingerprint.Item{}
	}
	if metric.Kind == set {
		sampler := key.NewSampler(metric)
		if licensed != nil {
			sampler = key.NewSamplerAt(metric, licensed.Exponent)
		}
		for id := int64(1); id <= s.highest; id++ {
			if row, found := s.row(id); found {
				sampler.Add(row)
			}
		}
		return sampler.Item()
	}
	size := key.Size(metric, s.highest)
	if licensed != nil {
		size = *licensed
	}
	rows := map[int64][][]byte{}
	for _, probe := range key.Probes(metric, key.Span(metric, size)) {
		if row, found := s.row(probe); found {
			rows[probe] = row
		}
	}
	return key.Anchors(metric, size, rows)
}

// site is a database with its license.
type site struct {
	profile  *request.Profile
	key      fingerprint.Key
	database erp
	licensed fingerprint.Items
}

func newSite(t testing.TB, profile *request.Profile, random *rand.Rand) site {
	t.Helper()
	salt := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, random.Uint64()), random.Uint64())
	made := site{profile: profile, key: fingerprint.NewKey(nil, profile.Product, salt), database: drawERP(random)}
	for i, metric := range profile.MetricList() {
		made.licensed = append(made.licensed, made.database[i].measure(made.key, metric, nil))
	}
	if !fingerprint.EnoughToIssue(profile.MetricList(), made.licensed) {
		t.Errorf("too little for a license: %+v", made.database)
	}
	return made
}

func (s site) compare(now erp) fingerprint.Result {
	var items fingerprint.Items
	for i, metric := range s.profile.MetricList() {
		items = append(items, now[i].measure(s.key, metric, &s.licensed[i]))
	}
	return fingerprint.Compare(s.profile.MetricList(), s.licensed, items, s.profile.Thresholds())
}

// between draws a size; each order of magnitude is as likely.
func between(random *rand.Rand, low, high float64) int64 {
	return int64(low * math.Pow(high/low, random.Float64()))
}

func drawERP(random *rand.Rand) erp {
	drawn := erp{{detailed: true}, {detailed: true}, {}, {shared: 3}, {shared: 2}, {shared: 1}}
	limits := [6][2]float64{{2000, 200_000}, {2000, 200_000}, {2000, 200_000}, {40, 400}, {6, 80}, {4, 30}}
	for i := range drawn {
		drawn[i].seed, drawn[i].holes = random.Uint64(), random.Uint64N(50)
		drawn[i].highest = between(random, limits[i][0], limits[i][1])
	}
	return drawn
}

// each changes tables from one number to before another.
func (e *erp) each(from, to int, change func(*simulated)) {
	for i := from; i < to; i++ {
		change(&e[i])
	}
}

func grow(factor float64) func(*simulated) {
	return func(s *simulated) { s.highest = int64(math.Ceil(float64(s.highest) * factor)) }
}

// archive takes out the oldest rows.
func archive(share float64) func(*simulated) {
	return func(s *simulated) { s.archived = int64(float64(s.highest) * share) }
}

// honest is what happens to the database of a site with a license.
var honest = map[string]func(*erp, *rand.Rand){
	"nothing happened":             func(*erp, *rand.Rand) {},
	"a year":                       func(e *erp, r *rand.Rand) { e.each(0, 6, grow(1.1+r.Float64()/2)) },
	"three years":                  func(e *erp, r *rand.Rand) { e.each(0, 3, grow(2+3*r.Float64())); e.each(3, 6, grow(1+r.Float64())) },
	"three new companies":          func(e *erp, _ *rand.Rand) { e.each(0, 6, grow(4)) },
	"40 % archived, the oldest":    func(e *erp, _ *rand.Rand) { e.each(0, documents, archive(0.4)) },
	"60 % archived of two tables":  func(e *erp, _ *rand.Rand) { e.each(0, 2, archive(0.6)) },
	"60 % deleted here and there":  func(e *erp, _ *rand.Rand) { e.each(0, documents, func(s *simulated) { s.holes = 600 }) },
	"5 % corrected":                func(e *erp, _ *rand.Rand) { e.each(0, 6, func(s *simulated) { s.edited = 50 }) },
	"test copy of half a year ago": func(e *erp, r *rand.Rand) { e.each(0, 6, grow(0.75+r.Float64()/5)) },
	"masked test copy":             func(e *erp, _ *rand.Rand) { e.each(0, 6, func(s *simulated) { s.masked = true }) },
	"a table renamed":              func(e *erp, r *rand.Rand) { e[r.IntN(6)].renamed = true },
	"a year, corrected, a table renamed": func(e *erp, r *rand.Rand) {
		e.each(0, 6, func(s *simulated) { s.highest, s.edited = s.highest*3/2, 50 })
		e[r.IntN(6)].renamed = true
	},
}

func stranger(s *simulated) { s.seed++ }

// dishonest is what a license is tried on that was made for another database.
// Every product of this kind counts its ids from 1.
var dishonest = map[string]func(*erp, *rand.Rand){
	"another customer, the same ids": func(e *erp, _ *rand.Rand) { e.each(0, 6, stranger) },
	"another customer, smaller":      func(e *erp, _ *rand.Rand) { e.each(0, 6, stranger); e.each(0, 6, grow(0.2)) },
	"another customer, larger":       func(e *erp, _ *rand.Rand) { e.each(0, 6, stranger); e.each(0, 6, grow(4)) },
	"another customer, of any size":  func(e *erp, r *rand.Rand) { *e = drawERP(r) },
	"clone, documents wiped":         func(e *erp, _ *rand.Rand) { e.each(0, documents, func(s *simulated) { s.highest = 0 }) },
	"clone, documents begun anew":    func(e *erp, _ *rand.Rand) { e.each(0, documents, stranger) },
	"clone, anew, a larger one":      func(e *erp, _ *rand.Rand) { e.each(0, documents, stranger); e.each(0, 6, grow(3)) },
	"clone, documents counted on":    func(e *erp, _ *rand.Rand) { e.each(0, documents, archive(1)); e.each(0, documents, grow(2)) },
	"another customer, few masters": func(e *erp, _ *rand.Rand) {
		e.each(0, 6, stranger)
		e.each(3, 6, func(s *simulated) { s.highest = s.shared })
	},
}

// hidden is a database that is not the licensed one, and from which a table
// is hidden, in the hope that what is not measured does not count.
var hidden = map[string]func(*erp, *rand.Rand){
	"clone, anew, a table hidden": func(e *erp, r *rand.Rand) {
		e.each(0, documents, stranger)
		e[r.IntN(documents)].renamed = true
	},
	"clone, wiped, two tables hidden": func(e *erp, _ *rand.Rand) {
		e.each(0, documents, func(s *simulated) { s.highest = 0 })
		e.each(0, 2, func(s *simulated) { s.renamed = true })
	},
	"another customer, three tables hidden": func(e *erp, _ *rand.Rand) {
		e.each(0, 6, stranger)
		e.each(0, 3, func(s *simulated) { s.renamed = true })
	},
}

const trials = 30

func TestSimulatedSites(t *testing.T) {
	text, err := request.DraftProfile(profiles.SisPetro, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	profile, err := request.ParseProfile(text)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(2026, 1))
	var sites []site
	for range trials {
		sites = append(sites, newSite(t, profile, random))
	}
	lowest, highest := 1.0, 0.0
	for name, happen := range honest {
		low, _ := simulate(t, sites, name, happen, fingerprint.Recognized, fingerprint.Drifted)
		lowest = min(lowest, low)
	}
	for name, happen := range dishonest {
		_, high := simulate(t, sites, name, happen, fingerprint.NotRecognized)
		highest = max(highest, high)
	}
	for name, happen := range hidden {
		simulate(t, sites, name, happen, fingerprint.NotRecognized, fingerprint.Undecided)
	}
	t.Logf("lowest honest score %.3f, highest dishonest score %.3f", lowest, highest)
}

// simulate lets one thing happen to every site and returns the lowest and the
// highest score.
func simulate(t *testing.T, sites []site, name string, happen func(*erp, *rand.Rand), wanted ...fingerprint.State) (lowest, highest float64) {
	t.Helper()
	seed := fnv.New64a()
	seed.Write([]byte(name))
	random := rand.New(rand.NewPCG(2026, seed.Sum64()))
	lowest, highest = 1, 0
	for _, site := range sites {
		now := site.database
		happen(&now, random)
		result := site.compare(now)
		if !slices.Contains(wanted, result.State) {
			t.Errorf("%s: %s, score %.3f\nlicensed %+v\nnow %+v", name, result.State, result.Score, site.database, now)
		}
		lowest, highest = min(lowest, result.Score), max(highest, result.Score)
	}
	t.Logf("%-36s %.3f to %.3f", name, lowest, highest)
	return lowest, highest
}
