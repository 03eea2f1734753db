// Package issuetest makes a whole issuer for tests: root, signer, log key,
// trust file, a desk in a folder, and the request of a site. Only tests
// import it. The driver "sqlite" must be linked.
//
// All of it follows from the seed of its name, so that a test, or an example
// in the documents, can be made again byte for byte.
package issuetest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"path/filepath"
	"time"

	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// seed is a stream of bytes that anybody can make again.
type seed struct {
	name  string
	count uint64
	rest  []byte
}

// Seed returns the stream of a name: SHA-256 of the name and a counter. Keys
// made from it are worth nothing.
func Seed(name string) io.Reader { return &seed{name: name} }

func (s *seed) Read(data []byte) (int, error) {
	for n := range data {
		if len(s.rest) == 0 {
			block := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("futura example/1 "+s.name+" "), s.count))
			s.count, s.rest = s.count+1, block[:]
		}
		data[n], s.rest = s.rest[0], s.rest[1:]
	}
	return len(data), nil
}

// Issuer is the issuer of a test.
type Issuer struct {
	Root, Signer *openpgp.Secret
	Log          *keys.LogKey
	Trust        *keys.Trust
	TrustFile    []byte
}

// New makes an issuer of sispetro and crm, born at a time.
func New(name string, at time.Time) (*Issuer, error) {
	var made Issuer
	var err error
	if made.Root, err = openpgp.Generate(name, at, Seed("root")); err != nil {
		return nil, err
	}
	if made.Signer, err = made.Root.AddSigner(made.Root.Certificate(), at, 2*365*24*time.Hour, Seed("signer")); err != nil {
		return nil, err
	}
	if made.Log, err = keys.NewLogKey("futura/licenses", Seed("log")); err != nil {
		return nil, err
	}
	return &made, made.Seal(keys.TrustFile{
		Sequence: 1, Issued: at, Issuer: name, Products: "sispetro crm", Certificate: made.Signer.Certificate().Bytes(),
		Logs:    []keys.Log{{Origin: made.Log.Origin, Key: signedtext.Long(made.Log.Verifier)}},
		Signers: []keys.Signer{{Fingerprint: made.Signer.Fingerprint(), Begins: at}},
	})
}

// Seal gives the issuer another trust file.
func (i *Issuer) Seal(file keys.TrustFile) (err error) {
	if i.TrustFile, err = keys.SealTrust(file, i.Root); err != nil {
		return err
	}
	i.Trust, err = keys.OpenTrust(i.TrustFile, i.Root.Fingerprint())
	return err
}

// Desk opens the desk in a folder, which may be new; its secrets are
// unlocked.
func (i *Issuer) Desk(ctx context.Context, folder string) (*issue.Desk, error) {
	db, err := ledger.SQLite(filepath.Join(folder, "ledger.db"), true)
	if err != nil {
		return nil, err
	}
	opened, err := ledger.Open(ctx, db)
	return &issue.Desk{
		Ledger: opened, Trust: i.Trust, TrustFile: i.TrustFile, Head: issue.HeadFile{Path: filepath.Join(folder, "futura.head")},
		Signer: i.Signer, LogKey: i.Log,
	}, err
}

// Begin is Desk with a log that has begun, a signed profile, customer 00123
// with a contract for the profile's product, and an invitation.
func (i *Issuer) Begin(ctx context.Context, folder string, draft []byte, at time.Time) (*issue.Desk, *request.Profile, *issue.Invitation, error) {
	desk, err := i.Desk(ctx, folder)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := desk.Begin(ctx, at); err != nil {
		return nil, nil, nil, err
	}
	profile, _, err := desk.AddProfile(ctx, draft, at)
	if err != nil {
		return nil, nil, nil, err
	}
	err = desk.Ledger.AddCustomer(ctx, ledger.Customer{Number: "00123", Name: "Posto Sol Ltda", Language: "pt-BR", Added: at})
	if err != nil {
		return nil, nil, nil, err
	}
	err = desk.Ledger.SetContract(ctx, ledger.Contract{
		Customer: "00123", Product: profile.Product, Modules: "0 S3 fiscal", Maintenance: time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC),
	}, at)
	if err != nil {
		return nil, nil, nil, err
	}
	invitation, err := desk.Invite(ctx, "00123", profile.Product, at, Seed("code"))
	return desk, profile, invitation, err
}
