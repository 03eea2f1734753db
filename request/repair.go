package request

import "github.com/futura/airlicense/keys/signedtext"

// OpenRepaired is Open for a file that may have been altered on the way: it
// returns the file as it was, and what had to be changed, nothing if nothing
// had. See signedtext.Repair; the error is Open's on the file as it came.
func OpenRepaired(file []byte) (*Signed, []byte, []signedtext.Change, error) {
	return signedtext.OpenRepaired(file, Open)
}
