package signedtext

import "github.com/futura/airlicense/keys/openpgp"

// Assemble returns the file of a text and a signature packet that were
// carried in another way, for Open to judge. It has no proof.
func Assemble(text, packet []byte) ([]byte, error) {
	if err := CheckText(text); err != nil {
		return nil, err
	}
	signature, err := openpgp.ParseSignature(packet)
	if err != nil {
		return nil, err
	}
	return (&Document{text: text, signature: signature}).Render(), nil
}
