package issuecommands

import (
	"context"
	"net/mail"
	"slices"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys/openpgp"
)

var accessFlag = ui.Flag{Name: "access", Value: "yes|no"}

// keyUserCommands are about who gets a customer's mail, siteCommands about
// whose requests are taken. They are two questions.
func keyUserCommands() ui.Command {
	return ui.Command{Name: "keyuser", Example: `futura-issue customer keyuser add --desk desk 00123 "Ana Lima <ana@posto.example>"`, Commands: []ui.Command{
		{Name: "add", Arguments: "NUMBER NAME<MAIL>", Minimum: 2, Maximum: 2,
			Example: `futura-issue customer keyuser add --desk desk 00123 "Ana Lima <ana@posto.example>"`, Flags: []ui.Flag{deskFlag}, Run: addKeyUser},
		{Name: "remove", Arguments: "NUMBER MAIL", Minimum: 2, Maximum: 2,
			Example: "futura-issue customer keyuser remove --desk desk 00123 ana@posto.example", Flags: []ui.Flag{deskFlag, accessFlag}, Run: removeKeyUser},
		{Name: "replace", Arguments: "NUMBER MAIL NAME<MAIL>", Minimum: 3, Maximum: 3,
			Example: `futura-issue customer keyuser replace --desk desk 00123 ana@posto.example "Rui Melo <rui@posto.example>"`,
			Flags:   []ui.Flag{deskFlag, accessFlag}, Run: replaceKeyUser},
	}}
}

func siteCommands() ui.Command {
	return ui.Command{Name: "site", Example: "futura-issue customer site retire --desk desk 00123 producao", Commands: []ui.Command{
		{Name: "retire", Arguments: "NUMBER SITE", Minimum: 2, Maximum: 2,
			Example: "futura-issue customer site retire --desk desk 00123 producao", Flags: []ui.Flag{deskFlag}, Run: retireSite},
	}}
}

// parseKeyUser reads a name with an address, as mail programs write them.
func parseKeyUser(written, where string) (ledger.KeyUser, error) {
	address, err := mail.ParseAddress(written)
	if err != nil {
		return ledger.KeyUser{}, ui.OptionValue.New("not a name with a mail address", "option", where)
	}
	return ledger.KeyUser{Name: address.Name, Mail: address.Address}, nil
}

func addKeyUser(s *ui.Session) error {
	number := s.Arguments()[0]
	keyUser, err := parseKeyUser(s.Arguments()[1], "NAME<MAIL>")
	if err != nil {
		return err
	}
	return withCustomer(s, number, func(ctx context.Context, desk *issue.Desk) error {
		if err := desk.Ledger.AddKeyUser(ctx, number, keyUser, s.Now()); err != nil {
			return err
		}
		return showRecipients(ctx, s, desk, number)
	})
}

func removeKeyUser(s *ui.Session) error {
	return endKeyUser(s, func(ctx context.Context, desk *issue.Desk) error {
		return desk.Ledger.RemoveKeyUser(ctx, s.Arguments()[0], s.Arguments()[1], s.Now())
	})
}

func replaceKeyUser(s *ui.Session) error {
	next, err := parseKeyUser(s.Arguments()[2], "NAME<MAIL>")
	if err != nil {
		return err
	}
	return endKeyUser(s, func(ctx context.Context, desk *issue.Desk) error {
		return desk.Ledger.ReplaceKeyUser(ctx, s.Arguments()[0], s.Arguments()[1], next, s.Now())
	})
}

// endKeyUser lets a person get no more mail, and asks about the site keys. A
// key is retired by a command of its own: it stops a site from asking, which
// the site must hear of first.
func endKeyUser(s *ui.Session, change func(context.Context, *issue.Desk) error) error {
	number, mail := s.Arguments()[0], s.Arguments()[1]
	return withCustomer(s, number, func(ctx context.Context, desk *issue.Desk) error {
		customer, _, err := desk.Ledger.Customer(ctx, number)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(customer.KeyUsers, func(keyUser ledger.KeyUser) bool { return strings.EqualFold(keyUser.Mail, mail) }) {
			return ledger.KeyUserUnknown.New("the customer has no KeyUser of this address", "customer", number, "mail", mail)
		}
		had, err := access(s)
		if err != nil {
			return err
		}
		if err := change(ctx, desk); err != nil {
			return err
		}
		if err := showRecipients(ctx, s, desk, number); err != nil {
			return err
		}
		if !had {
			s.Line("issue-keyuser-no-access")
			return nil
		}
		return nameSiteKeys(ctx, s, desk, number)
	})
}

// access asks whether the person had access to a site key.
func access(s *ui.Session) (bool, error) {
	answer := s.String(accessFlag.Name)
	if answer == "" {
		var err error
		if answer, err = s.Ask("ask-access", "", "--access yes|no"); err != nil {
			return false, err
		}
	}
	for _, word := range []struct {
		text string
		had  bool
	}{{"yes", true}, {"no", false}, {s.Say("answer-yes"), true}, {s.Say("answer-no"), false}} {
		if strings.EqualFold(answer, word.text) {
			return word.had, nil
		}
	}
	return false, ui.OptionValue.New("neither yes nor no", "option", "--access")
}

// nameSiteKeys lists the keys to be retired, each with its command.
func nameSiteKeys(ctx context.Context, s *ui.Session, desk *issue.Desk, number string) error {
	siteKeys, err := desk.Ledger.SiteKeys(ctx, number)
	if err != nil {
		return err
	}
	siteKeys = slices.DeleteFunc(siteKeys, func(key ledger.SiteKey) bool { return !key.Retired.IsZero() })
	if len(siteKeys) == 0 {
		s.Line("issue-keyuser-no-keys")
		return nil
	}
	s.Line("issue-keyuser-access")
	for _, key := range siteKeys {
		s.Line("issue-site-to-retire", "site", key.Site, "key", groups(key.Fingerprint), "customer", number)
	}
	return nil
}

func showRecipients(ctx context.Context, s *ui.Session, desk *issue.Desk, number string) error {
	customer, _, err := desk.Ledger.Customer(ctx, number)
	if err != nil {
		return err
	}
	s.Line("issue-recipients", "customer", number, "name", customer.Name)
	for _, keyUser := range customer.KeyUsers {
		s.Line("issue-keyuser", "name", keyUser.Name, "mail", keyUser.Mail, "since", keyUser.Since)
	}
	return nil
}

func retireSite(s *ui.Session) error {
	number, site := s.Arguments()[0], s.Arguments()[1]
	return withCustomer(s, number, func(ctx context.Context, desk *issue.Desk) error {
		retired, err := desk.Ledger.RetireSite(ctx, number, site, s.Now())
		if err != nil {
			return err
		}
		for _, key := range retired {
			s.Line("issue-site-retired", "site", site, "key", groups(key.Fingerprint))
		}
		s.Line("issue-site-retired-next", "customer", number)
		return nil
	})
}

// withCustomer is withDesk for a customer that the ledger knows.
func withCustomer(s *ui.Session, number string, work func(context.Context, *issue.Desk) error) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		if _, err := known(ctx, desk, number); err != nil {
			return err
		}
		return work(ctx, desk)
	})
}

// groups writes a fingerprint of the ledger as people compare it.
func groups(fingerprint string) string {
	parsed, err := openpgp.ParseFingerprint(fingerprint)
	if err != nil {
		return fingerprint
	}
	return parsed.Groups()
}
