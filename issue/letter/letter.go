// Package letter writes letters to customers as drafts of mail (.eml): a
// double click opens them in the mail program, ready to be sent. Nothing is
// sent here.
//
// The letters have templates of their own in three languages.
package letter

import (
	"bytes"
	"embed"
	"io"
	"strings"
	"text/template"
	"time"

	"github.com/emersion/go-message/mail"

	"github.com/futura/airlicense/keys/fault"
)

// NotWritten is the code of a letter that could not be written.
const NotWritten = fault.Code("FL-721")

//go:embed *.tmpl
var templates embed.FS

// Attachment is a file that goes along.
type Attachment struct {
	Name string
	Data []byte
}

// Person is a receiver.
type Person struct{ Name, Mail string }

// Letter is a letter to be written.
type Letter struct {
	Template    string // such as "invitation"
	Language    string // pt-BR, it or en
	To          []Person
	Date        time.Time
	Values      any
	Attachments []Attachment
}

// Compose writes the letter. The first line of a template is the subject.
func Compose(letter Letter) ([]byte, error) {
	words, err := fill(letter)
	if err != nil {
		return nil, err
	}
	subject, body, _ := strings.Cut(words, "\n")
	var out bytes.Buffer
	writer, err := mail.CreateWriter(&out, header(letter, subject))
	if err != nil {
		return nil, notWritten(err)
	}
	if err := writeBody(writer, strings.TrimLeft(body, "\n")); err != nil {
		return nil, notWritten(err)
	}
	for _, attachment := range letter.Attachments {
		if err := attach(writer, attachment); err != nil {
			return nil, notWritten(err)
		}
	}
	if err := writer.Close(); err != nil {
		return nil, notWritten(err)
	}
	return out.Bytes(), nil
}

func notWritten(err error) error { return NotWritten.Wrap(err, "the letter could not be written") }

func fill(letter Letter) (string, error) {
	name := letter.Template + "." + letter.Language + ".tmpl"
	parsed, err := template.New(name).Option("missingkey=error").ParseFS(templates, name)
	if err != nil {
		return "", notWritten(err)
	}
	var words strings.Builder
	if err := parsed.Execute(&words, letter.Values); err != nil {
		return "", notWritten(err)
	}
	return words.String(), nil
}

func header(letter Letter, subject string) mail.Header {
	var header mail.Header
	header.SetDate(letter.Date)
	header.SetSubject(subject)
	var to []*mail.Address
	for _, person := range letter.To {
		to = append(to, &mail.Address{Name: person.Name, Address: person.Mail})
	}
	header.SetAddressList("To", to)
	// Outlook and Thunderbird open a message with this header for editing.
	header.Set("X-Unsent", "1")
	return header
}

func writeBody(writer *mail.Writer, body string) error {
	var header mail.InlineHeader
	header.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	part, err := writer.CreateSingleInline(header)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(part, body); err != nil {
		return err
	}
	return part.Close()
}

func attach(writer *mail.Writer, attachment Attachment) error {
	var header mail.AttachmentHeader
	header.SetContentType("application/octet-stream", nil)
	header.Set("Content-Transfer-Encoding", "base64")
	header.SetFilename(attachment.Name)
	part, err := writer.CreateAttachment(header)
	if err != nil {
		return err
	}
	if _, err := part.Write(attachment.Data); err != nil {
		return err
	}
	return part.Close()
}
