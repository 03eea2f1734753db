package request

import (
	"time"

	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/fingerprint"
)

// draftProfile is a profile as a person writes it. It differs from Profile
// where a person would not want to write pieces.
type draftProfile struct {
	Product     string        `toml:"product"`
	Title       string        `toml:"title"`
	Scheme      Scheme        `toml:"scheme"`
	Digits      int           `toml:"digits"`
	File        string        `toml:"file"`
	Maintenance string        `toml:"maintenance"`
	Recognized  int           `toml:"recognized"`
	Drifted     int           `toml:"drifted"`
	Headline    string        `toml:"headline"`
	Contact     string        `toml:"contact"`
	Running     *Place        `toml:"running"`
	Pepper      *Place        `toml:"pepper"`
	Metrics     []draftMetric `toml:"metric"`
	Renames     []Rename      `toml:"rename"`

	Checks []ReadinessCheck `toml:"check"`
}

type draftMetric struct {
	Name    string           `toml:"name"`
	Kind    fingerprint.Kind `toml:"kind"`
	Table   string           `toml:"table"`
	Key     Column           `toml:"key"`
	Columns string           `toml:"columns"`
	Count   int              `toml:"count"`
	Weight  int              `toml:"weight"`
}

func (d draftProfile) profile(issued time.Time) *Profile {
	profile := &Profile{
		Kind: ProfileKind, Format: format, Product: d.Product, Title: d.Title, Issued: issued,
		Scheme: d.Scheme, Digits: d.Digits, File: d.File, Maintenance: d.Maintenance,
		Recognized: d.Recognized, Drifted: d.Drifted,
		Words:   Words{Headline: signedtext.Long(d.Headline), Contact: signedtext.Long(d.Contact)},
		Running: d.Running, Pepper: d.Pepper, Renames: d.Renames, Checks: written(d.Checks),
	}
	for _, metric := range d.Metrics {
		profile.Metrics = append(profile.Metrics, ProfileMetric{
			Name: metric.Name, Kind: metric.Kind, Table: metric.Table, Key: metric.Key,
			Columns: signedtext.Long(metric.Columns), Count: metric.Count, Weight: metric.Weight,
		})
	}
	return profile
}
