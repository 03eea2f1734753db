package openpgp_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
)

// pieces are the parts of a packet that nobody signed, and those around them.
type pieces struct {
	head, hashed, unhashed, tag []byte
	numbers                     [][]byte
}

// cut takes a packet of ours apart: a header of two bytes, an empty unhashed
// area.
func cut(t testing.TB, packet []byte) pieces {
	t.Helper()
	body := packet[2:]
	hashed := int(binary.BigEndian.Uint16(body[4:]))
	rest := body[6+hashed:]
	if int(packet[1]) != len(body) || rest[0] != 0 || rest[1] != 0 {
		t.Fatalf("not a packet of ours: %x", packet)
	}
	parts := pieces{head: body[:4], hashed: body[6 : 6+hashed], tag: rest[2:4]}
	for rest = rest[4:]; len(rest) > 0; {
		length := (int(binary.BigEndian.Uint16(rest)) + 7) / 8
		parts.numbers = append(parts.numbers, rest[2:2+length])
		rest = rest[2+length:]
	}
	return parts
}

func (p pieces) body(zeros int) []byte {
	var out bytes.Buffer
	out.Write(p.head)
	for _, area := range [][]byte{p.hashed, p.unhashed} {
		out.Write(binary.BigEndian.AppendUint16(nil, uint16(len(area))))
		out.Write(area)
	}
	out.Write(p.tag)
	for _, number := range p.numbers {
		bits := 8 * (len(number) + zeros)
		if zeros == 0 {
			for bits -= 7; number[0]>>(bits-8*(len(number)-1)) != 0; bits++ {
			}
		}
		out.Write(binary.BigEndian.AppendUint16(nil, uint16(bits)))
		out.Write(make([]byte, zeros))
		out.Write(number)
	}
	return out.Bytes()
}

func (p pieces) packet(zeros int) []byte {
	body := p.body(zeros)
	return append([]byte{0xC2, byte(len(body))}, body...)
}

func oldHeader(body []byte) []byte {
	return append([]byte{0x88, byte(len(body))}, body...)
}

func longHeader(first byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{first}, uint32(len(body))), body...)
}

func fiveOctets(body []byte) []byte {
	return append([]byte{0xC2, 0xFF}, longHeader(0, body)[1:]...)
}

