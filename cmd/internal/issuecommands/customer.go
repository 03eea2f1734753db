package issuecommands

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/futura/airlicense/cmd/internal/text"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/issue/letter"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	licenses "github.com/futura/airlicense/verify/license"
)

// withDesk opens the desk, works on it and closes it.
func withDesk(s *ui.Session, work func(context.Context, *issue.Desk) error) error {
	ctx := context.Background()
	desk, err := openDesk(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Ledger.Close()
	return work(ctx, desk)
}

func addCustomer(s *ui.Session) error {
	customer := ledger.Customer{Number: s.Arguments()[0], Name: s.String("name"), Added: s.Now()}
	if err := signedtext.CheckNumber("customer", customer.Number); err != nil {
		return err
	}
	var err error
	if customer.Language, err = language(s); err != nil {
		return err
	}
	for _, written := range s.Strings("keyuser") {
		keyUser, err := parseKeyUser(written, "--keyuser")
		if err != nil {
			return err
		}
		customer.KeyUsers = append(customer.KeyUsers, keyUser)
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		if err := desk.Ledger.AddCustomer(ctx, customer); err != nil {
			return err
		}
		s.Line("issue-customer-added", "customer", customer.Number, "name", customer.Name)
		return nil
	})
}

// language is the language of letters to a customer, by default the
// operator's.
func language(s *ui.Session) (string, error) {
	wanted := s.String("language")
	if wanted == "" {
		return s.Language(), nil
	}
	for _, known := range text.Languages() {
		if known == wanted {
			return known, nil
		}
	}
	return "", ui.OptionValue.New("unknown language", "option", "--language")
}

func known(ctx context.Context, desk *issue.Desk, number string) (ledger.Customer, error) {
	customer, found, err := desk.Ledger.Customer(ctx, number)
	if err == nil && !found {
		err = issue.UnknownCustomer.New("the ledger does not know the customer", "customer", number)
	}
	return customer, err
}

func showCustomer(s *ui.Session) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		customer, err := known(ctx, desk, s.Arguments()[0])
		if err != nil {
			return err
		}
		s.Line("issue-customer", "customer", customer.Number, "name", customer.Name, "language", customer.Language, "added", customer.Added)
		for _, keyUser := range customer.KeyUsers {
			s.Line("issue-keyuser", "name", keyUser.Name, "mail", keyUser.Mail, "since", keyUser.Since)
		}
		if err := showHoldings(ctx, s, desk, customer.Number); err != nil || !s.Bool("history") {
			return err
		}
		return showHistory(ctx, s, desk, customer.Number)
	})
}

func showHoldings(ctx context.Context, s *ui.Session, desk *issue.Desk, number string) error {
	contracts, err := desk.Ledger.Contracts(ctx, number)
	if err != nil {
		return err
	}
	for _, contract := range contracts {
		printContract(s, contract)
	}
	if err := showSites(ctx, s, desk, number); err != nil {
		return err
	}
	issued, err := desk.Ledger.Licenses(ctx, number)
	if err != nil {
		return err
	}
	revoked, err := desk.Revoked(ctx)
	if err != nil {
		return err
	}
	for _, license := range issued {
		s.Line("issue-license-row", "serial", license.Serial, "product", license.Product, "version", license.Version, "issued", license.Issued)
		if entry, named := revoked.Entry(license.Digest); named {
			s.Line("issue-license-revoked", "ends", entry.ValidUntil, "reason", reasonWords(s, entry.Reason))
		}
	}
	return nil
}

// showSites shows the sites with their keys, and what became of the codes.
func showSites(ctx context.Context, s *ui.Session, desk *issue.Desk, number string) error {
	siteKeys, err := desk.Ledger.SiteKeys(ctx, number)
	if err != nil {
		return err
	}
	for _, key := range siteKeys {
		if key.Retired.IsZero() {
			s.Line("issue-site-key", "site", key.Site, "key", groups(key.Fingerprint), "enrolled", key.Enrolled)
		} else {
			s.Line("issue-site-key-retired", "site", key.Site, "key", groups(key.Fingerprint), "enrolled", key.Enrolled, "retired", key.Retired)
		}
	}
	codes, err := desk.Ledger.AllEnrollments(ctx, number)
	if err != nil {
		return err
	}
	for _, code := range codes {
		switch {
		case code.UsedBy != "":
			s.Line("issue-code-used", "product", code.Product, "site", code.Site, "created", code.Created, "used", code.UsedAt, "key", groups(code.UsedBy))
		case s.Now().After(code.Expires):
			s.Line("issue-code-expired", "product", code.Product, "site", code.Site, "created", code.Created, "expires", code.Expires)
		default:
			s.Line("issue-code-unused", "product", code.Product, "site", code.Site, "created", code.Created, "expires", code.Expires)
		}
	}
	return nil
}

