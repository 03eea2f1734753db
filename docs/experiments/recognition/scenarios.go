package main

import "math/rand/v2"

// kind says what a scenario counts for.
type kind string

const (
	legitimate kind = "legitimate" // must be accepted
	impostor   kind = "impostor"   // must not be accepted
	limit      kind = "limit"      // shown, but counted for neither
)

// variant says what was special about the customer's database before the
// license was made.
type variant string

const (
	plain        variant = "plain"
	demonstrated variant = "demo data"
	migratedPart variant = "migrated in part"
	migratedAll  variant = "migrated"
	numbered     variant = "numbered"
	migratedBoth variant = "migrated and numbered"
)

var variants = []variant{plain, demonstrated, migratedPart, migratedAll, numbered, migratedBoth}

// prepare makes a database one of a variant.
func (v variant) prepare(p parameters, random *rand.Rand, d *erp) {
	switch v {
	case demonstrated:
		d.demonstrate(p, random)
	case migratedPart:
		d.migrate(p.draw(random, "migrated"))
	case migratedAll:
		d.migrate(1)
	case numbered:
		d.numbered()
	case migratedBoth:
		d.migrate(1)
		d.numbered()
	}
}

// situation is what a scenario starts from.
type situation struct {
	parameters
	random   *rand.Rand
	other    *rand.Rand // of the other customer, who is the same in all scenarios of a trial
	variant  variant
	licensed erp // as on the day of the license
	now      erp // the same; the scenario changes it
}

// scenario is something that a licensed erp meets, or another database
// that its license is tried on.
type scenario struct {
	Name    string
	Kind    kind
	Variant variant
	Words   string
	happen  func(s *situation)
}

func (s *situation) pass(years float64)        { s.now.pass(s.parameters, s.random, years) }
func (s *situation) lag()                      { s.pass(s.draw(s.random, "lag")) }
func (s *situation) value(name string) float64 { return s.draw(s.random, name) }

// point returns a point of a parameter's range: 0 is low, 1 is high.
func (s *situation) point(name string, where float64) float64 {
	one := s.of(name)
	return one.Low + (one.High-one.Low)*where
}

// stranger replaces the database by another customer's of the same sizes.
func (s *situation) stranger() {
	s.now.begun(s.other, s.now.tables[:])
	s.now.pepper = s.other.Uint64()
	s.variant.prepare(s.parameters, s.other, &s.now)
}

func years(number float64) func(*situation) { return func(s *situation) { s.pass(number) } }

func joined(number int) func(*situation) {
	return func(s *situation) { s.lag(); s.now.join(s.parameters, s.random, number) }
}

func archived(where float64) func(*situation) {
	return func(s *situation) { s.lag(); s.now.archive(&s.licensed, s.point("archived", where)) }
}

func rekeyed(number int) func(*situation) {
	return func(s *situation) {
		s.lag()
		for _, i := range s.random.Perm(documents)[:number] {
			s.now.tables[i].shift = 1 + s.random.Int64N(1000)
		}
	}
}

func shared(where float64) func(*situation) {
	return func(s *situation) {
		s.stranger()
		s.now.tables[customers].shared, s.now.tables[customers].sharedShare = &s.licensed.tables[customers], s.point("shared", where)
	}
}

// template is another customer's database that began as a copy of this one,
// with its documents and companies taken out. It keeps the pepper.
func (s *situation) template() {
	s.now.forked()
	s.now.begun(s.random, s.now.documents())
	s.now.begun(s.random, s.now.tables[companies:])
	s.lag()
}

func (s *situation) testCopy() { s.now.back(s.parameters, s.random, s.value("copy_age")) }

// subset leaves only the newest documents.
func (s *situation) subset() {
	list := s.now.documents()
	for i := range list {
		list[i].archived = list[i].highest - int64(float64(list[i].highest)*s.value("subset"))
	}
}

// plant puts rows of the licensed erp into this one.
func (s *situation) plant(share float64) {
	list := s.now.measured()
	for i := range list {
		list[i].planted, list[i].plantedShare = &s.licensed.tables[i], share
	}
	s.now.pepper = s.licensed.pepper // a forger copies that first
}

