package catalogue

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/futura/airlicense/request"
)

// Sensitive is what a column could tell about somebody. Such a column is
// never proposed: whoever can guess its value can test the guess.
type Sensitive string

// The kinds of sensitive columns.
const (
	NotSensitive Sensitive = ""
	Credential   Sensitive = "sensitive-credential" // passwords, secrets, tokens
	TaxNumber    Sensitive = "sensitive-tax"        // and other numbers of persons and companies
	Mail         Sensitive = "sensitive-mail"
	Phone        Sensitive = "sensitive-phone"
	Address      Sensitive = "sensitive-address"
	Birth        Sensitive = "sensitive-birth"
	Bank         Sensitive = "sensitive-bank"
	Name         Sensitive = "sensitive-name"
	Amount       Sensitive = "sensitive-amount"
	Words        Sensitive = "sensitive-words" // free text
)

// sensitiveWords are what columns are called in Portuguese, Italian and
// English, without accents. A word stands alone in a name; a part, with a
// star, may stand anywhere in it. The first that fits counts.
var sensitiveWords = []struct {
	kind  Sensitive
	words string
}{
	{Credential, "*senha *password *passwd pwd *secret *segredo segreto *semente seme pepper salt pin *token *credencial apikey"},
	{TaxNumber, "*cnpj *cpf cgc rg ie *inscricao *inscest nif nis pis cei *partitaiva piva pivac iva *codicefiscale *codfisc cf *taxid *taxnumber *vatnumber vat ssn crc crm cnh *passaport*"},
	{Mail, "*email mail pec *correio"},
	{Phone, "*fone *celular *phone mobile cell fax *telefax *telex *whats tel ddd *cellulare"},
	{Address, "*endereco *logradouro *bairro cep *cidade *municip uf *estado *address *street city *zip zipcode *postal *indirizzo via cap citta comune *provincia state country pais nazione complemento latitude longitude lat lon lng"},
	{Birth, "*nascimento *birth *nascita dob idade age"},
	{Bank, "iban swift *contacorrente *agencia *cartao card pix *banco *boleto *creditcard"},
	{Name, "*nome *name *razao *fantasia *sobrenome *cognome *ragionesociale *company *contato contatto apelido *login *usuario user *responsavel *titular *denominazione placa targa *motorista"},
	{Amount, "*valor vlr vl *preco *price *amount *total *importo *prezzo custo custos cost costo *vlrcusto *precocusto *saldo *balance *salario *centavos *cents *litros *quantidade *quantity qtd qtde qta *desconto *discount taxa *aliquota *peso *weight *volume *imponibile *fee"},
	{Words, "obs *observa *descri* *note nota notes memo *comment* *texto *testo *text *historico *message *mensagem *motivo *subject *assunto *title *titolo"},
}

// SensitiveKinds returns the kinds of sensitive columns, the gravest first.
func SensitiveKinds() []Sensitive {
	var kinds []Sensitive
	for _, group := range sensitiveWords {
		kinds = append(kinds, group.kind)
	}
	return kinds
}

// Identify tells by a column's name and type what it could tell about
// somebody.
func Identify(column Column) Sensitive {
	words := split(column.Name)
	joined := strings.Join(words, "")
	for _, group := range sensitiveWords {
		if group.kind == Name && column.isReference(words) || group.kind == Words && column.kind() == request.IntegerColumn {
			continue
		}
		for word := range strings.SplitSeq(group.words, " ") {
			part := strings.Trim(word, "*")
			if part == word && slices.Contains(words, word) || part != word && strings.Contains(joined, part) {
				return group.kind
			}
		}
	}
	if column.isFraction() {
		return Amount
	}
	return NotSensitive
}

// isReference reports whether a column is a number by which another table is
// meant, such as usuario_id.
func (c Column) isReference(words []string) bool {
	kind := c.kind()
	return (kind == request.IntegerColumn || kind == request.UUIDColumn) &&
		slices.ContainsFunc(words, func(word string) bool {
			return slices.Contains([]string{"id", "fk", "cod", "codigo", "guid", "uuid"}, word)
		})
}

// split takes a name apart at underscores, digits and capital letters, in
// lower case without accents.
func split(name string) (words []string) {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), name)
	if err != nil {
		plain = name
	}
	word := ""
	var before rune
	for _, letter := range plain + "_" {
		if word != "" && (!unicode.IsLetter(letter) || unicode.IsUpper(letter) && unicode.IsLower(before)) {
			words, word = append(words, strings.ToLower(word)), ""
		}
		if unicode.IsLetter(letter) {
			word += string(letter)
		}
		before = letter
	}
	return words
}
