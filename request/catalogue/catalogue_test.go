package catalogue_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/catalogue"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
)

func TestEveryEngineHasACatalogue(t *testing.T) {
	for _, engine := range queries.Engines() {
		query, err := catalogue.Query(engine)
		if err != nil || !strings.HasPrefix(query.SQL, "SELECT ") || strings.Contains(query.SQL, ";") || query.Metric != "" {
			t.Errorf("%s: %q, %v", engine, query.SQL, err)
		}
	}
	for _, engine := range []queries.Engine{"", "oracle", "../catalogue"} {
		if _, err := catalogue.Query(engine); !errors.Is(err, queries.UnknownEngine) {
			t.Errorf("%q: %v", engine, err)
		}
	}
}

// Drivers hand out texts, bytes and numbers of several types.
func TestReader(t *testing.T) {
	var reader catalogue.Reader
	for _, row := range [][]any{
		{"", "item", "numero", "INTEGER ", int64(2)},
		{[]byte(""), []byte("item"), []byte("pedido"), []byte("integer"), []byte("1")},
		{"", "item", "criado", "timestamp", int32(0)},
		{"vendas", "item", "id", "int", 1},
	} {
		if err := reader.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	tables, err := reader.Tables()
	want := "[{item [pedido numero] [{numero integer} {pedido integer} {criado timestamp}]} {vendas.item [id] [{id int}]}]"
	if got := fmt.Sprint(tables); err != nil || got != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	for _, row := range [][]any{nil, {"a"}, {"", "t", "c", "int", "x"}, {"", "t", "c", "int", -1}, {"", "t", "c", "int", int64(1) << 40}, {"", "t", "c", "int", nil}} {
		if err := new(catalogue.Reader).Row(row); !errors.Is(err, catalogue.BadCatalogue) {
			t.Errorf("%v: %v", row, err)
		}
	}
	if _, err := new(catalogue.Reader).Tables(); !errors.Is(err, catalogue.NoTables) {
		t.Error(err)
	}
}

func TestIdentify(t *testing.T) {
	for what, names := range map[catalogue.Sensitive]string{
		catalogue.TaxNumber:    "cnpj CNPJ_CLIENTE cnpjCliente cpf nr_cpf CodiceFiscale codice_fiscale partita_iva PartitaIVA p_iva inscricao_estadual InscEst vat_number TaxID rg",
		catalogue.Name:         "nome NomeFantasia razao_social ragione_sociale Cognome first_name LastName usuario login",
		catalogue.Mail:         "email e_mail EMail MAIL pec emailNFe",
		catalogue.Phone:        "telefone fone1 Celular Phone cellulare tel fax",
		catalogue.Address:      "endereco Endereço logradouro BAIRRO cep Cidade municipio uf Address BillingCity indirizzo via cap citta Città",
		catalogue.Amount:       "valor vlr_total preco UnitPrice importo quantidade litros total saldo_devedor",
		catalogue.Credential:   "senha password passwd_hash Pwd api_token segredo",
		catalogue.Birth:        "data_nascimento BirthDate data_nascita",
		catalogue.Bank:         "iban conta_corrente pix",
		catalogue.Words:        "observacao descricao Title note",
		catalogue.NotSensitive: "id criado created_at InvoiceDate emitida protocolo numero CustomerId customer_id chave guid data_emissao tipo",
	} {
		for name := range strings.SplitSeq(names, " ") {
			column := catalogue.Column{Name: name, Type: "varchar(40)"}
			if got := catalogue.Identify(column); got != what {
				t.Errorf("%s: %q, want %q", name, got, what)
			}
		}
	}
	for column, what := range map[catalogue.Column]catalogue.Sensitive{
		{Name: "usuario_id", Type: "integer"}:    catalogue.NotSensitive,
		{Name: "nota", Type: "bigint"}:           catalogue.NotSensitive,
		{Name: "x", Type: "numeric(15,2)"}:       catalogue.Amount,
		{Name: "x", Type: "double precision"}:    catalogue.Amount,
		{Name: "x", Type: "decimal"}:             catalogue.Amount,
		{Name: "x", Type: "money"}:               catalogue.Amount,
		{Name: "x", Type: "numeric(15)"}:         catalogue.NotSensitive,
		{Name: "x", Type: "decimal(18,0)"}:       catalogue.NotSensitive,
		{Name: "x", Type: "bigint(20) unsigned"}: catalogue.NotSensitive,
	} {
		if got := catalogue.Identify(column); got != what {
			t.Errorf("%+v: %q, want %q", column, got, what)
		}
	}
}

// table is a table with rows that a test gives.
type table struct {
	key, columns string // as name type, with commas
	rows         int
	row          func(id int64) []any
}

func (t table) described(name string) catalogue.Table {
	made := catalogue.Table{Name: name}
	for i, list := range []string{t.key, t.columns} {
		for declared := range strings.SplitSeq(list, ",") {
			column, kind, _ := strings.Cut(strings.TrimSpace(declared), " ")
			if column == "" {
				continue
			}
			made.Columns = append(made.Columns, catalogue.Column{Name: column, Type: kind})
			if i == 0 {
				made.Key = append(made.Key, column)
			}
		}
	}
	return made
}

// measure answers a dialogue with the rows of the table, by the columns that
// a query names.
func (t table) measure(profile *request.Profile) (sample queries.Sample, reason, fatal error) {
	dialogue, err := queries.Collect(profile, queries.SQLite, bytes.Repeat([]byte{1}, request.SaltSize))
	if err != nil {
		return sample, nil, err
	}
	all := t.described("x").Columns
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		selected, _, _ := strings.Cut(strings.TrimPrefix(query.SQL, "SELECT "), " FROM ")
		var err error
		for id := int64(t.rows); id > 0 && err == nil; id-- {
			if len(query.Arguments) > 0 && !contains(query.Arguments, id) {
				continue
			}
			values := t.row(id)
			var row []any
			for name := range strings.SplitSeq(strings.ReplaceAll(selected, "`", ""), ", ") {
				for i, column := range all {
					if column.Name == name {
						row = append(row, values[i])
					}
				}
			}
			if err = dialogue.Row(row); strings.Contains(query.SQL, "LIMIT 1") && !strings.Contains(query.SQL, "LIMIT 1 ") && len(row) == 1 && strings.Contains(query.SQL, "DESC") {
				break
			}
		}
		dialogue.Done(err)
	}
	if samples := dialogue.Samples(); len(samples) > 0 {
		sample = samples[0]
	}
	if problems := dialogue.Problems(); len(problems) > 0 {
		reason = problems[0].Err
	}
	return sample, reason, nil
}

