package request_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
)

var issued = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// wholeDraft uses every key that a draft may have.
const wholeDraft = `
product = "sispetro"
title = "SisPetro"
scheme = "numbers"
digits = 2
file = "versao{version}.ver"
maintenance = "0"
recognized = 50
drifted = 45
headline = "Licença inválida"
contact = "Fale com a Futura."
[running]
table = "erp.parametro"
column = "versao"
[pepper]
table = "semente"
column = "segredo"
[[metric]]
name = "pedidos"
kind = "anchors"
table = "erp.pedido"
key = "id:integer"
columns = "criado:timestamp protocolo:integer"
count = 64
weight = 2
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "guid:uuid"
columns = "criado:date"
count = 32
weight = 1
[[rename]]
engine = "postgresql"
name = "cliente"
there = "public.customer"
[[check]]
name = "nobody"
when = "upgrade"
kind = "query"
words = "Ninguém está conectado."
next = "Peça a todos que saiam."
connections = "first arquivo"
sql = """
  SELECT COUNT(*)
  FROM sessao
  WHERE fim IS NULL AND maquina <> 'servidor da noite'"""
expect = "0"
[[check.engine]]
name = "firebird"
sql = "SELECT COUNT(*) FROM MON$ATTACHMENTS WHERE MON$SYSTEM_FLAG = 0"
[[check.engine]]
name = "sqlserver"
sql = "SELECT COUNT(*) FROM dbo.sessao"
[[check]]
name = "backup"
when = "upgrade"
kind = "file"
words = "Há um backup recente."
hours = 24
[[check]]
name = "notes"
when = "upgrade"
kind = "confirm"
words = "As notas de versão foram lidas?"
[[check]]
name = "migrated"
when = "after"
kind = "query"
words = "O banco foi migrado."
sql = "SELECT versao FROM parametro"
expect = "{version} {licensed}"
`

