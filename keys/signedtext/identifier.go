package signedtext

import (
	"regexp"
	"strings"
)

var (
	nameForm   = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)
	numberForm = regexp.MustCompile(`^[0-9]{1,10}$`)
	deviceForm = regexp.MustCompile(`^(?:aux|con|nul|prn|com[0-9]|lpt[0-9])$`)
)

// CheckName accepts the names of products, sites and databases: 1 to 40
// characters of a-z, 0-9 and inner hyphens. They become parts of file names,
// so the names of Windows devices are refused.
func CheckName(field, value string) error {
	if !nameForm.MatchString(value) || deviceForm.MatchString(value) {
		return BadField.New("not a name of a-z, 0-9 and hyphens", "field", field, "reason", "name")
	}
	return nil
}

// IsDevice reports whether Windows takes a file name for a device: what
// stands before the first dot decides.
func IsDevice(file string) bool {
	base, _, _ := strings.Cut(strings.ToLower(file), ".")
	return deviceForm.MatchString(strings.TrimSpace(base))
}

// CheckNumber accepts customer numbers: 1 to 10 digits. Leading zeros count,
// "123" and "00123" are two customers.
func CheckNumber(field, value string) error {
	if !numberForm.MatchString(value) {
		return BadField.New("not a number of up to ten digits", "field", field, "reason", "number")
	}
	return nil
}

// CheckNames accepts a list of at least one name, each once, with one blank
// between them.
func CheckNames(field, value string) error {
	seen := map[string]bool{}
	for name := range strings.SplitSeq(value, " ") {
		if err := CheckName(field, name); err != nil {
			return err
		}
		if seen[name] {
			return BadField.New("a name twice", "field", field, "reason", "twice")
		}
		seen[name] = true
	}
	return nil
}
