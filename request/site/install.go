package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/revocation"
)

// Change is one thing that Install did.
type Change struct {
	Kind   string // of the document
	Source string // the file that was given
	Path   string // where it is now
	Old    string // where the file that lay there is now, if there was another
	Same   bool   // it was installed already
	// Repaired is what had been altered on the way; what is installed is what
	// was signed.
	Repaired []signedtext.Change
	Verdict  *verify.Verdict
	Endings  []Ending // of a revocation list: the licenses that it ends, or does not any more
}

// Given is a file to install.
type Given struct {
	Name string
	Data []byte

	repaired []signedtext.Change
	short    bool // completed from a short form: it has no proof yet
}

// installable are the kinds that Install takes, in their order.
var installable = []string{keys.TrustKind, request.ProfileKind, revocation.Kind, license.Kind}

// Install validates files in any order, trust file first, then profiles, the
// revocation list, then licenses; it rehearses the next start with every license, and only then
// writes. When one file is refused nothing has changed. A license that would
// not let the server start is refused with WouldNotStart; a file that is
// replaced is kept beside it.
func (s *Site) Install(ctx context.Context, given []Given, place Place) ([]Change, error) {
	before, given := s.Trust, slices.Clone(given)
	plan := plan{site: s, place: place, trust: before, listBefore: s.Revocations, open: map[signedtext.Digest]bool{}}
	for _, kind := range installable {
		for i := range given {
			given[i] = plan.repair(kind, given[i])
			if err := plan.take(ctx, kind, given[i]); err != nil {
				return nil, err
			}
		}
	}
	if plan.trust != before {
		if err := plan.findLosing(ctx); err != nil {
			return nil, err
		}
	}
	if err := plan.write(); err != nil {
		return nil, err
	}
	plan.rememberList()
	if s.Trust != nil {
		s.setSeen(s.seen().Newer(s.Trust.Seen()))
		s.writeState()
	}
	return plan.changes, nil
}

// plan is what Install is going to write.
type plan struct {
	site    *Site
	place   Place
	trust   *keys.Trust
	writes  []write
	changes []Change
	taken   []*verify.License
	open    map[signedtext.Digest]bool // licenses of which it is not known whether they were good before a new trust file

	list, listBefore *verify.Revocations // to be installed, and that was; nil: none
}

type write struct {
	path, old string
	data      []byte
}

// kindOf reads the kind of a well-formed signed document without trusting
// it.
func kindOf(file Given) (string, error) {
	_, err := signedtext.Open(file.Data, nil)
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		return "", err
	}
	kind, _, ok := signedtext.Kind(unverified.Text)
	if !ok || !slices.Contains(installable, kind) {
		return "", NotInstalled.New("a file of a kind that is not installed", "file", file.Name, "kind", kind)
	}
	return kind, nil
}

// take plans a file if it is of the kind whose turn it is.
func (p *plan) take(ctx context.Context, turn string, file Given) error {
	kind, err := kindOf(file)
	if err != nil && turn != license.Kind {
		return nil // it may be a mangled file of a kind whose turn comes
	}
	if err != nil || kind != turn {
		return err
	}
	if kind == keys.TrustKind {
		return p.takeTrust(ctx, file)
	}
	if err := p.site.NeedTrust(); err != nil {
		return err
	}
	switch kind {
	case request.ProfileKind:
		return p.takeProfile(file)
	case revocation.Kind:
		return p.takeRevocations(file)
	}
	return p.takeLicense(ctx, file)
}

func (p *plan) takeTrust(ctx context.Context, file Given) error {
	trust, err := keys.OpenTrust(file.Data, p.site.Root)
	if err != nil {
		return err
	}
	seen := p.site.seen()
	if p.trust != nil {
		seen = seen.Newer(p.trust.Seen())
	}
	if trust.Sequence < seen.Sequence {
		return OlderTrust.New("an older trust file than the one seen", "sequence", trust.Sequence, "seen", seen.Sequence)
	}
	if err := trust.Differs(seen); err != nil {
		return err
	}
	p.judgeBefore(ctx, trust)
	p.trust, p.site.Trust = trust, trust
	p.site.Revocations, _ = p.site.openRevocations() // under the new trust file; Open warns of one that does not hold
	return p.add(keys.TrustKind, file, p.site.path(trustFile), nil)
}

