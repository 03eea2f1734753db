package main

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
)

// Here the code that ships meets the model: package fingerprint draws the
// probes, hashes, samples and compares.

// shape is a profile, and for each of its metrics the table and columns of
// the model.
type shape struct {
	profile *request.Profile
	metrics []fingerprint.Metric
	table   []int
	columns [][]request.Column
}

// newShape reads the profile that we ship for SisPetro.
func newShape() (*shape, error) {
	text, err := request.DraftProfile(profiles.SisPetro, time.Unix(issued, 0).UTC())
	if err != nil {
		return nil, err
	}
	profile, err := request.ParseProfile(text)
	if err != nil {
		return nil, err
	}
	made := &shape{profile: profile, metrics: profile.MetricList()}
	for _, metric := range profile.Metrics {
		columns, err := metric.ColumnList()
		if err != nil {
			return nil, err
		}
		index := tableIndex(metric.Table)
		if index < 0 {
			return nil, fmt.Errorf("the model has no table %s", metric.Table)
		}
		made.table, made.columns = append(made.table, index), append(made.columns, columns)
	}
	return made, nil
}

// license is what a site was given for a database.
type license struct {
	*keyring
	items fingerprint.Items
}

// keyring holds what was hashed under the keys of one salt, by pepper.
type keyring struct {
	*shape
	salt     []byte
	peppered bool
	memories map[uint64]*memory
}

func newKeyring(shape *shape, salt []byte, peppered bool) *keyring {
	return &keyring{shape: shape, salt: salt, peppered: peppered, memories: map[uint64]*memory{}}
}

// pepper is the product's secret, as the dialogue gives it to the
// fingerprint: a byte 1 and 32 more.
func pepper(number uint64) []byte {
	pepper := []byte{1}
	for i := range uint64(4) {
		pepper = binary.BigEndian.AppendUint64(pepper, mix(number, i))
	}
	return pepper
}

// of returns the memory of a database's key.
func (k *keyring) of(d *erp) *memory {
	number, secret := uint64(0), []byte(nil)
	if k.peppered {
		number, secret = d.pepper, pepper(d.pepper)
	}
	if k.memories[number] == nil {
		k.memories[number] = newMemory(fingerprint.NewKey(secret, k.profile.Product, k.salt), k.shape)
	}
	return k.memories[number]
}

// newLicense measures a database for a license.
func newLicense(keys *keyring, d *erp) *license {
	made, memory := &license{keyring: keys}, keys.of(d)
	for i, metric := range made.metrics {
		one := &d.tables[made.table[i]]
		if metric.Kind == fingerprint.Anchors {
			made.items = append(made.items, memory.collectAnchors(i, one))
		} else {
			made.items = append(made.items, memory.collectSet(i, one))
		}
	}
	return made
}

// granted reports whether the desk gives a license for these items.
func (l *license) granted() bool { return fingerprint.EnoughToIssue(l.metrics, l.items) }

// recognize judges a database against the license.
func (l *license) recognize(d *erp) fingerprint.Result {
	return fingerprint.Compare(l.metrics, l.items, l.measure(d), l.profile.Thresholds())
}

// measure takes the items of the license again.
func (l *license) measure(d *erp) fingerprint.Items {
	memory := l.of(d)
	items := make(fingerprint.Items, len(l.metrics))
	for i, metric := range l.metrics {
		one := &d.tables[l.table[i]]
		switch {
		case one.renamed || !l.items[i].Enough(metric.Kind):
		case metric.Kind == fingerprint.Anchors:
			items[i] = memory.key.Anchors(metric, l.items[i], memory.find(i, l.items[i], one))
		default:
			items[i] = memory.sample(i, l.items[i].Exponent, one)
		}
	}
	return items
}

// memory is a key with what it is known to keep in a sample, so that a row
// that several scenarios share is hashed once. A row that is not kept changes
// nothing: leaving it out gives the same sample, as TestMemoryChangesNothing
// shows.
type memory struct {
	*shape
	key       fingerprint.Key
	collected map[collection]fingerprint.Item
	tried     map[source]*triedRows
}

// collection is a whole table as a metric reads it.
type collection struct {
	metric int
	table  table
}

// source is a table's unchanged rows of one origin, sampled at one exponent.
type source struct {
	metric   int
	exponent uint8
	origin   origin
}

// triedRows are the keys of the rows that were hashed, and of those kept.
type triedRows struct {
	sampler     *fingerprint.Sampler
	tried, kept bitset
}

type bitset []uint64

