package main

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/futura/airlicense/request/fingerprint"
)

// method is one way to recognize a database.
type method int

const (
	withPepper method = iota // our default
	withoutPepper
	exactMatch
	rowCounts
	kmv
	minhash

	methods
	ours = exactMatch // so many methods have scores
)

var methodNames = [methods]string{"default", "without pepper", "exact match", "row counts", "KMV", "minhash"}

// Which methods a run tries.
var (
	allMethods = []method{withPepper, withoutPepper, exactMatch, rowCounts, kmv, minhash}
	ourMethods = allMethods[:ours]
	ourDefault = allMethods[:1]
)

// judged is what one method says of one trial.
type judged struct {
	refused  bool // no license was given: neither a rejection nor an acceptance
	accepted bool
	score    float64 // of our own methods
}

// trial is one customer and all that its database meets. Trials are
// independent of each other and of what else is run.
type trial struct {
	parameters
	shape  *shape
	number uint64
	before erp // all licenses
}

func newTrial(p parameters, shape *shape, number int) *trial {
	made := &trial{parameters: p, shape: shape, number: uint64(number)}
	made.before = drawERP(p, made.stream("customer"))
	return made
}

// stream is a source of randomness with a name.
func (t *trial) stream(name string) *rand.Rand {
	sum := fnv.New64a()
	sum.Write([]byte(name))
	return rand.New(rand.NewPCG(t.Seed, mix(t.number, sum.Sum64())))
}

// licensed returns the database of a variant on the day of its license.
func (t *trial) licensed(v variant) erp {
	d := t.before
	v.prepare(t.parameters, t.stream("variant "+string(v)), &d)
	return d
}

func (t *trial) salt() []byte {
	random := t.stream("salt")
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, random.Uint64()), random.Uint64())
}

// happen returns what a scenario makes of the licensed erp.
func (t *trial) happen(scenario scenario, licensed erp) erp {
	s := situation{
		parameters: t.parameters, random: t.stream(scenario.Name), other: t.stream("other customer"),
		variant: scenario.Variant, licensed: licensed, now: licensed,
	}
	scenario.happen(&s)
	return s.now
}

// holder is what was kept of the licensed erp by each method.
type holder struct {
	licenses [ours]*license
	sketch   *sketch
}

func (t *trial) hold(d *erp, keys [ours]*keyring, by []method) *holder {
	held := &holder{}
	for _, m := range by {
		if m < ours {
			held.licenses[m] = newLicense(keys[m], d)
		} else if held.sketch == nil {
			held.sketch = newSketch(d)
		}
	}
	return held
}

func (h *holder) judge(d *erp) [methods]judged {
	var all [methods]judged
	for m, license := range h.licenses {
		if license == nil {
			continue
		}
		if !license.granted() {
			all[m].refused = true
			continue
		}
		result := license.recognize(d)
		all[m] = judged{score: result.Score, accepted: result.State == fingerprint.Recognized || result.State == fingerprint.Drifted}
	}
	if h.sketch != nil {
		now := newSketch(d)
		all[exactMatch].accepted = h.sketch.sameCompanies(now)
		all[rowCounts].accepted = h.sketch.similarCounts(now)
		all[kmv].accepted = h.sketch.similarTaxNumbers(now)
		all[minhash].accepted = h.sketch.similarRows(now)
	}
	return all
}

// run runs scenarios of a trial by some methods.
func (t *trial) run(list []scenario, by []method) [][methods]judged {
	results := make([][methods]judged, len(list))
	keys := [ours]*keyring{newKeyring(t.shape, t.salt(), true), newKeyring(t.shape, t.salt(), false)}
	for _, v := range variants {
		var held *holder
		var licensed erp
		for i, scenario := range list {
			if scenario.Variant != v {
				continue
			}
			if held == nil {
				licensed = t.licensed(v)
				held = t.hold(&licensed, keys, by)
			}
			now := t.happen(scenario, licensed)
			results[i] = held.judge(&now)
		}
	}
	return results
}

// runTrials runs that many trials on all cores and hands their results over
// in order.
func runTrials(p parameters, shape *shape, list []scenario, number int, by []method, progress func(done int)) [][][methods]judged {
	results := make([][][methods]judged, number)
	var next, done atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(number); i = next.Add(1) - 1 {
				results[i] = newTrial(p, shape, int(i)).run(list, by)
				progress(int(done.Add(1)))
			}
		})
	}
	group.Wait()
	return results
}