func contains(arguments []any, id int64) bool {
	for _, argument := range arguments {
		if argument == any(id) {
			return true
		}
	}
	return false
}

func when(id int64) time.Time {
	random := rand.New(rand.NewPCG(5, uint64(id)))
	return time.Unix(1.6e9+id*3600+random.Int64N(3600), 0).UTC()
}

func number(id int64) int64 { return rand.New(rand.NewPCG(6, uint64(id))).Int64N(1e9) }

// survey returns what is found about one table: the metric, or the reason
// against it, and the doubts.
func survey(t *testing.T, name string, made table) (finding catalogue.Finding, words string) {
	t.Helper()
	findings, err := catalogue.Survey([]catalogue.Table{made.described(name)}, made.measure, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	finding = findings[0]
	if metric := finding.Metric; metric != nil {
		words = fmt.Sprintf("%s %s:%s %s", metric.Kind, metric.Key.Name, metric.Key.Kind, metric.Columns)
	} else {
		words = finding.Reasons[0].ID
	}
	for _, doubt := range finding.Doubts {
		words += " ?" + doubt.ID
	}
	return finding, words
}

func TestSurvey(t *testing.T) {
	uuid := func(id int64) string { return fmt.Sprintf("%016x%016x", number(id), number(-id)) }
	for name, test := range map[string]struct {
		table
		want string
	}{
		"documents": {table{"id bigint", "criado timestamp, valor numeric(15,2), nome text", 9000, func(id int64) []any { return []any{id, when(id), 1, "x"} }},
			"anchors id:integer criado:timestamp"},
		"masters": {table{"id bigint", "nome text, criado timestamp", 300, func(id int64) []any { return []any{id, "x", when(id)} }},
			"set id:integer criado:timestamp"},
		"times as texts": {table{"id integer", "criado text, alterado text", 300, func(id int64) []any { return []any{id, when(id).Format(time.DateTime), "x"} }},
			"set id:integer criado:timestamp"},
		"a creation that is no time": {table{"id integer", "cadastro text, criado timestamp", 300, func(id int64) []any { return []any{id, "by hand", when(id)} }},
			"set id:integer criado:timestamp"},
		"GUID": {table{"id uuid", "criado timestamp", 300, func(id int64) []any { return []any{uuid(id), when(id)} }},
			"set id:uuid criado:timestamp"},
		"GUID, nothing else": {table{"id uuid", "nome text", 300, func(id int64) []any { return []any{uuid(id), "x"} }},
			"set id:uuid id:uuid ?draft-undated"},
		"no date": {table{"id bigint", "protocolo bigint, tipo integer", 300, func(id int64) []any { return []any{id, number(id), id % 3} }},
			"set id:integer protocolo:integer ?draft-immutable ?draft-undated"},
		"composite": {table{"pedido bigint, item integer", "criado timestamp", 900, func(id int64) []any { return []any{id / 3, id % 3, when(id)} }},
			"set pedido:integer item:integer criado:timestamp ?draft-composite"},
		"deleted ranges": {table{"id bigint", "criado timestamp", 9000, func(id int64) []any { return []any{id * 4, when(id)} }},
			"anchors id:integer criado:timestamp ?draft-gaps"},
		"few rows": {table{"id bigint", "criado timestamp", 7, func(id int64) []any { return []any{id, when(id)} }},
			"set id:integer criado:timestamp ?draft-fewer"},
		"some imported": {table{"id bigint", "criado timestamp", 900, func(id int64) []any {
			if id%6 == 0 {
				return []any{id, begun}
			}
			return []any{id, when(id)}
		}}, "set id:integer criado:timestamp ?draft-not-rising ?draft-some"},
		"one migration date": {table{"id bigint", "criado timestamp", 900, func(id int64) []any { return []any{id, begun} }},
			"draft-predictable"},
		"one migration date, large": {table{"id bigint", "criado timestamp", 9000, func(id int64) []any { return []any{id, begun} }},
			"draft-predictable"},
		"number equals id": {table{"id bigint", "numero bigint", 9000, func(id int64) []any { return []any{id, id} }},
			"draft-predictable"},
		"names only":     {table{"id bigint", "nome text", 900, func(id int64) []any { return []any{id, "x"} }}, "draft-no-columns"},
		"no key":         {table{"", "criado timestamp", 900, func(id int64) []any { return []any{when(id)} }}, "draft-no-key"},
		"key is a name":  {table{"cnpj text", "criado timestamp", 900, func(id int64) []any { return []any{"x", when(id)} }}, "draft-key-sensitive"},
		"key is a float": {table{"id double", "criado timestamp", 900, func(id int64) []any { return []any{1.5, when(id)} }}, "draft-key-type"},
		"key is a blob":  {table{"id blob", "criado timestamp", 900, func(id int64) []any { return []any{"x", when(id)} }}, "draft-key-type"},
		"empty":          {table{"id bigint", "criado timestamp", 0, nil}, "draft-empty"},
		"three rows":     {table{"id bigint", "criado timestamp", 3, func(id int64) []any { return []any{id, when(id)} }}, "draft-few"},
		"a wrong key":    {table{"id bigint", "criado timestamp", 30, func(id int64) []any { return []any{"x", when(id)} }}, "draft-not-read"},
	} {
		finding, words := survey(t, "tabela", test.table)
		if words != test.want {
			t.Errorf("%s: %s, want %s\n%v", name, words, test.want, finding.Reasons)
		}
	}
	if _, words := survey(t, "com espaço", table{"id bigint", "criado timestamp", 30, nil}); words != "draft-name" {
		t.Error(words)
	}
}

var begun = time.Date(2020, 5, 5, 12, 0, 0, 0, time.UTC)

// A table without a dense integer key that is too large for a sample.
func TestSurveyOfALargeTable(t *testing.T) {
	_, words := survey(t, "grande", table{"id uuid", "criado timestamp", queries.MaxSetRows + 1, func(id int64) []any { return []any{fmt.Sprintf("%032x", id), begun} }})
	if words != "draft-too-many" {
		t.Error(words)
	}
}

func TestSurveyEndsWithTheConnection(t *testing.T) {
	gone := errors.New("gone")
	made := table{"id bigint", "criado timestamp", 30, nil}
	_, err := catalogue.Survey([]catalogue.Table{made.described("x")}, func(*request.Profile) (queries.Sample, error, error) { return queries.Sample{}, nil, gone }, func(float64) {})
	if !errors.Is(err, gone) {
		t.Error(err)
	}
}

// Four of each kind are chosen, those with a time of creation first; names of
// metrics are the tables', once each.
func TestPropose(t *testing.T) {
	var findings []catalogue.Finding
	for i := range 12 {
		kind := fingerprint.Anchors
		if i%2 == 0 {
			kind = fingerprint.Set
		}
		findings = append(findings, catalogue.Finding{
			Table:  catalogue.Table{Name: fmt.Sprintf("s%d.Tab_ela__x", i), Columns: []catalogue.Column{{Name: "versao"}, {Name: "semente"}}},
			Metric: &request.ProfileMetric{Kind: kind}, Rows: int64(i), Dated: i != 11,
		})
	}
	findings = append(findings, catalogue.Finding{Table: catalogue.Table{Name: "x"}})
	made := catalogue.Propose(findings)
	got := ""
	for _, finding := range made.Chosen {
		got += fmt.Sprintf("%d:%s ", finding.Rows, finding.Metric.Name)
	}
	if want := "9:tab-ela-x 7:tab-ela-x-2 5:tab-ela-x-3 3:tab-ela-x-4 10:tab-ela-x-7 8:tab-ela-x-8 6:tab-ela-x-9 4:tab-ela-x-10 "; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if len(made.Spare) != 4 || len(made.Refused) != 1 || len(made.Running) != 12 || len(made.Pepper) != 12 {
		t.Errorf("%d spare, %d refused, %d %d", len(made.Spare), len(made.Refused), len(made.Running), len(made.Pepper))
	}
}