func draftText(t testing.TB, draft string) []byte {
	t.Helper()
	text, err := request.DraftProfile([]byte(draft), issued)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parseProfile(t testing.TB, text []byte) *request.Profile {
	t.Helper()
	profile, err := request.ParseProfile(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return profile
}

func profileOf(t testing.TB, draft string) *request.Profile {
	t.Helper()
	return parseProfile(t, draftText(t, draft))
}

// sameAgain demands that the text of a profile is what the profile is
// written as.
func sameAgain(t testing.TB, text []byte) *request.Profile {
	t.Helper()
	profile := parseProfile(t, text)
	again, err := signedtext.Marshal(*profile)
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("%v, written again:\n%s\nwant:\n%s", err, again, text)
	}
	if profile.Digest != signedtext.DigestOf(text) {
		t.Error("the digest is not that of the text")
	}
	return profile
}

func TestDraftsOfTheDocumentationAreProfiles(t *testing.T) {
	for _, test := range []struct {
		draft                []byte
		product, maintenance string
		scheme               request.Scheme
		metrics              []fingerprint.Metric
	}{
		{profiles.SisPetro, "sispetro", "", request.Numbers, []fingerprint.Metric{
			{Name: "pedidos", Kind: fingerprint.Anchors, Count: 64, Weight: 2}, {Name: "notas", Kind: fingerprint.Anchors, Count: 64, Weight: 2},
			{Name: "titulos", Kind: fingerprint.Anchors, Count: 64, Weight: 2}, {Name: "clientes", Kind: fingerprint.Set, Count: 32, Weight: 2},
			{Name: "usuarios", Kind: fingerprint.Set, Count: 16, Weight: 1}, {Name: "depositos", Kind: fingerprint.Set, Count: 16, Weight: 1},
		}},
		{profiles.CRM, "crm", "0", request.BuildStamp, []fingerprint.Metric{
			{Name: "attivita", Kind: fingerprint.Anchors, Count: 64, Weight: 3}, {Name: "contatti", Kind: fingerprint.Set, Count: 32, Weight: 2},
			{Name: "utenti", Kind: fingerprint.Set, Count: 16, Weight: 1},
		}},
	} {
		profile := sameAgain(t, draftText(t, string(test.draft)))
		if profile.Product != test.product || profile.Scheme != test.scheme || profile.Maintenance != test.maintenance || !profile.Issued.Equal(issued) {
			t.Errorf("%+v", profile)
		}
		if got := fmt.Sprint(profile.MetricList()); got != fmt.Sprint(test.metrics) {
			t.Errorf("metrics %s, want %v", got, test.metrics)
		}
		if thresholds := profile.Thresholds(); thresholds != (fingerprint.Thresholds{Recognized: 0.5, Drifted: 0.45}) {
			t.Errorf("thresholds %v", thresholds)
		}
	}
}

func TestDraftKeepsEveryValue(t *testing.T) {
	profile := sameAgain(t, draftText(t, wholeDraft))
	columns, err := profile.Metrics[0].ColumnList()
	if got := fmt.Sprint(columns, err); got != "[{criado timestamp} {protocolo integer}] <nil>" {
		t.Error(got)
	}
	for got, want := range map[any]any{
		*profile.Running:       request.Place{Table: "erp.parametro", Column: "versao"},
		*profile.Pepper:        request.Place{Table: "semente", Column: "segredo"},
		profile.Renames[0]:     request.Rename{Engine: "postgresql", Name: "cliente", There: "public.customer"},
		profile.Metrics[1].Key: request.Column{Name: "guid", Kind: request.UUIDColumn},
		profile.Words:          request.Words{Headline: "Licença inválida", Contact: "Fale com a Futura."},
		profile.Title:          "SisPetro",
	} {
		if got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// The time is in UTC; order, comments and quotes of the draft leave no trace.
func TestDraftOnlyMattersInWhatItSays(t *testing.T) {
	want := draftText(t, wholeDraft)
	other := "# a comment\n" + strings.Replace(wholeDraft, "product = \"sispetro\"\n", "", 1)
	other = strings.Replace(other, "digits = 2\n", "digits = +2 # two\r\nproduct = 'sispetro'\n", 1)
	other = strings.Replace(other, `"Fale com a Futura."`, `"""Fale com a \u0046utura."""`, 1)
	got, err := request.DraftProfile([]byte(other), issued.In(time.FixedZone("", 3600)))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v\n%s\nwant:\n%s", err, got, want)
	}
}

// Limits that are still good, one change each.
func TestDraftsAtTheLimits(t *testing.T) {
	long := strings.Repeat("x", 40)
	for name, change := range map[string][2]string{
		"thresholds at the floor":     {"recognized = 50", "recognized = 45"},
		"highest thresholds":          {"recognized = 50\ndrifted = 45", "recognized = 90\ndrifted = 90"},
		"one digit":                   {"digits = 2", "digits = 1"},
		"four digits":                 {"digits = 2", "digits = 4"},
		"one item":                    {"count = 64", "count = 1"},
		"250 items":                   {"count = 64", "count = 250"},
		"weight 10":                   {"weight = 2", "weight = 10"},
		"longest table":               {"erp.pedido", long + "." + long[:9]},
		"longest column":              {"id:integer", long + ":integer"},
		"longest product":             {`product = "sispetro"`, `product = "` + long + `"`},
		"names with underscore":       {"id:integer", "_Id9:integer"},
		"words with quotes":           {"Fale com a Futura.", `\"Fale\" \\ com a Futura.`},
		"long words":                  {"Fale com a Futura.", strings.Repeat("Fale com a Futura. ", 100)},
		"other scripts":               {"Fale com a Futura.", "联系 Futura, 5 € + 3 °"},
		"without maintenance":         {"maintenance = \"0\"\n", ""},
		"without running":             {"[running]\ntable = \"erp.parametro\"\ncolumn = \"versao\"\n", ""},
		"without rename":              {"[[rename]]\nengine = \"postgresql\"\nname = \"cliente\"\nthere = \"public.customer\"\n", ""},
		"sixteen metrics":             {"[[rename]]", strings.Join(metrics(14), "") + "[[rename]]"},
		"build stamp":                 {`scheme = "numbers"`, `scheme = "build-stamp"`},
		"names with reserved words":   {"erp.pedido", "select.table"},
		"module with a dot":           {`maintenance = "0"`, `maintenance = "mod_1.A-b"`},
		"set with a text key":         {"guid:uuid", "guid:text"},
		"every kind of column":        {"criado:date", "a:integer b:text c:timestamp d:date e:uuid f:bytes"},
		"file name of all characters": {"versao{version}.ver", "V_e.r-0{version}_A.-9z"},
	} {
		if !strings.Contains(wholeDraft, change[0]) {
			t.Fatalf("%s: nothing to change", name)
		}
		text, err := request.DraftProfile([]byte(strings.Replace(wholeDraft, change[0], change[1], 1)), issued)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sameAgain(t, text)
	}
}

// metrics are further metrics of a draft.
func metrics(count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf("[[metric]]\nname = \"more-%d\"\nkind = \"set\"\ntable = \"t\"\nkey = \"id:integer\"\ncolumns = \"c:text\"\ncount = 1\nweight = 1\n", i)
	}
	return list
}

var (
	manyMetrics = strings.Join(metrics(15), "")
	fewMetrics  = wholeDraft[strings.Index(wholeDraft, "[[metric]]"):strings.Index(wholeDraft, "[[rename]]")]
)

// refusals differ from a good draft in one thing. Where the same line stands
// in a signed profile, it is refused there too: whoever signs need not have
// used DraftProfile.
var refusals = map[string][2]string{
	"empty product":                 {`product = "sispetro"`, `product = ""`},
	"product upper case":            {`product = "sispetro"`, `product = "SisPetro"`},
	"product with a blank":          {`product = "sispetro"`, `product = "sis petro"`},
	"product with a path":           {`product = "sispetro"`, `product = "../x"`},
	"product is a device":           {`product = "sispetro"`, `product = "con"`},
	"product ends with a hyphen":    {`product = "sispetro"`, `product = "sispetro-"`},
	"product of 41":                 {`product = "sispetro"`, `product = "` + strings.Repeat("x", 41) + `"`},
	"no product":                    {"product = \"sispetro\"\n", ""},
	"product twice":                 {`product = "sispetro"`, "product = \"sispetro\"\nproduct = \"sispetro\""},
	"product a number":              {`product = "sispetro"`, `product = 7`},
	"empty title":                   {`title = "SisPetro"`, `title = ""`},
	"title too long":                {`title = "SisPetro"`, `title = "` + strings.Repeat("x", 60) + `"`},
	"title with an address":         {`title = "SisPetro"`, `title = "www.futura.example"`},
	"title with a line end":         {`title = "SisPetro"`, `title = "Sis\nPetro"`},
	"title with a direction mark":   {`title = "SisPetro"`, "title = \"Sis\u202ePetro\""},
	"title not NFC":                 {`title = "SisPetro"`, "title = \"Sa\u0303o\""},
	"no scheme":                     {"scheme = \"numbers\"\n", ""},
	"unknown scheme":                {`scheme = "numbers"`, `scheme = "semver"`},
	"scheme in other case":          {`scheme = "numbers"`, `scheme = "Numbers"`},
	"no digits":                     {"digits = 2\n", ""},
	"digits 0":                      {"digits = 2", "digits = 0"},
	"digits 5":                      {"digits = 2", "digits = 5"},
	"digits negative":               {"digits = 2", "digits = -1"},
	"digits a text":                 {"digits = 2", `digits = "2"`},
	"digits a float":                {"digits = 2", "digits = 2.0"},
	"digits huge":                   {"digits = 2", "digits = 99999999999999999999"},
	"file without version":          {"versao{version}.ver", "versao.ver"},
	"file with version twice":       {"versao{version}.ver", "v{version}-{version}.ver"},
	"file with another word":        {"versao{version}.ver", "versao{product}.ver"},
	"file with a slash":             {"versao{version}.ver", "x/versao{version}.ver"},
	"file with a backslash":         {"versao{version}.ver", `x\\versao{version}.ver`},
	"file above the folder":         {"versao{version}.ver", "../v{version}.ver"},
	"file with a drive":             {"versao{version}.ver", "C:v{version}.ver"},
	"file with a stream":            {"versao{version}.ver", "v{version}.ver:x"},
	"file hidden":                   {"versao{version}.ver", ".v{version}.ver"},
	"file is the version":           {"versao{version}.ver", "{version}"},
	"file ends with a dot":          {"versao{version}.ver", "v{version}."},
	"file with a blank":             {"versao{version}.ver", "v {version}.ver"},
	"file with an accent":           {"versao{version}.ver", "versão{version}.ver"},
	"file with a line end":          {"versao{version}.ver", `v{version}.ver\n`},
	"file too long":                 {"versao{version}.ver", "v{version}." + strings.Repeat("x", 30)},
	"maintenance with a blank":      {`maintenance = "0"`, `maintenance = "0 1"`},
	"maintenance too long":          {`maintenance = "0"`, `maintenance = "` + strings.Repeat("x", 21) + `"`},
	"recognized below the floor":    {"recognized = 50\ndrifted = 45", "recognized = 44\ndrifted = 44"},
	"drifted below the floor":       {"drifted = 45", "drifted = 44"},
	"drifted 0":                     {"drifted = 45", "drifted = 0"},
	"drifted negative":              {"drifted = 45", "drifted = -45"},
	"drifted above recognized":      {"drifted = 45", "drifted = 51"},
	"recognized over 100":           {"recognized = 50", "recognized = 101"},
	"no drifted":                    {"drifted = 45\n", ""},
	"table with a quote":            {"erp.pedido", `ped\"ido`},
	"table with a single quote":     {"erp.pedido", "ped'ido"},
	"table with a backquote":        {"erp.pedido", "ped`ido"},
	"table with a semicolon":        {"erp.pedido", "pedido;"},
	"table with a blank":            {"erp.pedido", "pedido x"},
	"table with two dots":           {"erp.pedido", "a.b.c"},
	"table with an empty schema":    {"erp.pedido", ".pedido"},
	"table ends with a dot":         {"erp.pedido", "erp."},
	"table with a comment":          {"erp.pedido", "pedido--"},
	"table with a line end":         {"erp.pedido", `pedido\n`},
	"table with an accent":          {"erp.pedido", "emissão"},
	"table begins with a digit":     {"erp.pedido", "1pedido"},
	"table too long":                {"erp.pedido", strings.Repeat("x", 41)},
	"empty table":                   {"erp.pedido", ""},
	"column kind unknown":           {"criado:timestamp", "criado:money"},
	"column kind in other case":     {"criado:timestamp", "criado:Timestamp"},
	"column without kind":           {"criado:timestamp", "criado"},
	"column with an empty kind":     {"criado:timestamp", "criado:"},
	"column with two kinds":         {"criado:timestamp", "criado:timestamp:text"},
	"column without name":           {"criado:timestamp", ":timestamp"},
	"column with a dot":             {"criado:timestamp", "t.criado:timestamp"},
	"column with a quote":           {"criado:timestamp", `cri\"ado:timestamp`},
	"column too long":               {"criado:timestamp", strings.Repeat("x", 41) + ":timestamp"},
	"columns with a double blank":   {"criado:timestamp protocolo", "criado:timestamp  protocolo"},
	"columns with a blank at end":   {"protocolo:integer\"", "protocolo:integer \""},
	"columns with a comma":          {"criado:timestamp protocolo", "criado:timestamp, protocolo"},
	"no columns":                    {"criado:timestamp protocolo:integer", ""},
	"key of unknown kind":           {"id:integer", "id:serial"},
	"key without kind":              {"id:integer", "id"},
	"set without key":               {"key = \"guid:uuid\"\n", ""},
	"anchors without key":           {"key = \"id:integer\"\n", ""},
	"two keys":                      {"id:integer", "id:integer filial:integer"},
	"anchors with a text key":       {"id:integer", "id:text"},
	"anchors with a uuid key":       {"id:integer", "id:uuid"},
	"kind of metric unknown":        {`kind = "anchors"`, `kind = "sample"`},
	"kind of metric in other case":  {`kind = "anchors"`, `kind = "Anchors"`},
	"no kind of metric":             {"kind = \"anchors\"\n", ""},
	"count 0":                       {"count = 64", "count = 0"},
	"count 251":                     {"count = 64", "count = 251"},
	"count negative":                {"count = 64", "count = -1"},
	"no count":                      {"count = 64\n", ""},
	"weight 0":                      {"weight = 2", "weight = 0"},
	"weight 11":                     {"weight = 2", "weight = 11"},
	"weight negative":               {"weight = 2", "weight = -2"},
	"metric twice":                  {`name = "clientes"`, `name = "pedidos"`},
	"metric without name":           {"name = \"pedidos\"\n", ""},
	"metric name in upper case":     {`name = "pedidos"`, `name = "Pedidos"`},
	"17 metrics":                    {"[[rename]]", manyMetrics + "[[rename]]"},
	"no metrics":                    {fewMetrics, ""},
	"metric not in brackets":        {fewMetrics, "[metric]\nname = \"x\"\n"},
	"empty headline":                {"Licença inválida", ""},
	"empty contact":                 {"Fale com a Futura.", ""},
	"headline with a line end":      {"Licença inválida", `Licença\ninválida`},
	"contact with a mail address":   {"Fale com a Futura.", "info@futura.example"},
	"contact with a web address":    {"Fale com a Futura.", "https://futura.example"},
	"running with a bad table":      {"erp.parametro", "parametro;"},
	"running with a bad column":     {`column = "versao"`, `column = "versao, senha"`},
	"running with a function":       {`column = "versao"`, `column = "version()"`},
	"running without column":        {"column = \"versao\"\n", ""},
	"pepper with a bad table":       {`table = "semente"`, `table = "(SELECT 1)"`},
	"pepper with a bad column":      {`column = "segredo"`, `column = "*"`},
	"rename of an unknown engine":   {`engine = "postgresql"`, `engine = "oracle"`},
	"rename of an engine upper":     {`engine = "postgresql"`, `engine = "PostgreSQL"`},
	"rename from a bad name":        {`name = "cliente"`, `name = "cliente;"`},
	"rename to a bad name":          {"public.customer", `customer\"`},
	"rename to nothing":             {"public.customer", ""},
	"key in other case":             {"title = ", "Title = \"Other\"\ntitle = "},
	"key in other case alone":       {"digits = 2", "Digits = 2"},
	"table of 51 characters":        {"erp.pedido", strings.Repeat("x", 40) + "." + strings.Repeat("x", 10)},
	"rename twice":                  {"[[rename]]", "[[rename]]\nengine = \"postgresql\"\nname = \"cliente\"\nthere = \"other\"\n[[rename]]"},
	"file name of a device":         {"versao{version}.ver", "nul.{version}.ver"},
	"unknown key":                   {"digits = 2", "digits = 2\ncolour = \"red\""},
	"unknown key in a metric":       {"count = 64", "count = 64\nlimit = 5"},
	"unknown key in a place":        {`column = "versao"`, "column = \"versao\"\nwhere = \"1 = 1\""},
	"unknown key in a rename":       {"there = ", "where = \"x\"\nthere = "},
	"unknown table":                 {"[running]", "[walking]\nx = 1\n[running]"},
	"not TOML":                      {"digits = 2", "digits 2"},
	"not UTF-8":                     {"SisPetro", "Sis\xffPetro"},
	"NUL":                           {"SisPetro", "Sis\x00Petro"},
	"date given":                    {"digits = 2", "digits = 2\nissued = 2026-01-02T03:04:05Z"},
	"kind of document given":        {"digits = 2", "digits = 2\nkind = \"futura-profile\""},
	"format given":                  {"digits = 2", "digits = 2\nformat = 1"},
	"pieces given":                  {"headline = \"Licença inválida\"", "headline.1 = \"x\""},
	"words of the signed document":  {"[running]", "[words]\nheadline = \"x\"\n[running]"},
	"over the limit":                {"digits = 2", "digits = 2\n" + strings.Repeat("# comment\n", signedtext.MaxText/10)},
	"words over the limit":          {"Fale com a Futura.", strings.Repeat("x", signedtext.MaxText-1000)},
	"too many pieces":               {"Fale com a Futura.", strings.Repeat("x", 48*1000)},
	"check without a name":          {`name = "nobody"`, `name = ""`},
	"check with a name of others":   {`name = "nobody"`, `name = "backup"`},
	"check with a bad name":         {`name = "nobody"`, `name = "Nobody here"`},
	"check at another time":         {`when = "upgrade"`, `when = "always"`},
	"check at no time":              {"when = \"upgrade\"\n", ""},
	"check of another kind":         {`kind = "query"`, `kind = "command"`},
	"check without words":           {`words = "As notas de versão foram lidas?"`, `words = ""`},
	"check with a long question":    {"As notas de versão foram lidas?", strings.Repeat("x", 201)},
	"check with a tab":              {"As notas de versão foram lidas?", `As notas\tde versão`},
	"check with an address":         {"As notas de versão foram lidas?", "Leia www.futura.example"},
	"check with a blank next":       {"Peça a todos que saiam.", " "},
	"check with an empty line next": {"Peça a todos que saiam.", `Peça\n\na todos`},
	"query without SQL":             {`sql = "SELECT versao FROM parametro"`, `sql = ""`},
	"query that expects nothing":    {`expect = "0"`, `expect = ""`},
	"query that expects too much":   {`expect = "0"`, `expect = "` + strings.Repeat("0", 51) + `"`},
	"query that expects another":    {`expect = "0"`, `expect = "{versao}"`},
	"query that expects a brace":    {`expect = "0"`, `expect = "}0"`},
	"query with hours":              {`expect = "0"`, "expect = \"0\"\nhours = 3"},
	"query on a bad connection":     {`first arquivo`, `first Arquivo`},
	"query on a connection twice":   {`first arquivo`, `first first`},
	"query on two blanks":           {`first arquivo`, `first  arquivo`},
	"query of an unknown engine":    {`name = "firebird"`, `name = "oracle"`},
	"query of an engine twice":      {`name = "sqlserver"`, `name = "firebird"`},
	"query with a bad other":        {"SELECT COUNT(*) FROM dbo.sessao", "SHUTDOWN"},
	"file without hours":            {"hours = 24", "hours = 0"},
	"file with a year and more":     {"hours = 24", "hours = 8785"},
	"file with SQL":                 {"hours = 24", "hours = 24\nsql = \"SELECT 1\""},
	"file with an engine":           {"hours = 24", "hours = 24\n[[check.engine]]\nname = \"sqlite\"\nsql = \"SELECT 1\""},
	"confirmation with hours":       {"kind = \"confirm\"", "kind = \"confirm\"\nhours = 3"},
	"confirmation with a value":     {"kind = \"confirm\"", "kind = \"confirm\"\nexpect = \"1\""},
	"unknown key in a check":        {"hours = 24", "hours = 24\npath = \"/backup\""},
	"rename with the key of others": {`engine = "postgresql"`, `engine = ["postgresql"]`},
}

func TestDraftProfileRefuses(t *testing.T) {
	draftText(t, wholeDraft)
	for name, change := range refusals {
		if !strings.Contains(wholeDraft, change[0]) {
			t.Fatalf("%s: nothing to change", name)
		}
		text, err := request.DraftProfile([]byte(strings.Replace(wholeDraft, change[0], change[1], 1)), issued)
		if fault.Of(err) == nil {
			t.Errorf("%s: accepted, or no code: %v\n%s", name, err, text)
		}
	}
	if _, err := request.DraftProfile([]byte(wholeDraft), time.Time{}); !errors.Is(err, signedtext.BadField) {
		t.Errorf("signed at no time: %v", err)
	}
	if _, err := request.DraftProfile(nil, issued); fault.Of(err) == nil {
		t.Errorf("no draft: %v", err)
	}
}

func TestParseProfileRefuses(t *testing.T) {
	good, tried := string(draftText(t, wholeDraft)), 0
	for name, change := range refusals {
		if !strings.Contains(good, change[0]) {
			continue
		}
		tried++
		if _, err := request.ParseProfile([]byte(strings.Replace(good, change[0], change[1], 1))); fault.Of(err) == nil {
			t.Errorf("%s: accepted, or no code: %v", name, err)
		}
	}
	if tried < len(refusals)*3/4 {
		t.Errorf("only %d of %d refusals stand in a signed profile", tried, len(refusals))
	}
	for name, text := range map[string]string{
		"a draft":        wholeDraft,
		"empty":          "",
		"other kind":     strings.Replace(good, request.ProfileKind, "futura-license", 1),
		"other format":   strings.Replace(good, "format = 1", "format = 2", 1),
		"final line end": good + "\n",
		"cut":            good[:len(good)-1],
		"maintenance":    strings.Replace(good, `maintenance = "0"`, `maintenance = ""`, 1),
		"words missing":  strings.Replace(good, "headline.1 = \"Licença inválida\"\n", "", 1),
		"no date":        strings.Replace(good, "issued = 2026-01-02T03:04:05Z\n", "", 1),
	} {
		if _, err := request.ParseProfile([]byte(text)); fault.Of(err) == nil {
			t.Errorf("%s: accepted, or no code: %v", name, err)
		}
	}
}

var injections = []string{
	`x' OR '1'='1`, `x"; DROP TABLE cliente; --`, "x`; DELETE FROM cliente; --", "x) UNION SELECT senha FROM usuario --", "x/**/y", "x; SELECT pg_sleep(9)",
	`x\`, "x --y", "x#", "$1", "?", "%s", "x]", "[x", "x\u2019y", "x=1",
}

// quoted writes a TOML string.
func quoted(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// A statement does not pass as a name, wherever it is tried. Title and words
// are text for people and never come near a query.
func TestNoFieldCarriesSQL(t *testing.T) {
	for _, line := range []string{
		`product = "sispetro"`, `scheme = "numbers"`, `file = "versao{version}.ver"`, `maintenance = "0"`, `table = "erp.parametro"`, `column = "versao"`,
		`table = "semente"`, `column = "segredo"`, `name = "pedidos"`, `kind = "anchors"`, `table = "erp.pedido"`, `key = "id:integer"`,
		`columns = "criado:timestamp protocolo:integer"`, `table = "cliente"`, `key = "guid:uuid"`, `columns = "criado:date"`, `engine = "postgresql"`,
		`name = "cliente"`, `there = "public.customer"`,
	} {
		key, value, _ := strings.Cut(line, " = ")
		for _, injection := range injections {
			for _, bad := range []string{injection, strings.Trim(value, `"`) + injection, injection + ":integer", "versao{version}" + injection} {
				if _, err := request.DraftProfile([]byte(strings.Replace(wholeDraft, line, key+" = "+quoted(bad), 1)), issued); fault.Of(err) == nil {
					t.Errorf("%s = %q: %v", key, bad, err)
				}
			}
		}
	}
}

