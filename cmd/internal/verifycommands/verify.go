// Package verifycommands is the program futura-verify: it judges license
// files for an auditor, who trusts nobody. It opens no socket, runs no
// program and links nothing that could.
package verifycommands

import (
	"errors"
	"path/filepath"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
)

// Program returns futura-verify.
func Program() ui.Program {
	return ui.Program{Name: "futura-verify", Example: "futura-verify license --root FINGERPRINT --trust futura.trust versao8.9.ver", Commands: []ui.Command{
		{Name: "license", Arguments: "FILE…", Minimum: 1, Maximum: -1,
			Example: "futura-verify license --root FINGERPRINT --trust futura.trust --customer 00123 versao8.9.ver",
			Flags: []ui.Flag{{Name: "trust", Value: "FILE", Required: true}, {Name: "root", Value: "FINGERPRINT"},
				{Name: "revocations", Value: "FILE"}, {Name: "customer", Value: "NUMBER"}, {Name: "product", Value: "NAME"}, {Name: "version", Value: "VERSION", Words: "flag-running"},
				{Name: "format", Value: "text|json"}, repairFlag, outFlag},
			Run: judgeLicenses},
		{Name: "request", Arguments: "FILE", Minimum: 1, Maximum: 1,
			Example: "futura-verify request 00123-sispetro-8.9-2026-11-21.request",
			Flags:   []ui.Flag{{Name: "format", Value: "text|json"}, repairFlag, outFlag}, Run: readRequest},
		{Name: "inspect", Arguments: "FILE", Minimum: 1, Maximum: 1, Example: "futura-verify inspect --detach pair versao8.9.ver",
			Flags: []ui.Flag{{Name: "detach", Value: "DIR"}, repairFlag, outFlag}, Run: inspect},
	}}
}

// openTrust reads the trust file under the root that the auditor brought.
func openTrust(s *ui.Session) (*keys.Trust, error) {
	root, err := s.Root()
	if err != nil {
		return nil, err
	}
	if root.IsZero() {
		return nil, keys.NoRoot.New("no root fingerprint is known")
	}
	path := s.String("trust")
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return nil, err
	}
	trust, found, err := openFile(s, data, func(file []byte) (*keys.Trust, error) { return keys.OpenTrust(file, root) })
	s.WarnRepaired(err == nil, path, found.changes)
	if err != nil {
		return nil, &untrusted{fault.With(err, "file", path)}
	}
	return trust, nil
}

// untrusted is a trust file that is refused: then nothing can be decided,
// whatever is wrong with it.
type untrusted struct{ error }

func (u *untrusted) Unwrap() error { return u.error }

func judgeLicenses(s *ui.Session) error {
	if err := errors.Join(s.CheckFormat(), checkRepair(s)); err != nil {
		return err
	}
	trust, err := openTrust(s)
	if err != nil {
		return undecided(s, err)
	}
	revocations, err := openRevocations(s, trust)
	if err != nil {
		return undecided(s, err)
	}
	if !s.IsJSON() {
		s.Line("verify-head", "root", trust.Root(), "issuer", trust.Issuer, "sequence", trust.Sequence, "issued", trust.Issued)
		printRevocations(s, revocations)
	}
	status := 0
	var objects []ui.VerdictObject
	for _, path := range s.Arguments() {
		verdict, found, err := judgeFile(s, path, trust, revocations)
		if err != nil {
			s.Fail(err)
			status = 2
			continue
		}
		if s.IsJSON() {
			object := s.Object(verdict, path)
			object.Repair = ui.NewRepairObject(verdict.License != nil, found.changes)
			objects = append(objects, object)
		} else {
			printLicense(s, path, verdict, found)
		}
		status = max(status, exitStatus(verdict))
	}
	if s.IsJSON() {
		s.JSON(judgedObject(trust, revocations, objects))
	}
	return exit(status)
}

// undecided prints an error and ends with status 2, whatever the code's
// block says.
func undecided(s *ui.Session, err error) error {
	var refused *untrusted
	if !errors.As(err, &refused) {
		return err
	}
	s.Fail(err)
	return ui.Exit{Status: 2}
}

func exit(status int) error {
	if status == 0 {
		return nil
	}
	return ui.Exit{Status: status}
}

func exitStatus(verdict verify.Verdict) int {
	return map[verify.VerdictOutcome]int{verify.Valid: 0, verify.NotValid: 1, verify.UndecidedVerdict: 2}[verdict.Outcome]
}

func judgeFile(s *ui.Session, path string, trust *keys.Trust, revocations *verify.Revocations) (verify.Verdict, restored, error) {
	data, err := files.Read(path, signedtext.MaxDamaged)
	if errors.Is(err, files.TooLarge) { // certain: no license is that large
		return verify.Refused(err), restored{}, nil
	}
	if err != nil {
		return verify.Verdict{}, restored{}, err
	}
	opened, found, err := openFile(s, data, func(file []byte) (*verify.License, error) { return verify.Open(file, trust) })
	if err != nil {
		return verify.Refused(err), found, nil
	}
	if err := found.write(s); err != nil {
		return verify.Verdict{}, restored{}, err
	}
	version := verify.Running{Asked: s.IsSet("version"), Text: s.String("version"), Source: "flag"}
	return verify.Judge(opened, verify.Situation{
		Now: s.Now(), Customer: s.String("customer"), Product: s.String("product"), Version: version, Newest: trust.Issued, Revocations: revocations,
	}), found, nil
}

