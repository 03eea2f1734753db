// Package profiles holds two product profiles as examples, for the invented
// schemas of the tour and of tests.
package profiles

import _ "embed"

// SisPetro is the profile of an ERP with versions such as 8.9.
//
//go:embed sispetro.toml
var SisPetro []byte

// CRM is the profile of a CRM with build stamps and several connections.
//
//go:embed crm.toml
var CRM []byte