func TestFileNameNamesTheLicensedVersion(t *testing.T) {
	numbers, stamps := profileOf(t, wholeDraft), profileOf(t, string(profiles.CRM))
	for _, test := range []struct {
		profile       *request.Profile
		version, want string
	}{
		{numbers, "8.9", "versao8.9.ver"},
		{numbers, "8.9.1", "versao8.9.ver"},
		{numbers, "8.10.2.7", "versao8.10.ver"},
		{numbers, "8", "versao8.0.ver"},
		{stamps, "7.8.5.13100517_x64", "crm-7.8.5.lic"},
		{stamps, "7.8.5.99123123", "crm-7.8.5.lic"},
	} {
		if got := test.profile.FileName(version(t, test.profile.Scheme, test.version)); got != test.want {
			t.Errorf("%s: %s, want %s", test.version, got, test.want)
		}
	}
}

func TestThereRenamesOnOneEngine(t *testing.T) {
	profile := profileOf(t, wholeDraft+`
[[rename]]
engine = "sqlite"
name = "guid"
there = "rowguid"
[[rename]]
engine = "postgresql"
name = "erp.pedido"
there = "pedidos"
`)
	for _, test := range [][3]string{
		{"postgresql", "cliente", "public.customer"}, {"sqlite", "cliente", "cliente"}, {"mysql", "cliente", "cliente"}, {"", "cliente", "cliente"},
		{"sqlite", "guid", "rowguid"}, {"postgresql", "guid", "guid"}, {"postgresql", "erp.pedido", "pedidos"}, {"postgresql", "pedido", "pedido"},
		{"postgresql", "public.customer", "public.customer"}, {"postgresql", "Cliente", "Cliente"}, {"PostgreSQL", "cliente", "cliente"},
		{"postgresql", "", ""},
	} {
		if got := profile.There(test[0], test[1]); got != test[2] {
			t.Errorf("%s of %s: %s, want %s", test[1], test[0], got, test[2])
		}
	}
}