func printLicense(s *ui.Session, path string, verdict verify.Verdict, found restored) {
	s.Line("verify-file", "file", path, "outcome", s.Say("verdict-"+string(verdict.Outcome)))
	if verdict.License != nil {
		s.PrintChanges(found.changes)
	}
	s.PrintVerdict(verdict)
	if verdict.License == nil {
		s.WarnRepaired(false, path, found.changes)
	}
}

func readRequest(s *ui.Session) error {
	if err := errors.Join(s.CheckFormat(), checkRepair(s)); err != nil {
		return err
	}
	path := s.Arguments()[0]
	signed, found, err := openPath(s, path, request.Open)
	if err != nil {
		return err
	}
	if s.IsJSON() {
		s.JSON(requestObject(signed, found))
		return nil
	}
	s.Line("verify-request", "file", path, "customer", signed.Customer, "site", signed.Site, "product", signed.Product.Name,
		"version", signed.Product.Version, "created", signed.Created, "key", signed.Key.Fingerprint, "digest", signed.Digest())
	for _, database := range signed.Databases {
		s.Line("verify-request-database", "database", database.Name, "profile", database.Profile, "size", len(database.Items))
	}
	s.Line("verify-request-enrollment", "answer", s.Say("yes-no-"+map[bool]string{true: "true", false: "false"}[signed.Enrollment != nil]))
	s.PrintChanges(found.changes)
	return nil
}

func requestObject(signed *request.Signed, found restored) map[string]any {
	var databases []map[string]any
	for _, database := range signed.Databases {
		databases = append(databases, map[string]any{"name": database.Name, "profile": database.Profile.String(), "bytes": len(database.Items)})
	}
	object := map[string]any{
		"digest": signed.Digest().String(), "customer": signed.Customer, "site": signed.Site, "created": signed.Created,
		"product": signed.Product.Name, "version": signed.Product.Version, "key": signed.Key.Fingerprint.String(),
		"enrollment": signed.Enrollment != nil, "databases": databases,
	}
	if repair := ui.NewRepairObject(true, found.changes); repair != nil {
		object["repair"] = repair
	}
	return object
}

// inspect shows a document without judging it, and can take it apart for the
// programs of others.
func inspect(s *ui.Session) error {
	if err := checkRepair(s); err != nil {
		return err
	}
	path := s.Arguments()[0]
	unverified, found, err := openPath(s, path, openUnverified)
	if err != nil {
		return err
	}
	signature, err := openpgp.ParseSignature(unverified.Signature)
	if err != nil {
		return fault.With(err, "file", path)
	}
	kind, _, _ := signedtext.Kind(unverified.Text)
	s.Line("inspect-head", "file", path, "kind", kind, "digest", signedtext.DigestOf(unverified.Text),
		"key", signature.Issuer, "signed", signature.Created, "proof", len(unverified.Proof))
	s.PrintChanges(found.changes)
	s.Note("inspect-unverified")
	if _, err := s.Out.Write(append([]byte("\n"), append(unverified.Text, '\n')...)); err != nil {
		return err
	}
	if folder := s.String("detach"); folder != "" {
		return detach(s, folder, unverified)
	}
	return nil
}

// detach writes what sqv, gpg and other programs verify: the text, its
// signature, the key where the document carries it, and the proof as
// C2SP tlog-proof.
func detach(s *ui.Session, folder string, unverified *signedtext.UnverifiedError) error {
	if err := files.MakePrivate(folder); err != nil {
		return err
	}
	parts := []struct {
		name string
		data []byte
	}{
		{"text", unverified.Text}, {"text.sig", unverified.Signature}, {"text.tlog-proof", unverified.Proof}, {"key.asc", certificateOf(unverified.Text)},
	}
	for _, part := range parts {
		if len(part.data) == 0 {
			continue
		}
		path := filepath.Join(folder, part.name)
		if err := files.Create(path, part.data, files.Public); err != nil {
			return err
		}
		s.Note("inspect-written", "file", path)
	}
	return nil
}

// certificateOf returns the certificate that a request or a trust file
// carries, armored.
func certificateOf(text []byte) []byte {
	var asRequest request.Request
	var asTrust keys.TrustFile
	var carried []byte
	switch {
	case signedtext.Unmarshal(text, request.Kind, 1, &asRequest) == nil:
		carried = asRequest.Key.Certificate
	case signedtext.Unmarshal(text, keys.TrustKind, 1, &asTrust) == nil:
		carried = asTrust.Certificate
	}
	certificate, err := openpgp.ReadCertificate(carried)
	if err != nil {
		return nil
	}
	return certificate.Armor()
}