// scenarios are all of them, in the order of the page.
var scenarios = []scenario{
	{"week", legitimate, plain, "a week", years(7.0 / 365)},
	{"quarter", legitimate, plain, "a quarter of a year", years(0.25)},
	{"year", legitimate, plain, "a year", years(1)},
	{"two-years", legitimate, plain, "two years", years(2)},
	{"three-years", legitimate, plain, "three years", years(3)},
	{"company-1", legitimate, plain, "one new company", joined(1)},
	{"company-2", legitimate, plain, "two new companies", joined(2)},
	{"company-3", legitimate, plain, "three new companies", joined(3)},
	{"archived-low", legitimate, plain, "oldest 30 % of all documents archived", archived(0)},
	{"archived-middle", legitimate, plain, "oldest 60 % of all documents archived", archived(0.5)},
	{"archived-high", legitimate, plain, "oldest 90 % of all documents archived", archived(1)},
	{"masters-archived", legitimate, plain, "60 to 90 % of the masters archived", func(s *situation) {
		s.lag()
		list := s.now.masters()
		for i := range list {
			list[i].withdrawn = s.value("masters_archived")
		}
	}},
	{"test-copy", legitimate, plain, "a test copy of up to a quarter before", (*situation).testCopy},
	{"masked", legitimate, plain, "a masked test copy", func(s *situation) { s.testCopy(); s.now.mask() }},
	{"subset", legitimate, plain, "a subset copy: all masters, newest 10 to 30 % of the documents", (*situation).subset},
	{"restored", legitimate, plain, "an older backup restored, business begun again from there", func(s *situation) {
		s.now.back(s.parameters, s.random, s.value("backup_age"))
		s.now.forked()
		s.lag()
	}},
	{"upgrade-renamed", legitimate, plain, "a product upgrade that renames a table", func(s *situation) {
		s.lag()
		s.now.tables[s.random.IntN(companies)].renamed = true
	}},
	{"upgrade-redated", legitimate, plain, "a product upgrade that writes the dates of a document table anew", func(s *situation) {
		s.lag()
		s.now.tables[s.random.IntN(documents)].redated = true
	}},
	{"rekeyed-1", legitimate, plain, "mass re-keying of one document table", rekeyed(1)},
	{"rekeyed-2", legitimate, plain, "mass re-keying of two document tables", rekeyed(2)},
	{"several", legitimate, plain, "two years, a new company, 60 % archived, a table renamed", func(s *situation) {
		s.pass(2)
		s.now.join(s.parameters, s.random, 1)
		s.now.archive(&s.licensed, s.point("archived", 0.5))
		s.now.tables[s.random.IntN(companies)].renamed = true
	}},
	{"demo", legitimate, demonstrated, "begun with demo data; a year", years(1)},
	{"demo-deleted", legitimate, demonstrated, "begun with demo data, which is deleted now", func(s *situation) {
		s.lag()
		for i := range s.now.measured() {
			s.now.tables[i].archived = s.now.tables[i].demo
		}
	}},
	{"migrated-part", legitimate, migratedPart, "one migration date for 30 to 90 % of all rows; a year", years(1)},
	{"migrated", legitimate, migratedAll, "one migration date for all rows; a year", years(1)},
	{"numbered", legitimate, numbered, "document numbers equal to keys; a year", years(1)},
	{"migrated-numbered", legitimate, migratedBoth, "one date for all rows, and numbers equal to keys; a year", years(1)},

	{"other", impostor, plain, "another customer of the same size", (*situation).stranger},
	{"other-any", impostor, plain, "another customer of any size", func(s *situation) { s.now = drawERP(s.parameters, s.random) }},
	{"shared-low", impostor, plain, "another customer that shares 30 % of the customers", shared(0)},
	{"shared-middle", impostor, plain, "another customer that shares 50 % of the customers", shared(0.5)},
	{"shared-high", impostor, plain, "another customer that shares 70 % of the customers", shared(1)},
	{"template", impostor, plain, "a template clone: all masters, documents begun anew", (*situation).template},
	{"template-continued", impostor, plain, "a template clone that goes on from the same keys", func(s *situation) {
		s.template()
		for i := range documents {
			s.now.tables[i].archived = s.licensed.tables[i].highest
			s.now.tables[i].grow(1)
		}
	}},
	{"template-hidden", impostor, plain, "a template clone that hides a document table", func(s *situation) {
		s.template()
		s.now.tables[s.random.IntN(documents)].renamed = true
	}},
	{"spun-off", impostor, plain, "a company that left with 30 to 60 % of the masters", func(s *situation) {
		s.template()
		list := s.now.masters()
		for i := range list {
			list[i].withdrawn = 1 - s.value("spun_off")
		}
	}},
	{"splice", impostor, plain, "a splice: 10 % of all rows planted into another's", func(s *situation) {
		s.stranger()
		s.plant(s.value("planted"))
	}},
	{"other-demo", impostor, demonstrated, "another customer with equal demo data", func(s *situation) {
		pepper := s.now.pepper // came with the demo data
		s.stranger()
		s.now.pepper = pepper
		for i := range s.now.measured() {
			s.now.tables[i].demo = min(s.licensed.tables[i].demo, s.now.tables[i].highest)
		}
	}},
	{"other-migrated-part", impostor, migratedPart, "another customer: the same migration date for 30 to 90 % of all rows", samePepper},
	{"other-migrated", impostor, migratedAll, "another customer: the same migration date for all rows", samePepper},
	{"other-numbered", impostor, numbered, "another customer: document numbers equal to keys", samePepper},
	{"other-migrated-numbered", impostor, migratedBoth, "another customer: one date for all rows, numbers equal to keys", samePepper},

	{"limit-rekeyed", limit, plain, "mass re-keying of every document table and of the masters", func(s *situation) {
		s.lag()
		for i := range s.now.measured() {
			s.now.tables[i].shift = 1 + s.random.Int64N(1000)
		}
	}},
	{"limit-archived", limit, plain, "all documents archived that the license knows", func(s *situation) {
		s.pass(1)
		s.now.archive(&s.licensed, 1)
	}},
	{"limit-subset", limit, plain, "a subset copy of up to a quarter before", func(s *situation) { s.testCopy(); s.subset() }},
	{"limit-copy", limit, plain, "a copy, a year later in the hands of another company", func(s *situation) {
		s.now.forked()
		s.pass(1)
	}},
}

// samePepper is a stranger that has the same pepper, because both came with
// the product: the worst case.
func samePepper(s *situation) {
	pepper := s.now.pepper
	s.stranger()
	s.now.pepper = pepper
}
