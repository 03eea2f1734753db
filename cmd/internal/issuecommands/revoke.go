package issuecommands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/revocation"
)

// listFile is the newest revocation list, as replies carry it.
const listFile = "futura.revocations"

// revocationCommands are the commands that write and show the revocation
// list.
func revocationCommands(signing []ui.Flag) []ui.Command {
	signing = slices.Clip(signing)
	return []ui.Command{
		{Name: "revoke", Arguments: "SERIAL", Minimum: 1, Maximum: 1, Example: "futura-issue revoke --desk desk --until 2026-12-31 --reason contract L-2026-000123",
			Flags: append(signing, ui.Flag{Name: "until", Value: "DAY"}, ui.Flag{Name: "reason", Value: "WORD"}, ui.Flag{Name: "undo"}, ui.Flag{Name: "yes"}),
			Run:   revoke},
		{Name: "revocations", Example: "futura-issue revocations --desk desk --out " + listFile,
			Flags: append(signing, ui.Flag{Name: "out", Value: "FILE"}, ui.Flag{Name: "renew"}), Run: revocations},
	}
}

// order is what the operator asks for.
type order struct {
	undo   bool
	until  time.Time
	reason revocation.Reason
}

func readOrder(s *ui.Session) (order, error) {
	wanted := order{undo: s.Bool("undo"), until: issue.DefaultEnd(s.Now()), reason: revocation.Unspecified}
	for _, option := range []string{"until", "reason"} {
		if wanted.undo && s.IsSet(option) {
			return wanted, ui.NotTogether.New("nothing is revoked", "option", "--"+option, "other", "--undo")
		}
	}
	if s.IsSet("until") {
		day, err := s.Date("until")
		if err != nil {
			return wanted, err
		}
		if day.Before(s.Now()) {
			return wanted, ui.OptionValue.New("a day that is over", "option", "--until")
		}
		wanted.until = day
	}
	if s.IsSet("reason") {
		wanted.reason = revocation.Reason(s.String("reason"))
	}
	if !wanted.reason.Known() {
		return wanted, ui.OptionValue.New("unknown reason", "option", "--reason")
	}
	return wanted, nil
}

// revoke shows whom it hits, asks, and signs the next list.
func revoke(s *ui.Session) error {
	wanted, err := readOrder(s)
	if err != nil {
		return err
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		target, err := desk.Target(ctx, s.Arguments()[0])
		if err != nil {
			return err
		}
		check, question := target.CheckRevocable, "ask-revoke"
		if wanted.undo {
			check, question = target.CheckRevoked, "ask-unrevoke"
		}
		if err := check(); err != nil {
			return err
		}
		printTarget(s, target, wanted)
		yes, err := s.Confirm(question)
		if err != nil {
			return err
		}
		if !yes {
			return issue.NotConfirmed.New("the operator said no")
		}
		return carryOut(ctx, s, desk, target, wanted)
	})
}

func printTarget(s *ui.Session, target *issue.Target, wanted order) {
	license := target.License
	s.Line("issue-revoke", "serial", license.Serial, "customer", license.Customer, "name", target.Customer.Name, "site", license.Site,
		"product", license.Product.Name, "versions", license.Product.Versions, "issued", license.Issued)
	for _, keyUser := range target.Customer.KeyUsers {
		s.Line("issue-keyuser", "name", keyUser.Name, "mail", keyUser.Mail, "since", keyUser.Since)
	}
	if wanted.undo {
		s.Line("issue-unrevoke-end", "ends", target.Entry.ValidUntil, "reason", reasonWords(s, target.Entry.Reason))
		return
	}
	s.Line("issue-revoke-end", "ends", wanted.until, "reason", reasonWords(s, wanted.reason), "days", license.Terms.UnrecognizedDays)
	if len(target.Others) == 0 {
		s.Line("issue-revoke-only")
		return
	}
	s.Line("issue-revoke-others", "serials", strings.Join(target.Others, ", "))
}

func reasonWords(s *ui.Session, reason revocation.Reason) string {
	return s.Say("word-" + string(reason))
}

func carryOut(ctx context.Context, s *ui.Session, desk *issue.Desk, target *issue.Target, wanted order) error {
	if err := unlock(s, desk); err != nil {
		return err
	}
	var list *verify.Revocations
	var err error
	said := "issue-revoked"
	if wanted.undo {
		said = "issue-unrevoked"
		list, err = desk.Unrevoke(ctx, target, s.Now())
	} else {
		list, err = desk.Revoke(ctx, target, wanted.until, wanted.reason, s.Now())
	}
	if err != nil {
		return err
	}
	s.Line(said, "serial", target.License.Serial, "sequence", list.Sequence)
	s.Line("issue-list-travels", "file", listFile)
	return nil
}

// revocations shows what is revoked now, and writes the list's file.
func revocations(s *ui.Session) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		if s.Bool("renew") {
			if err := unlock(s, desk); err != nil {
				return err
			}
			if _, err := desk.RenewRevocations(ctx, s.Now()); err != nil {
				return err
			}
		}
		list, err := desk.Revoked(ctx)
		if err != nil {
			return err
		}
		if list.Sequence == 0 {
			s.Line("issue-no-list")
			return nil
		}
		s.Line("issue-list", "sequence", list.Sequence, "issued", list.Issued, "count", len(list.Entries))
		for _, entry := range list.Entries {
			s.Line("issue-list-row", "serial", entry.Serial, "customer", entry.Customer, "ends", entry.ValidUntil, "reason", reasonWords(s, entry.Reason))
		}
		return writeList(ctx, s, desk)
	})
}

func writeList(ctx context.Context, s *ui.Session, desk *issue.Desk) error {
	out := s.String("out")
	if out == "" {
		return nil
	}
	file, err := desk.HandOut(ctx)
	if err != nil {
		return err
	}
	if err := files.Create(out, file, files.Public); err != nil {
		return err
	}
	s.Line("issue-list-written", "file", out)
	return nil
}