func TestProfileCovers(t *testing.T) {
	numbers, stamps := profileOf(t, wholeDraft), profileOf(t, string(profiles.CRM))
	ends := time.Date(2013, 10, 5, 17, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		profile           *request.Profile
		coverage, version string
		want              string
	}{
		{numbers, "8.9", "8.9.1", "true <nil>"},
		{numbers, "8.9", "8.10", "false <nil>"},
		{numbers, "8.7..8.9", "8.8", "true <nil>"},
		{stamps, "maintenance", "7.8.5.13100517_x64", "true <nil>"},
		{stamps, "maintenance", "7.8.5.13100518_x64", "false <nil>"},
		{stamps, "7.8.5", "7.8.5.13100518_x64", "true <nil>"},
	} {
		covered, err := test.profile.Covers(test.coverage, version(t, test.profile.Scheme, test.version), ends)
		if got := fmt.Sprint(covered, err); got != test.want {
			t.Errorf("%s, %s: %s, want %s", test.coverage, test.version, got, test.want)
		}
	}
	for _, bad := range []string{"", "8.9.1", "maintenance", "8.9..8.7"} {
		if covered, err := numbers.Covers(bad, version(t, request.Numbers, "8.9"), ends); covered || !errors.Is(err, request.BadVersion) {
			t.Errorf("%q: %v, %v", bad, covered, err)
		}
	}
}

