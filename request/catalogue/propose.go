package catalogue

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
)

// Proposal is what a survey leads to.
type Proposal struct {
	Chosen  []Finding // metrics of the profile
	Spare   []Finding // that could be, too
	Refused []Finding
	Running []request.Place // where the running version may stand
	Pepper  []request.Place // where a secret may stand
}

// maxChosen is the number of metrics of each kind.
const maxChosen = 4

// Propose chooses up to four tables of each kind: those with a time of
// creation first, then the larger ones. Metrics get the names of their
// tables.
func Propose(findings []Finding) Proposal {
	var made Proposal
	var able []Finding
	for _, finding := range findings {
		if finding.Metric == nil {
			made.Refused = append(made.Refused, finding)
		} else {
			able = append(able, finding)
		}
		made.addPlaces(finding.Table)
	}
	slices.SortStableFunc(able, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(b.Rows, a.Rows))
	})
	chosen, names := map[fingerprint.Kind]int{}, map[string]bool{}
	for _, finding := range able {
		finding.Metric.Name = metricName(finding.Table.Name, names)
		if kind := finding.Metric.Kind; chosen[kind] < maxChosen {
			chosen[kind]++
			made.Chosen = append(made.Chosen, finding)
		} else {
			made.Spare = append(made.Spare, finding)
		}
	}
	return made
}

// order puts anchors before sets, and tables with a time of creation first.
func order(finding Finding) int {
	number := 0
	if finding.Metric.Kind == fingerprint.Set {
		number = 2
	}
	if !finding.Dated {
		number++
	}
	return number
}

// maxName bounds the name of a metric made from that of a table.
const maxName = 30

func metricName(table string, taken map[string]bool) string {
	_, name, found := strings.Cut(table, ".")
	if !found {
		name = table
	}
	var words []string
	for _, word := range strings.FieldsFunc(name, func(letter rune) bool { return letter == '_' }) {
		words = append(words, strings.ToLower(word))
	}
	name = strings.Join(words, "-")
	if name = name[:min(len(name), maxName)]; signedtext.CheckName("metric", name) != nil {
		name = "metric"
	}
	made := name
	for number := 2; taken[made]; number++ {
		made = fmt.Sprintf("%s-%d", name, number)
	}
	taken[made] = true
	return made
}

// addPlaces looks for the version and the secret that a profile may name.
func (p *Proposal) addPlaces(table Table) {
	for _, column := range table.Columns {
		place, words := request.Place{Table: table.Name, Column: column.Name}, split(column.Name)
		is := func(names ...string) bool {
			return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(names, word) })
		}
		switch {
		case len(table.Columns) < 30 && is("versao", "version", "versione"):
			p.Running = append(p.Running, place)
		case is("seme", "semente", "pepper", "segredo", "segreto"):
			p.Pepper = append(p.Pepper, place)
		}
	}
}
