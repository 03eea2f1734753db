package signedtext

import (
	"slices"
	"strings"
)

// devices are names that Windows takes for devices.
var devices = []string{"aux", "con", "nul", "prn"}

// Characters of identifiers.
const (
	Digits       = "0123456789"
	SmallLetters = "abcdefghijklmnopqrstuvwxyz"
	Letters      = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + SmallLetters
)

// MadeOf reports whether a text of 1 to longest bytes has only characters of
// a set.
func MadeOf(text, set string, longest int) bool {
	return text != "" && len(text) <= longest && strings.Trim(text, set) == ""
}

// CheckName accepts the names of products, sites and databases: 1 to 40
// characters of a-z, 0-9 and inner hyphens. They become parts of file names,
// so the names of Windows devices are refused.
func CheckName(field, value string) error {
	if !isName(value) || isDevice(value) {
		return BadField.New("not a name of a-z, 0-9 and hyphens", "field", field, "reason", "name")
	}
	return nil
}

// IsDevice reports whether Windows takes a file name for a device: what
// stands before the first dot decides.
func IsDevice(file string) bool {
	base, _, _ := strings.Cut(strings.ToLower(file), ".")
	return isDevice(strings.TrimSpace(base))
}

func isDevice(name string) bool {
	numbered := len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) && isDigit(name[3])
	return numbered || slices.Contains(devices, name)
}

func isName(value string) bool {
	return MadeOf(value, SmallLetters+Digits+"-", 40) && value[0] != '-' && value[len(value)-1] != '-'
}

// CheckNumber accepts customer numbers: 1 to 10 digits. Leading zeros count,
// "123" and "00123" are two customers.
func CheckNumber(field, value string) error {
	if !MadeOf(value, Digits, 10) {
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
