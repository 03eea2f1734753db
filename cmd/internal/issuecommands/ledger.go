package issuecommands

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/proof"
)

// ledgerCommand works on the ledger's log.
func ledgerCommand() ui.Command {
	return ui.Command{Name: "ledger", Example: "futura-issue ledger reprove --desk desk --out reproved", Commands: []ui.Command{
		{Name: "checkpoint", Example: "futura-issue ledger checkpoint --desk desk --size 42 --out honest.checkpoint",
			Flags: []ui.Flag{deskFlag, {Name: "size", Value: "N", Words: "flag-checkpoint-size"}, {Name: "out", Value: "FILE"}}, Run: showCheckpoint},
		{Name: "reprove", Example: "futura-issue ledger reprove --desk desk --out reproved",
			Flags: []ui.Flag{deskFlag, {Name: "out", Value: "DIR", Required: true, Words: "flag-out-folder"},
				{Name: "customer", Value: "NUMBER", Words: "flag-reprove-customer"}}, Run: reprove},
	}}
}

// showCheckpoint prints, and writes, a checkpoint that the desk has given
// out: the newest, or that of a size.
func showCheckpoint(s *ui.Session) error {
	var size int64
	if value := s.String("size"); value != "" {
		var err error
		if size, err = strconv.ParseInt(value, 10, 64); err != nil || size < 1 {
			return ui.OptionValue.New("not a size", "option", "--size")
		}
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		signed, found, err := desk.Ledger.Checkpoint(ctx, size)
		if err != nil {
			return err
		}
		if !found {
			return ui.OptionValue.New("no checkpoint of this size was signed", "option", "--size")
		}
		checkpoint, err := proof.OpenCheckpoint(signed, verify.LogKeys(desk.Trust.Logs))
		if err != nil {
			return err
		}
		if out := s.String("out"); out != "" {
			if err := createSame(out, signed); err != nil {
				return err
			}
		}
		s.Line("issue-checkpoint", "origin", checkpoint.Origin, "size", checkpoint.Size, "hash", checkpoint.Root)
		return nil
	})
}

// reprove writes the licenses that the trust file wants proved again, one
// folder for each customer, with what the site needs beside them. What is
// there already and the same is left alone, so the command can be repeated.
func reprove(s *ui.Session) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		numbers, err := customersToReprove(ctx, s, desk)
		if err != nil {
			return err
		}
		written, lost := 0, 0
		for _, number := range numbers {
			list, err := desk.Reprove(ctx, number)
			if err != nil {
				return err
			}
			for _, reproved := range list {
				switch {
				case reproved.Err != nil:
					lost++
					s.Line("issue-not-provable", "serial", reproved.Serial, "customer", number, "site", reproved.Site, "product", reproved.Product, "version", reproved.Version)
				case reproved.Changed || reproved.Pinned:
					written++
					if err := writeReproved(ctx, s, desk, reproved); err != nil {
						return err
					}
				}
			}
		}
		s.Line("issue-reproved", "count", written, "lost", lost, "folder", s.String("out"))
		if lost > 0 {
			return ui.Exit{Status: 1}
		}
		return nil
	})
}

func customersToReprove(ctx context.Context, s *ui.Session, desk *issue.Desk) ([]string, error) {
	if number := s.String("customer"); number != "" {
		customer, err := known(ctx, desk, number)
		return []string{customer.Number}, err
	}
	customers, err := desk.Ledger.Customers(ctx)
	var numbers []string
	for _, customer := range customers {
		numbers = append(numbers, customer.Number)
	}
	return numbers, err
}

func writeReproved(ctx context.Context, s *ui.Session, desk *issue.Desk, reproved issue.Reproved) error {
	out := filepath.Join(s.String("out"), reproved.Customer)
	if err := files.MakePrivate(out); err != nil {
		return err
	}
	if err := createSame(filepath.Join(out, trustFile), desk.TrustFile); err != nil {
		return err
	}
	for _, digest := range reproved.Profiles {
		profile, file, err := desk.ProvedProfile(ctx, digest)
		if err != nil {
			// The license serves all the same: it vouches for the profile
			// that the site has.
			s.Warn(err)
			continue
		}
		if err := createSame(filepath.Join(out, profile.Product+"-"+digest.String()+".profile"), file); err != nil {
			return err
		}
	}
	path := filepath.Join(out, reproved.Site+"-"+reproved.Serial+".ver")
	if err := createSame(path, reproved.File); err != nil {
		return err
	}
	s.Line("issue-reproved-one", "serial", reproved.Serial, "customer", reproved.Customer, "site", reproved.Site, "file", path)
	return nil
}
