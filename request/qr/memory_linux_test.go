//go:build !race

package qr_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	stddraw "image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/futura/airlicense/request/qr"
)

// mostMemory is what reading a picture may take of a machine, in bytes.
const mostMemory = 512_000_000

// TestMemory reads the largest pictures there may be in a process of its own
// and asks the kernel how much memory that took at most. Only Linux says so,
// and with the race detector it would be the detector's; .ci/run runs it
// without.
func TestMemory(t *testing.T) {
	if path := os.Getenv("FUTURA_TEST_PICTURE"); path != "" {
		readAlone(t, path)
		return
	}
	for name, picture := range map[string]func() []byte{
		"JPEG of 50 megapixels": func() []byte { return largest(t, 7070, false) },
		"PNG of 50 megapixels":  func() []byte { return largest(t, 7070, true) },
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir() + "/picture"
			if err := os.WriteFile(path, picture(), 0o600); err != nil {
				t.Fatal(err)
			}
			command := exec.Command(os.Args[0], "-test.run", "^TestMemory$", "-test.v")
			command.Env = append(os.Environ(), "FUTURA_TEST_PICTURE="+path)
			output, err := command.CombinedOutput()
			found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(output)
			if err != nil || found == nil {
				t.Fatalf("%v\n%s", err, output)
			}
			peak, _ := strconv.Atoi(string(found[1]))
			t.Logf("%d MB at most", peak*1024/1_000_000)
			if peak*1024 > mostMemory {
				t.Errorf("%d kB", peak)
			}
		})
	}
}

func readAlone(t *testing.T, path string) {
	picture, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := qr.Read(context.Background(), picture, nil); !errors.Is(err, qr.NoCode) {
		t.Error(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", regexp.MustCompile(`VmHWM:.*`).Find(status))
}

// largest is a picture without codes, of four bytes a pixel as PNG.
func largest(t *testing.T, side int, isPNG bool) []byte {
	t.Helper()
	var out bytes.Buffer
	var err error
	if isPNG {
		picture := image.NewNRGBA(image.Rect(0, 0, side, side))
		stddraw.Draw(picture, image.Rect(9, 9, side, side), image.NewUniform(color.NRGBA{200, 210, 220, 200}), image.Point{}, stddraw.Src)
		encoder := png.Encoder{CompressionLevel: png.BestSpeed}
		err = encoder.Encode(&out, picture)
	} else {
		picture := image.NewYCbCr(image.Rect(0, 0, side, side), image.YCbCrSubsampleRatio444)
		for i := range picture.Y {
			picture.Y[i] = uint8(i / side)
		}
		err = jpeg.Encode(&out, picture, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
