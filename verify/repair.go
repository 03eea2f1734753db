package verify

import (
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// OpenRepaired is Open for a file that may have been altered on the way: it
// returns the file as it was, and what had to be changed, nothing if nothing
// had. See signedtext.Repair; the error is Open's on the file as it came.
func OpenRepaired(file []byte, trust *keys.Trust) (*License, []byte, []signedtext.Change, error) {
	return signedtext.OpenRepaired(file, func(candidate []byte) (*License, error) { return Open(candidate, trust) })
}

// OpenProfileRepaired is OpenProfile in the same way.
func OpenProfileRepaired(file []byte, trust *keys.Trust) (*request.Profile, []byte, []signedtext.Change, error) {
	return signedtext.OpenRepaired(file, func(candidate []byte) (*request.Profile, error) { return OpenProfile(candidate, trust) })
}