// The one free SQL of the system is one SELECT, and nothing that could
// change, lock or start something.
func TestChecksAskOneSelect(t *testing.T) {
	const good = "SELECT versao FROM parametro"
	profileOf(t, strings.Replace(wholeDraft, good, "select REPLACE(versao, 'v', '') from (SELECT versao FROM parametro) as x"+strings.Repeat(" ", 20)+"where 1 = 1", 1))
	for _, bad := range []string{
		"", "SELECT", "SELECT1", "UPDATE parametro SET versao = 1", "WITH x AS (DELETE FROM y) SELECT 1", "(SELECT 1)", "EXPLAIN SELECT 1",
		good + ";", good + "; DROP TABLE parametro", good + " -- x", "SELECT /* x */ 1", good + " # x", "SELECT 1 INTO OUTFILE '/tmp/x'", "SELECT * INTO copia FROM parametro",
		good + " FOR UPDATE", good + " for no key update", good + " FOR SHARE", good + " LOCK IN SHARE MODE", "SELECT 1 FROM x WHERE EXISTS (DELETE FROM y RETURNING 1)",
		`SELECT '\\'`, "SELECT 'a\tb'", "SELECT '" + strings.Repeat("x", 1000) + "'", "SELECT @@version", "SELECT '\u202e'",
	} {
		draft := strings.Replace(wholeDraft, quoted(good), `"`+bad+`"`, 1)
		if text, err := request.DraftProfile([]byte(draft), issued); fault.Of(err) == nil {
			t.Errorf("%s: accepted, or no code: %v\n%s", bad, err, text)
		}
	}
}

