package fingerprint

// Lineage lets the desk notice one database under two customers: eight
// anchors from each of five fixed windows of keys, in one table, under a key
// of the pepper alone. So it stays the same from request to request while the
// table grows, and nobody without the pepper learns anything but that two
// requests are of one database.
//
// A database that was set up from a copy has its pepper, but documents of its
// own, and so another lineage.

// LineageSize is the length of a lineage, in bytes: one item of a byte for
// each row that is looked at, 0 where there is none.
const LineageSize = lineageWindows * lineageItems

const (
	lineageWindows = 5
	lineageItems   = 8
	// Windows end at 2^10, 2^13, 2^16, 2^19 and 2^22: a table that grows from
	// twenty thousand to two million keeps its first three.
	firstWindow, windowStep = 10, 3
)

// NewLineageKey derives the key of a lineage from the product's pepper and
// name. Without a pepper anybody could compute it: there is no lineage then.
func NewLineageKey(pepper []byte, product string) Key {
	return newKey(pepper, []byte("futura-lineage/1"), []byte(product))
}

// LineageProbes returns the keys of the rows to look at.
func (k Key) LineageProbes(metric Metric) []int64 {
	var probes []int64
	begin := int64(0)
	for window := range lineageWindows {
		end := int64(1) << (firstWindow + window*windowStep)
		for _, probe := range k.draw(metric.Name, lineageItems, end-begin, 1) {
			probes = append(probes, begin+probe)
		}
		begin = end
	}
	return probes
}

// Lineage returns the items for the rows that were found, given by key.
func (k Key) Lineage(metric Metric, rows map[int64][][]byte) []byte {
	var lineage []byte
	for _, probe := range k.LineageProbes(metric) {
		lineage = append(lineage, byte(k.anchor(metric.Name, rows[probe])))
	}
	return lineage
}

// minCommon is the number of rows that two lineages must both have before
// they tell anything. Of eight unrelated items four agree once in 60 million.
const minCommon = 8

// SameLineage reports whether two lineages are of one database or its copies:
// at least half of the rows that both have agree.
func SameLineage(one, two []byte) bool {
	common, equal := 0, 0
	for i := range min(len(one), len(two)) {
		if one[i] == 0 || two[i] == 0 {
			continue
		}
		common++
		if one[i] == two[i] {
			equal++
		}
	}
	return common >= minCommon && 2*equal >= common
}
