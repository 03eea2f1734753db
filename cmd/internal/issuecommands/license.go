package issuecommands

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
)

// newFolder makes a folder that is empty or not there.
func newFolder(path string) error {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return files.Exists.New("is there already", "file", path)
	}
	return files.MakePrivate(path)
}

func signProfile(s *ui.Session) error {
	path := s.Arguments()[0]
	draft, err := files.Read(path, signedtext.MaxText)
	if err != nil {
		return err
	}
	if out := s.String("out"); out != "" {
		if _, err := os.Lstat(out); err == nil {
			return files.Exists.New("is there already", "file", out)
		}
	}
	// A draft that is wrong is refused before a passphrase is asked for.
	if _, err := request.DraftProfile(draft, s.Now()); err != nil {
		return fault.With(err, "file", path)
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		if err := unlock(s, desk); err != nil {
			return err
		}
		profile, file, err := desk.AddProfile(ctx, draft, s.Now())
		if err != nil {
			return fault.With(err, "file", path)
		}
		out := s.String("out")
		if out == "" {
			out = profile.Product + ".profile"
		}
		if err := files.Create(out, file, files.Public); err != nil {
			return err
		}
		s.Line("issue-profile-added", "product", profile.Product, "digest", profile.Digest, "file", out)
		return nil
	})
}

func reviewFile(ctx context.Context, s *ui.Session, desk *issue.Desk) (*issue.Review, error) {
	path := s.Arguments()[0]
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return nil, err
	}
	data, adopted := adopt(data)
	_, data, changes, err := request.OpenRepaired(data)
	if err != nil {
		return nil, fault.With(err, "file", path)
	}
	s.WarnRepaired(true, path, changes)
	found, err := desk.Review(ctx, data, s.Now())
	if err == nil {
		printAdopted(s, path, adopted)
	}
	return found, fault.With(err, "file", path)
}

func review(s *ui.Session) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		found, err := reviewFile(ctx, s, desk)
		if err != nil {
			return err
		}
		printReview(s, found)
		if found.Refusal() != nil {
			s.Line("issue-would-refuse")
			return ui.Exit{Status: 1}
		}
		if found.Answered.File == nil {
			s.Line("issue-would-grant")
		}
		return nil
	})
}

func printReview(s *ui.Session, review *issue.Review) {
	signed := review.Request
	s.Line("issue-review", "customer", signed.Customer, "name", review.Customer.Name, "site", signed.Site,
		"product", signed.Product.Name, "version", signed.Product.Version, "created", signed.Created, "key", review.Fingerprint())
	for _, database := range signed.Databases {
		s.Line("issue-review-database", "database", database.Name)
	}
	for _, finding := range review.Findings {
		s.PrintRow(s.Say("finding-"+finding.Name), finding.Outcome, finding.Err)
	}
	for _, database := range review.Databases {
		s.Line("issue-review-continuity", "database", database.Database)
		s.PrintResult(database.Result)
	}
	if review.Answered.File != nil {
		s.Warn(answered(review.Answered))
	}
}

// answered says that a request has its license already. It is a notice: the
// same file is handed out again.
func answered(license ledger.License) error {
	return issue.Answered.New("the request was answered before", "serial", license.Serial, "issued", license.Issued)
}

func license(s *ui.Session) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		found, err := reviewFile(ctx, s, desk)
		if err != nil {
			return err
		}
		if err := found.Refusal(); err != nil {
			return err
		}
		again := found.Answered.File != nil
		if again {
			s.Warn(answered(found.Answered))
		} else if err := prepare(s, desk, found); err != nil {
			return err
		}
		reply, err := desk.Issue(ctx, found, s.Now())
		if err != nil {
			return err
		}
		return writeReply(s, found, reply)
	})
}

// prepare lets the operator decide what only a person can, and opens the
// secrets.
func prepare(s *ui.Session, desk *issue.Desk, found *issue.Review) error {
	questions := slices.ContainsFunc(found.Findings, func(check verify.Check) bool { return check.Outcome == verify.Warn })
	if questions {
		printReview(s, found)
		yes, err := s.Confirm("ask-issue")
		if err != nil {
			return err
		}
		if !yes {
			return issue.NotReviewed.New("the operator said no")
		}
	}
	return unlock(s, desk)
}

func writeReply(s *ui.Session, found *issue.Review, reply *issue.Reply) error {
	out := s.String("out")
	if out == "" {
		out = "reply-" + found.Request.Customer + "-" + reply.License.Serial
	}
	if err := files.MakePrivate(out); err != nil {
		return err
	}
	path := filepath.Join(out, reply.Name)
	for _, part := range []struct {
		path string
		data []byte
	}{{path, reply.File}, {filepath.Join(out, trustFile), reply.Trust}, {filepath.Join(out, reply.License.Product.Name+".profile"), reply.Profile}} {
		if err := createSame(part.path, part.data); err != nil {
			return err
		}
	}
	s.Line("issue-license-made", "serial", reply.License.Serial, "customer", reply.License.Customer,
		"product", reply.License.Product.Name, "versions", reply.License.Product.Versions, "file", path)
	return writeReplyList(s, filepath.Join(out, listFile), reply.Revocations)
}

// writeReplyList puts the revocation list, once there is one, beside the
// license.
func writeReplyList(s *ui.Session, path string, list []byte) error {
	if list == nil {
		return nil
	}
	if err := createSame(path, list); err != nil {
		return err
	}
	s.Line("issue-reply-list", "file", path)
	return nil
}

// createSame is createOnce for what everybody may read.
func createSame(path string, data []byte) error { return createOnce(path, data, files.Public) }
