package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The tables of a database, under the names that the profile gives them.
const (
	orders = iota
	invoices
	titles
	customers
	users
	depots
	companies
	tables

	documents = 3 // so many tables of documents stand first
)

var tableNames = [tables]string{"pedido", "nota_fiscal", "titulo", "cliente", "usuario", "deposito", "empresa"}

func tableIndex(name string) int { return slices.Index(tableNames[:], name) }

// erp is a customer's database at one moment.
type erp struct {
	tables  [tables]table
	history float64 // years
	pepper  uint64  // stands for the product's secret in it
}

func (d *erp) documents() []table { return d.tables[:documents] }

// masters are the small tables that the fingerprint reads.
func (d *erp) masters() []table { return d.tables[customers:companies] }

// measured are all tables that the fingerprint reads.
func (d *erp) measured() []table { return d.tables[:companies] }

func drawERP(p parameters, random *rand.Rand) erp {
	drawn := erp{history: p.draw(random, "history"), pepper: random.Uint64()}
	sizes := [tables]int64{customers: p.count(random, "customers"), users: p.count(random, "users"),
		depots: p.count(random, "depots"), companies: p.count(random, "companies")}
	for i := range documents {
		sizes[i] = p.count(random, "documents")
	}
	for i, size := range sizes {
		drawn.tables[i] = table{highest: size, origin: drawn.origin(random, size)}
		if i != companies {
			drawn.tables[i].holes = p.draw(random, "holes")
		}
	}
	masters := drawn.masters()
	for i := range masters {
		masters[i].product = min(p.count(random, "product_rows"), masters[i].highest)
	}
	return drawn
}

func (d *erp) origin(random *rand.Rand, size int64) origin {
	span := int64(d.history * 365 * day)
	return origin{seed: random.Uint64(), began: issued - span, span: span, size: size}
}

// begun gives the tables rows of their own from the first.
func (d *erp) begun(random *rand.Rand, list []table) {
	for i := range list {
		product := list[i].product
		list[i] = table{origin: d.origin(random, list[i].highest), product: product, highest: list[i].highest, holes: list[i].holes}
	}
}

// pass lets years of business go by.
func (d *erp) pass(p parameters, random *rand.Rand, years float64) {
	lasting := func(name string) float64 { return 1 - math.Pow(1-p.draw(random, name), years) }
	for i := range documents {
		one := &d.tables[i]
		one.grow(p.draw(random, "documents_added") * years / d.history)
		one.deleted, one.corrected = lasting("documents_deleted"), lasting("documents_corrected")
	}
	customer, user, depot := &d.tables[customers], &d.tables[users], &d.tables[depots]
	customer.grow(math.Pow(1+p.draw(random, "customers_added"), years) - 1)
	customer.deleted, customer.corrected = lasting("customers_removed"), lasting("customers_corrected")
	user.deleted = lasting("users_replaced")
	user.grow(user.deleted)
	changed := lasting("depots_changed")
	depot.grow(changed)
	depot.deleted = changed / 2
}

// back returns to an earlier day.
func (d *erp) back(p parameters, random *rand.Rand, years float64) {
	shrink := func(one *table, share float64) {
		one.highest = max(1, one.highest-int64(math.Ceil(float64(one.highest)*min(1, share))))
	}
	for i := range documents {
		shrink(&d.tables[i], p.draw(random, "documents_added")*years/d.history)
	}
	shrink(&d.tables[customers], p.draw(random, "customers_added")*years)
	shrink(&d.tables[users], p.draw(random, "users_replaced")*years)
	shrink(&d.tables[depots], p.draw(random, "depots_changed")*years)
}

// forked makes all rows from now on other ones than they would have been.
func (d *erp) forked() {
	for i := range d.tables {
		d.tables[i].fork, d.tables[i].forkSeed = d.tables[i].highest, mix(d.tables[i].seed, forFork)
	}
}

// join adds new companies with rows of their own.
func (d *erp) join(p parameters, random *rand.Rand, number int) {
	before := *d
	for range number {
		d.tables[companies].highest++
		share := p.draw(random, "company_size")
		for i := range d.measured() {
			d.tables[i].highest += int64(math.Ceil(float64(before.tables[i].highest) * share))
		}
	}
}

// archive takes the oldest documents out.
func (d *erp) archive(licensed *erp, share float64) {
	for i := range documents {
		d.tables[i].archived = int64(float64(licensed.tables[i].highest) * share)
	}
}

// mask makes numbers, texts and tax numbers unrecognizable.
func (d *erp) mask() {
	for i := range d.tables {
		d.tables[i].masked = true
	}
}

// demonstrate puts demo data before a database's own.
func (d *erp) demonstrate(p parameters, random *rand.Rand) {
	names := [companies]string{"demo_documents", "demo_documents", "demo_documents", "demo_customers", "demo_users", "demo_depots"}
	for i, name := range names {
		d.tables[i].demo = min(p.count(random, name), d.tables[i].highest)
	}
}

// migrate gives what came from a former system one date.
func (d *erp) migrate(share float64) {
	for i := range d.measured() {
		d.tables[i].dated = int64(math.Ceil(float64(d.tables[i].highest) * share))
	}
}

// numbered makes numbers equal to keys.
func (d *erp) numbered() {
	for i := range documents {
		d.tables[i].numbered = true
	}
}