func TestChecksKeepEveryValue(t *testing.T) {
	profile := sameAgain(t, draftText(t, wholeDraft))
	before, later := profile.ChecksFor(request.Upgrade), profile.ChecksFor(request.After)
	if len(before) != 3 || len(later) != 1 || before[1].Hours != 24 || before[2].Words != "As notas de versão foram lidas?" || before[0].Next != "Peça a todos que saiam." {
		t.Fatalf("%+v, %+v", before, later)
	}
	nobody, migrated := before[0], later[0]
	for engine, want := range map[string]string{
		"sqlite":     "SELECT COUNT(*) FROM sessao WHERE fim IS NULL AND maquina <> 'servidor da noite'",
		"firebird":   "SELECT COUNT(*) FROM MON$ATTACHMENTS WHERE MON$SYSTEM_FLAG = 0",
		"sqlserver":  "SELECT COUNT(*) FROM dbo.sessao",
		"postgresql": "SELECT COUNT(*) FROM sessao WHERE fim IS NULL AND maquina <> 'servidor da noite'",
	} {
		if got := nobody.SQLFor(engine); got != want {
			t.Errorf("%s: %s", engine, got)
		}
	}
	for _, test := range [][3]string{
		{"[a b]", "[a]", "[arquivo]"}, {"[a arquivo]", "[a arquivo]", "[]"}, {"[arquivo b]", "[arquivo]", "[]"}, {"[a first arquivo]", "[a arquivo]", "[]"}, {"[]", "[]", "[arquivo]"},
	} {
		here, missing := nobody.ConnectionsOf(strings.Fields(strings.Trim(test[0], "[]")))
		if fmt.Sprint(here) != test[1] || fmt.Sprint(missing) != test[2] {
			t.Errorf("on %s: %v, missing %v", test[0], here, missing)
		}
	}
	if here, missing := migrated.ConnectionsOf([]string{"a", "b"}); fmt.Sprint(here, missing) != "[a b] []" {
		t.Errorf("on all: %v, %v", here, missing)
	}
	if got := migrated.Expected(version(t, request.BuildStamp, "7.8.6.26112014_x64"), 3); got != "7.8.6.26112014_x64 7.8.6" {
		t.Errorf("expected %s", got)
	}
}

// FuzzDraftProfile feeds what people write: what it accepts is a profile,
// and written in the same bytes.
func FuzzDraftProfile(f *testing.F) {
	f.Add([]byte(wholeDraft))
	f.Add(profiles.SisPetro)
	f.Add(profiles.CRM)
	f.Add(draftText(f, wholeDraft))
	f.Add([]byte(strings.Replace(wholeDraft, "[[metric]]", "[metric]", 1)))
	f.Add([]byte(strings.Replace(wholeDraft, "SisPetro", `\u0061\u0303`, 1)))
	f.Fuzz(func(t *testing.T, draft []byte) {
		text, err := request.DraftProfile(draft, issued)
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
		} else {
			sameAgain(t, text)
		}
		if _, err := request.ParseProfile(draft); err == nil {
			sameAgain(t, draft)
		} else if fault.Of(err) == nil {
			t.Errorf("an error without a code: %v", err)
		}
	})
}