func (p *plan) takeProfile(file Given) error {
	profile, err := verify.OpenProfile(file.Data, p.trust)
	if err != nil {
		return err
	}
	p.site.profiles[profile.Digest] = profile
	delete(p.site.ended, profile.Digest)
	name := profile.Product + "-" + profile.Digest.String() + ".profile"
	return p.add(request.ProfileKind, file, filepath.Join(p.site.path(profileFolder), name), nil)
}

func (p *plan) takeLicense(ctx context.Context, file Given) error {
	open := verify.Open
	if file.short {
		open = verify.OpenInstalled
	}
	opened, err := open(file.Data, p.trust)
	if err != nil {
		return err
	}
	verdict := p.rehearse(ctx, opened)
	if verdict.Outcome == verify.NotValid {
		return WouldNotStart.Wrap(verdict.Reason(), "with this file the server would not start", "file", file.Name)
	}
	p.site.remember(verdict)
	p.taken = append(p.taken, opened)
	path := filepath.Join(p.site.LicenseFolder(), p.licenseName(opened))
	if file.short {
		file.Data = p.whole(path, opened, file.Data)
	}
	return p.add(license.Kind, file, path, &verdict)
}

// rehearse judges the next start with the license. The running version is
// left out: a license for the next version is installed while the old one
// still runs.
func (p *plan) rehearse(ctx context.Context, opened *verify.License) verify.Verdict {
	place := p.place
	place.Version = verify.Running{}
	return p.site.judge(ctx, opened, place)
}

// licenseName follows the profile's pattern where the license covers one
// version, and the serial otherwise.
func (p *plan) licenseName(opened *verify.License) string {
	pattern := "{version}.ver"
	for _, profile := range p.site.profiles {
		if profile.Product == opened.Product.Name {
			pattern = profile.File
		}
	}
	if version, err := request.Numbers.Parse(opened.Product.Versions); err == nil {
		return strings.Replace(pattern, "{version}", version.String(), 1)
	}
	return strings.Replace(pattern, "{version}", opened.Serial, 1)
}

func (p *plan) add(kind string, file Given, path string, verdict *verify.Verdict) error {
	change := Change{Kind: kind, Source: file.Name, Path: path, Verdict: verdict, Repaired: file.repaired}
	before, err := files.Read(path, signedtext.MaxDamaged)
	switch {
	case errors.Is(err, files.NotFound):
	case err != nil:
		return err
	case bytes.Equal(before, file.Data):
		change.Same = true
	case kind == license.Kind && !p.isMangled(before, file.Data) && !p.isUnproved(before, file.Data):
		change.Old = p.oldName(path, before)
	}
	if !change.Same {
		p.writes = append(p.writes, write{path: path, old: change.Old, data: file.Data})
	}
	p.changes = append(p.changes, change)
	return nil
}

// oldName names the file that is going to be replaced: a license after its
// serial, anything else after its digest.
func (p *plan) oldName(path string, data []byte) string {
	extension := filepath.Ext(path)
	mark := signedtext.DigestOf(data).String()[:8]
	if opened, err := verify.OpenInstalled(data, p.trust); err == nil {
		mark = opened.Serial
	}
	return fmt.Sprintf("%s.%s%s", strings.TrimSuffix(path, extension), mark, extension)
}

// write keeps the old file first and then puts the new one in its place, so
// that at every moment one of them is there.
func (p *plan) write() error {
	for _, write := range p.writes {
		if err := files.MakePrivate(filepath.Dir(write.path)); err != nil {
			return err
		}
		if write.old != "" {
			before, err := files.Read(write.path, signedtext.MaxDamaged)
			if err != nil {
				return err
			}
			if err := files.Replace(write.old, before, files.Public); err != nil {
				return err
			}
		}
		if err := files.Replace(write.path, write.data, files.Public); err != nil {
			return err
		}
	}
	return nil
}
