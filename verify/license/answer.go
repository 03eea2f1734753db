package license

import (
	"time"

	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// Granted is what the issuer adds to the request that it answers.
type Granted struct {
	Serial      string
	Issued      time.Time
	Versions    string // empty: the version that was asked for
	Modules     string
	Maintenance time.Time
	Terms       Terms
}

// Answer returns the license that grants this to a request with this digest,
// which was measured by this profile. Whoever holds the three has the
// license: the desk writes it like this, and the site does again when only
// the short form has come.
func Answer(asked *request.Request, digest signedtext.Digest, profile *request.Profile, granted Granted) (License, error) {
	versions := granted.Versions
	if versions == "" {
		version, err := profile.Scheme.Parse(asked.Product.Version)
		if err != nil {
			return License{}, err
		}
		versions = version.Licensed(profile.Digits)
	}
	answer := License{
		Serial: granted.Serial, Issued: granted.Issued, Customer: asked.Customer, Site: asked.Site, Request: digest, Terms: granted.Terms,
		Product: Product{
			Name: asked.Product.Name, Scheme: profile.Scheme, Digits: profile.Digits,
			Versions: versions, Modules: granted.Modules, Maintenance: granted.Maintenance,
		},
	}
	for _, database := range asked.Databases {
		answer.Databases = append(answer.Databases, Database{Name: database.Name, Profile: database.Profile, Salt: database.Salt, Items: database.Items})
	}
	return answer, nil
}

// GrantedBy takes out of a license what Answer adds to the request.
func GrantedBy(answer License, asked *request.Request, profile *request.Profile) Granted {
	granted := Granted{
		Serial: answer.Serial, Issued: answer.Issued, Versions: answer.Product.Versions, Modules: answer.Product.Modules,
		Maintenance: answer.Product.Maintenance, Terms: answer.Terms,
	}
	version, err := profile.Scheme.Parse(asked.Product.Version)
	if err == nil && version.Licensed(profile.Digits) == granted.Versions {
		granted.Versions = ""
	}
	return granted
}
