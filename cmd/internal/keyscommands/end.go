package keyscommands

import (
	"slices"
	"strconv"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/verify/proof"
)

// unknownKey is a signer or log that the trust file does not name.
const unknownKey = fault.Code("FL-217")

// endCommand ends a signer or a log key in the next trust file.
func endCommand() ui.Command {
	flags := []ui.Flag{folderFlag, {Name: "retired"}, {Name: "stolen"}, {Name: "log", Value: "ORIGIN", Words: "flag-end-log"},
		{Name: "checkpoint", Value: "FILE"}, {Name: "size", Value: "N", Words: "flag-end-size"}, {Name: "hash", Value: "HASH"}, passphraseFlag}
	return ui.Command{Name: "end", Example: "futura-keys end signer --folder issuer --retired --checkpoint futura.head FINGERPRINT", Commands: []ui.Command{
		{Name: "signer", Arguments: "FINGERPRINT", Minimum: 1, Maximum: 1,
			Example: "futura-keys end signer --folder issuer --stolen --checkpoint honest.checkpoint FINGERPRINT", Flags: flags, Run: endSigner},
		{Name: "log", Arguments: "ORIGIN|KEY", Minimum: 1, Maximum: 1,
			Example: "futura-keys end log --folder issuer --stolen --checkpoint honest.checkpoint futura/licenses", Flags: flags, Run: endLog},
	}}
}

func endSigner(s *ui.Session) error {
	fingerprint, err := openpgp.ParseFingerprint(s.Arguments()[0])
	if err != nil {
		return err
	}
	return signNext(s, func(next *keys.TrustFile) error {
		at := slices.IndexFunc(next.Signers, func(signer keys.Signer) bool { return signer.Fingerprint == fingerprint })
		if at < 0 {
			return unknownKey.New("the trust file does not name this signer", "key", fingerprint)
		}
		end, err := readEnd(s, next, s.String("log"))
		if err != nil {
			return err
		}
		signer := &next.Signers[at]
		signer.Retired, signer.Stolen = nil, nil
		if s.Bool("stolen") {
			signer.Stolen = &keys.HardEnd{Origin: end.Origin, Size: end.Size, Root: end.Root}
		} else {
			signer.Retired = &keys.SoftEnd{Origin: end.Origin, Size: end.Size}
		}
		return nil
	})
}

// endLog ends a key of a log: the one that has no end yet, or the one that is
// named in full.
func endLog(s *ui.Session) error {
	return signNext(s, func(next *keys.TrustFile) error {
		at, err := findLog(next, s.Arguments()[0])
		if err != nil {
			return err
		}
		log := &next.Logs[at]
		end, err := readEnd(s, next, log.Origin)
		if err != nil {
			return err
		}
		log.Retired, log.Stolen = nil, nil
		if s.Bool("stolen") {
			log.Stolen = &keys.LogHardEnd{Size: end.Size, Root: end.Root}
		} else {
			log.Retired = &keys.LogSoftEnd{Size: end.Size}
		}
		return nil
	})
}

// findLog finds a log key by itself or by its origin. Where a log has several
// keys that count, or none, the key must be given in full.
func findLog(next *keys.TrustFile, name string) (int, error) {
	var found []int
	for i, log := range next.Logs {
		switch {
		case string(log.Key) == name:
			return i, nil
		case log.Origin == name:
			found = append(found, i)
		}
	}
	if len(found) > 1 {
		found = slices.DeleteFunc(found, func(i int) bool { return next.Logs[i].Retired != nil || next.Logs[i].Stolen != nil })
	}
	if len(found) != 1 {
		return 0, unknownKey.New("the trust file names no such log key, or several", "key", name)
	}
	return found[0], nil
}

// readEnd reads where an end lies: a checkpoint file that a key of that log
// signed, or a size and, for a hard end, the hash. An origin that is not given
// is the checkpoint's, or that of the only log.
func readEnd(s *ui.Session, next *keys.TrustFile, origin string) (proof.Checkpoint, error) {
	switch {
	case s.Bool("retired") && s.Bool("stolen"):
		return proof.Checkpoint{}, ui.NotTogether.New("one of two", "option", "--stolen", "other", "--retired")
	case !s.Bool("retired") && !s.Bool("stolen"):
		return proof.Checkpoint{}, ui.MissingOption.New("one of two", "option", "--retired", "value", "| --stolen")
	}
	if path := s.String("checkpoint"); path != "" {
		return readCheckpoint(next, path, origin)
	}
	end := proof.Checkpoint{Origin: origin}
	if origin == "" && len(next.Logs) > 0 {
		end.Origin = next.Logs[0].Origin
		if slices.ContainsFunc(next.Logs, func(log keys.Log) bool { return log.Origin != end.Origin }) {
			return end, ui.MissingOption.New("which log", "option", "--log", "value", "ORIGIN")
		}
	}
	if s.String("size") == "" {
		return end, ui.MissingOption.New("where the end lies", "option", "--checkpoint", "value", "FILE")
	}
	var err error
	if end.Size, err = strconv.ParseInt(s.String("size"), 10, 64); err != nil || end.Size < 1 {
		return end, ui.OptionValue.New("not a size", "option", "--size")
	}
	if !s.Bool("stolen") {
		return end, nil
	}
	if s.String("hash") == "" {
		return end, ui.MissingOption.New("a hard end needs the hash", "option", "--hash", "value", "HASH")
	}
	if err := end.Root.UnmarshalText([]byte(s.String("hash"))); err != nil {
		return end, ui.OptionValue.Wrap(err, "not a hash", "option", "--hash")
	}
	return end, nil
}

func readCheckpoint(next *keys.TrustFile, path, origin string) (proof.Checkpoint, error) {
	signed, err := files.Read(path, proof.MaxCheckpoint)
	if err != nil {
		return proof.Checkpoint{}, err
	}
	var known []string
	for _, log := range next.Logs {
		known = append(known, string(log.Key))
	}
	checkpoint, err := proof.OpenCheckpoint(signed, known)
	if err != nil {
		return checkpoint, fault.With(err, "file", path)
	}
	if origin != "" && checkpoint.Origin != origin {
		return checkpoint, proof.BadCheckpoint.New("another log's checkpoint", "file", path, "reason", "origin")
	}
	return checkpoint, nil
}

// showEnds says in words which signers and log keys have ended.
func showEnds(s *ui.Session, file *keys.TrustFile) {
	for _, signer := range file.Signers {
		if end := signer.Retired; end != nil {
			s.Line("keys-show-retired", "key", signer.Fingerprint, "origin", end.Origin, "size", end.Size)
		}
		if end := signer.Stolen; end != nil {
			s.Line("keys-show-stolen", "key", signer.Fingerprint, "origin", end.Origin, "size", end.Size, "hash", end.Root)
		}
	}
	for _, log := range file.Logs {
		if end := log.Retired; end != nil {
			s.Line("keys-show-log-retired", "origin", log.Origin, "key", string(log.Key), "size", end.Size)
		}
		if end := log.Stolen; end != nil {
			s.Line("keys-show-log-stolen", "origin", log.Origin, "key", string(log.Key), "size", end.Size, "hash", end.Root)
		}
	}
}