func showHistory(ctx context.Context, s *ui.Session, desk *issue.Desk, number string) error {
	changes, err := desk.Ledger.History(ctx, number)
	if err != nil {
		return err
	}
	for _, change := range changes {
		s.Line("issue-history", "at", change.At, "change", s.Say("history-"+change.Change), "detail", change.Detail)
	}
	return nil
}

func printContract(s *ui.Session, contract ledger.Contract) {
	versions, ends := contract.Versions, s.Say("never")
	if versions == "" {
		versions = s.Say("any-version")
	}
	if !contract.Ends.IsZero() {
		ends = s.Show(contract.Ends)
	}
	s.Line("issue-contract", "product", contract.Product, "versions", versions, "modules", contract.Modules, "maintenance", contract.Maintenance, "ends", ends)
}

func listCustomers(s *ui.Session) error {
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		customers, err := desk.Ledger.Customers(ctx)
		if err != nil {
			return err
		}
		for _, customer := range customers {
			s.Line("issue-customer-row", "customer", customer.Number, "name", customer.Name)
		}
		return nil
	})
}

func setContract(s *ui.Session) error {
	contract := ledger.Contract{
		Customer: s.Arguments()[0], Product: s.Arguments()[1], Versions: s.String("versions"), Modules: s.String("modules"),
	}
	var err error
	if contract.Maintenance, err = s.Date("maintenance"); err != nil {
		return err
	}
	if contract.Ends, err = s.Date("ends"); err != nil {
		return err
	}
	if err := licenses.CheckModules(contract.Modules); err != nil {
		return err
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		if _, err := known(ctx, desk, contract.Customer); err != nil {
			return err
		}
		if err := checkContract(ctx, desk, contract); err != nil {
			return err
		}
		if err := desk.Ledger.SetContract(ctx, contract, s.Now()); err != nil {
			return err
		}
		printContract(s, contract)
		return nil
	})
}

// checkContract refuses products that the trust file does not name, and
// versions that the product's profile cannot read.
func checkContract(ctx context.Context, desk *issue.Desk, contract ledger.Contract) error {
	if !desk.Trust.HasProduct(contract.Product) {
		return issue.ProductNotTrusted.New("the trust file does not name this product", "product", contract.Product)
	}
	if contract.Versions == "" {
		return nil
	}
	profile, _, err := desk.NewestProfile(ctx, contract.Product)
	if err != nil {
		return err
	}
	_, err = request.ParseCoverage(profile.Scheme, profile.Digits, contract.Versions)
	return err
}

// invite writes the invitation as a folder: the letter with everything
// attached, and the same files beside it.
func invite(s *ui.Session) error {
	number, product := s.Arguments()[0], s.String("product")
	site, out := s.String("site"), s.String("out")
	if site != "" {
		if err := signedtext.CheckName("site", site); err != nil {
			return err
		}
	}
	if out == "" {
		out = strings.TrimSuffix("invitation-"+number+"-"+product+"-"+site, "-")
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		profile, _, err := desk.NewestProfile(ctx, product)
		if err != nil {
			return err
		}
		if err := newFolder(out); err != nil {
			return err
		}
		invitation, err := desk.InviteSite(ctx, number, product, site, s.Now(), s.Environment().Random)
		if err != nil {
			return err
		}
		if err := writeInvitation(s, out, invitation, profile, desk); err != nil {
			return err
		}
		s.Line("issue-invited", "customer", number, "code", invitation.Code, "expires", invitation.Expires, "folder", out)
		return nil
	})
}

func writeInvitation(s *ui.Session, out string, invitation *issue.Invitation, profile *request.Profile, desk *issue.Desk) error {
	profileName := profile.Product + ".profile"
	attachments := []letter.Attachment{{Name: trustFile, Data: invitation.Trust}, {Name: profileName, Data: invitation.Profile}}
	var to []letter.Person
	for _, keyUser := range invitation.Customer.KeyUsers {
		to = append(to, letter.Person{Name: keyUser.Name, Mail: keyUser.Mail})
	}
	composed, err := letter.Compose(letter.Letter{
		Template: "invitation", Language: invitation.Customer.Language, To: to, Date: s.Now(), Attachments: attachments,
		Values: map[string]string{
			"Title": profile.Title, "Customer": invitation.Customer.Number, "Code": invitation.Code.String(),
			"Expires": invitation.Expires.Format("2006-01-02"), "TrustName": trustFile, "ProfileName": profileName,
			"Root": desk.Trust.Root().Groups(), "Site": invitation.Site,
		},
	})
	if err != nil {
		return err
	}
	// The code is a secret until it is used.
	if err := files.Create(filepath.Join(out, "invitation.eml"), composed, files.Private); err != nil {
		return err
	}
	for _, attachment := range attachments {
		if err := files.Create(filepath.Join(out, attachment.Name), attachment.Data, files.Public); err != nil {
			return err
		}
	}
	return nil
}
