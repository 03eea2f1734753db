package signedtext

import (
	"strings"

	"github.com/BurntSushi/toml"
)

// DecodeWritten reads TOML that a person wrote into a struct with toml tags
// in lower case. It returns the first key that the struct does not know, in
// exactly its spelling: the TOML library matches keys without case, and of
// "title" and "Title" in one file it takes either.
func DecodeWritten(data []byte, into any) (unknown string, err error) {
	text := strings.TrimPrefix(string(data), "\ufeff") // Notepad writes a byte order mark
	read, err := toml.Decode(text, into)
	if err != nil {
		return "", err
	}
	for _, key := range append(read.Undecoded(), read.Keys()...) {
		if name := key.String(); name != strings.ToLower(name) {
			return name, nil
		}
	}
	if undecoded := read.Undecoded(); len(undecoded) > 0 {
		return undecoded[0].String(), nil
	}
	return "", nil
}