func TestRewriteSignatureChangesWhatIsNotSigned(t *testing.T) {
	secret := generate(t)
	good := sign(t, secret, born).Packet()
	parts := cut(t, good)
	with := func(unhashed string) []byte {
		changed := parts
		changed.unhashed = []byte(unhashed)
		return changed.packet(0)
	}
	fingerprint, keyID := secret.Fingerprint(), secret.Fingerprint().KeyID()
	for name, test := range map[string]struct {
		packet  []byte
		changes []string
	}{
		"ours":                         {good, nil},
		"old header":                   {oldHeader(parts.body(0)), []string{openpgp.RewroteHeader}},
		"five-octet length":            {fiveOctets(parts.body(0)), []string{openpgp.RewroteHeader}},
		"expiry added":                 {with("\x05\x03\x00\x00\x00\x01"), []string{openpgp.RewroteUnhashed}},
		"critical unknown added":       {with("\x02\xff\x00"), []string{openpgp.RewroteUnhashed}},
		"issuer twice":                 {with("\x09\x10" + string(keyID[:]) + "\x16\x21\x04" + string(fingerprint[:])), []string{openpgp.RewroteUnhashed}},
		"another issuer added":         {with("\x09\x10AAAAAAAA"), []string{openpgp.RewroteUnhashed}},
		"subpacket that overruns":      {with("\x0a\x10"), []string{openpgp.RewroteUnhashed}},
		"leading zeros":                {parts.packet(1), []string{openpgp.RewroteNumbers}},
		"four-octet length, old":       {longHeader(0x8A, parts.body(0)), []string{openpgp.RewroteHeader}},
		"five-octet length, and zeros": {fiveOctets(parts.body(2)), []string{openpgp.RewroteNumbers, openpgp.RewroteHeader}},
	} {
		t.Run(name, func(t *testing.T) {
			rewritten, changes, err := openpgp.RewriteSignature(test.packet)
			if err != nil || !slices.Equal(changes, test.changes) {
				t.Fatalf("%v, changes %q, want %q", err, changes, test.changes)
			}
			if test.changes == nil && !bytes.Equal(rewritten, test.packet) || test.changes != nil && !bytes.Equal(rewritten, good) {
				t.Errorf("rewritten as %x", rewritten)
			}
			signature, err := openpgp.ParseSignature(rewritten)
			if err != nil {
				t.Fatal(err)
			}
			if err := secret.Certificate().Verify(text, signature); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRewriteSignatureRefuses(t *testing.T) {
	good := sign(t, generate(t), born).Packet()
	parts := cut(t, good)
	version3 := bytes.Clone(good)
	version3[2] = 3
	zero := parts
	zero.numbers = [][]byte{{0, 0}, parts.numbers[1]}
	for name, packet := range map[string][]byte{
		"nothing":              nil,
		"two packets":          append(bytes.Clone(good), good...),
		"bytes behind":         append(bytes.Clone(good), 0),
		"cut":                  good[:len(good)-1],
		"partial length":       append([]byte{0xC2, 0xE6}, good[2:]...),
		"indeterminate length": append([]byte{0x8B}, good[2:]...),
		"length of 4 GB":       append([]byte{0xC2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, good[2:]...),
		"another packet":       append([]byte{0xCB}, good[1:]...),
		"version 3":            version3,
		"a number is zero":     zero.packet(1),
		"too long":             longHeader(0x8A, bytes.Repeat([]byte{4}, openpgp.MaxSignature)),
	} {
		if rewritten, changes, err := openpgp.RewriteSignature(packet); fault.Of(err) == nil || rewritten != nil || changes != nil {
			t.Errorf("%s: %v %q %x", name, err, changes, rewritten)
		}
	}
}

// What a hashed area may hold is decided by these lines alone: its bytes are
// signed by whoever wrote them.
func TestHashedSubpackets(t *testing.T) {
	parts := cut(t, sign(t, generate(t), born).Packet())
	notation := "\x11\x14\x80\x00\x00\x00\x00\x04\x00\x04name\x01\x02\x03\x04"
	for name, test := range map[string]struct {
		added string
		reads bool
	}{
		"notation":             {notation, true},
		"eight notations":      {strings.Repeat("\x02\x14\x00", 8), true},
		"nine notations":       {strings.Repeat("\x02\x14\x00", 9), false},
		"critical notation":    {strings.Replace(notation, "\x14", "\x94", 1), false},
		"policy address":       {"\x05\x1a\x00url", true},
		"critical policy":      {"\x05\x9aurls", false},
		"policy twice":         {"\x04\x1aurl\x04\x1aurl", false},
		"key server":           {"\x04\x18url", true},
		"signer's user ID":     {"\x05\x1cname", true},
		"long policy":          {"\xc0\x08\x1a" + strings.Repeat("x", 199), true},
		"long form for short":  {"\xff\x00\x00\x00\x04\x1aurl", false},
		"expiry":               {"\x05\x03\x00\x00\x00\x01", false},
		"key flags":            {"\x02\x1b\x03", false},
		"embedded signature":   {"\x02\x20\x04", false},
		"unknown":              {"\x02\x64\x00", false},
		"overrun":              {"\x09\x1aurl", false},
		"empty":                {"\x00", false},
		"second creation time": {"\x05\x02\x00\x00\x00\x01", false},
	} {
		changed := parts
		changed.hashed = append(bytes.Clone(parts.hashed), test.added...)
		body := changed.body(0)
		packet := append([]byte{0xC2, byte((len(body)-192)>>8 + 192), byte(len(body) - 192)}, body...)
		if len(body) < 192 {
			packet = changed.packet(0)
		}
		if _, err := openpgp.ParseSignature(packet); (err == nil) != test.reads {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRewriteSignature: what is rewritten stays as it is, and belongs to the
// text exactly when it is the signature that the key made.
func FuzzRewriteSignature(f *testing.F) {
	secret, err := openpgp.Generate("Futura", born, strings.NewReader(strings.Repeat("a fixed seed", 32)))
	if err != nil {
		f.Fatal(err)
	}
	good := sign(f, secret, born).Packet()
	parts := cut(f, good)
	f.Add(good)
	f.Add(oldHeader(parts.body(0)))
	f.Add(longHeader(0x8A, parts.body(1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		rewritten, changes, err := openpgp.RewriteSignature(data)
		if err != nil {
			if rewritten != nil || changes != nil || fault.Of(err) == nil {
				t.Errorf("an error without a code, or a packet with an error: %v", err)
			}
			return
		}
		if bytes.Equal(rewritten, data) != (len(changes) == 0) {
			t.Errorf("changes %q, packet %x from %x", changes, rewritten, data)
		}
		again, _, err := openpgp.RewriteSignature(rewritten)
		if err != nil || !bytes.Equal(again, rewritten) {
			t.Errorf("rewritten again: %v %x, before %x", err, again, rewritten)
		}
		signature, err := openpgp.ParseSignature(rewritten)
		if err != nil || secret.Certificate().Verify(text, signature) != nil {
			return
		}
		if !bytes.Equal(rewritten, good) && !bytes.Equal(rewritten, oldHeader(parts.body(0))) {
			t.Errorf("another packet counts: %x", rewritten)
		}
	})
}