func (b bitset) has(key int64) bool {
	return key/64 < int64(len(b)) && b[key/64]>>(key%64)&1 == 1
}

func (b *bitset) add(key int64) {
	for int64(len(*b)) <= key/64 {
		*b = append(*b, 0)
	}
	(*b)[key/64] |= 1 << (key % 64)
}

func newMemory(key fingerprint.Key, shape *shape) *memory {
	return &memory{shape: shape, key: key, collected: map[collection]fingerprint.Item{}, tried: map[source]*triedRows{}}
}

// usable reports whether a metric may stand in a license, by the rule of
// package queries: a metric whose rows can be told from their keys does not.
func usable(metric fingerprint.Metric, prediction fingerprint.Prediction) bool {
	rows, left := len(prediction.Predicted), len(prediction.Predicted)-prediction.Count()
	return !prediction.Weak() && (!metric.Kind.Enough(rows) || metric.Kind.Enough(left))
}

// collectAnchors looks rows up for a license, and leaves out those that can
// be told from their keys.
func (m *memory) collectAnchors(i int, one *table) fingerprint.Item {
	metric := m.metrics[i]
	size := m.key.Size(metric, one.last())
	rows := m.find(i, size, one)
	keys := slices.Sorted(maps.Keys(rows))
	var sample [][][]byte
	for _, key := range keys {
		sample = append(sample, rows[key])
	}
	prediction := fingerprint.Predict(sample)
	if !usable(metric, prediction) {
		return fingerprint.Item{}
	}
	for n, key := range keys {
		if prediction.Predicted[n] {
			delete(rows, key)
		}
	}
	return m.key.Anchors(metric, size, rows)
}

// find looks up the rows of a table that the key draws.
func (m *memory) find(i int, size fingerprint.Item, one *table) map[int64][][]byte {
	rows := map[int64][][]byte{}
	for _, probe := range m.key.Probes(m.metrics[i], m.key.Span(m.metrics[i], size)) {
		if from, corrected, found := one.at(probe); found {
			rows[probe] = from.row(m.columns[i], probe, corrected)
		}
	}
	return rows
}

// collectSet samples a table for a license, and leaves out the rows that can
// be told from their keys.
func (m *memory) collectSet(i int, one *table) fingerprint.Item {
	at := collection{i, *one}
	at.table.origin = m.visible(i, one.origin)
	if item, known := m.collected[at]; known {
		return item
	}
	sampler := m.key.NewSampler(m.metrics[i])
	for key := int64(1); key <= one.highest; key++ {
		if from, corrected, found := one.at(key); found {
			sampler.Add(from.row(m.columns[i], key, corrected))
		}
	}
	prediction := fingerprint.Predict(sampler.Rows())
	sampler.Leave(prediction.Predicted)
	if usable(m.metrics[i], prediction) {
		m.collected[at] = sampler.Item()
	} else {
		m.collected[at] = fingerprint.Item{}
	}
	return m.collected[at]
}

// visible clears what the columns of a metric do not show.
func (m *memory) visible(i int, from origin) origin {
	for _, column := range m.columns[i] {
		if column.Kind != request.TimestampColumn {
			return from
		}
	}
	from.masked, from.numbered = false, false
	return from
}

// sample samples a table at the exponent of a license.
func (m *memory) sample(i int, exponent uint8, one *table) fingerprint.Item {
	sampler := m.key.NewSamplerAt(m.metrics[i], exponent)
	var last origin
	var at source
	var rows *triedRows
	for key := int64(1); key <= one.highest; key++ {
		from, corrected, found := one.at(key)
		if !found {
			continue
		}
		if rows == nil || from != last {
			last, at = from, source{i, exponent, m.visible(i, from)}
			rows = m.rows(at)
		}
		if corrected || m.keeps(at, rows, key) {
			sampler.Add(from.row(m.columns[i], key, corrected))
		}
	}
	return sampler.Item()
}

func (m *memory) rows(at source) *triedRows {
	rows := m.tried[at]
	if rows == nil {
		rows = &triedRows{sampler: m.key.NewSamplerAt(m.metrics[at.metric], at.exponent)}
		m.tried[at] = rows
	}
	return rows
}

func (m *memory) keeps(at source, rows *triedRows, key int64) bool {
	if !rows.tried.has(key) {
		rows.tried.add(key)
		if _, sampled := rows.sampler.Add(at.origin.row(m.columns[at.metric], key, false)); sampled {
			rows.kept.add(key)
		}
	}
	return rows.kept.has(key)
}
