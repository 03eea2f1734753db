package issuecommands

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/futura/airlicense/cmd/internal/codes"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/parts"
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

func review(s *ui.Session) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		given, err := readRequests(s)
		if err != nil {
			return err
		}
		status := 0
		for _, file := range given {
			found, err := reviewFile(ctx, s, desk, file)
			if err != nil {
				return err
			}
			if !printAnswer(s, found) {
				status = 1
			}
		}
		if status != 0 {
			return ui.Exit{Status: status}
		}
		return nil
	})
}

// printAnswer prints a review and whether a license would be issued.
func printAnswer(s *ui.Session, found *issue.Review) bool {
	printReview(s, found)
	if found.Refusal() != nil {
		s.Line("issue-would-refuse")
		return false
	}
	if found.Answered.File == nil {
		s.Line("issue-would-grant")
	}
	return true
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
	if err := codes.Check(s); err != nil {
		return err
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		given, err := readRequests(s)
		if err != nil {
			return err
		}
		if len(given) > 1 {
			return several.New("more than one request", "count", len(given))
		}
		found, err := reviewFile(ctx, s, desk, given[0])
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
		if err := writeReply(s, found, reply); err != nil {
			return err
		}
		if err := writeReplyCodes(s, found, reply); err != nil {
			return err
		}
		if err := writeShort(s, desk, found, reply); err != nil {
			return err
		}
		return forgetParts(s, given[0])
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

// replyFolder is where a reply is written.
func replyFolder(s *ui.Session, found *issue.Review, reply *issue.Reply) string {
	if out := s.String("out"); out != "" {
		return out
	}
	return "reply-" + found.Request.Customer + "-" + reply.License.Serial
}

func writeReply(s *ui.Session, found *issue.Review, reply *issue.Reply) error {
	out := replyFolder(s, found, reply)
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
	if s.Bool(partsFlag.Name) {
		if err := writeReplyParts(s, filepath.Join(out, "parts.txt"), reply); err != nil {
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

// writeReplyParts writes all of the reply as parts, to be pasted at once.
func writeReplyParts(s *ui.Session, path string, reply *issue.Reply) error {
	var all [][]byte
	for _, file := range replyFiles(reply) {
		all = append(all, file.Data)
	}
	text, err := parts.TextOf(codes.Size(s), all...)
	if err != nil {
		return err
	}
	if err := createSame(path, text); err != nil {
		return err
	}
	s.Line("issue-reply-parts", "file", path)
	return nil
}

// createSame is createOnce for what everybody may read.
func createSame(path string, data []byte) error { return createOnce(path, data, files.Public) }
