package qr_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/futura/airlicense/docs/experiments/passage/photo"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

var photos = flag.Int("photos", 3, "photos of each level and size")

// photographed is a photo of a code, as a mail program sends it.
func photographed(t testing.TB, random *rand.Rand, code *qr.Code, d photo.Damage, side int) []byte {
	t.Helper()
	return jpegOf(t, d.Code(random, photo.NewSheet(code), side), d.Quality)
}

func jpegOf(t testing.TB, picture image.Image, quality int) []byte {
	t.Helper()
	data, err := photo.JPEG(picture, quality)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// plain reads with gozxing alone, as other programs would.
func plain(t testing.TB, picture []byte) string {
	t.Helper()
	decoded, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(decoded)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return ""
	}
	return result.GetText()
}

// levels are the kinds of photos, and the share of them that must be read,
// in percent.
var levels = map[string]struct {
	take  func(testing.TB, *rand.Rand, *qr.Code) []byte
	least int
}{
	"mild":     {damaged(photo.Mild), 100},
	"moderate": {damaged(photo.Moderate), 100},
	"hard":     {damaged(photo.Hard), 90},
	"handheld": {func(t testing.TB, random *rand.Rand, code *qr.Code) []byte {
		camera := photo.Handheld(random)
		return jpegOf(t, camera.Code(random, photo.NewSheet(code), 500), camera.Quality)
	}, 95},
}

func damaged(level func(*rand.Rand) photo.Damage) func(testing.TB, *rand.Rand, *qr.Code) []byte {
	return func(t testing.TB, random *rand.Rand, code *qr.Code) []byte {
		return photographed(t, random, code, level(random), 500)
	}
}

// TestPhotos reads photos of each level, and logs what gozxing alone reads.
// docs/experiments/passage does so at length.
func TestPhotos(t *testing.T) {
	for name, level := range levels {
		for _, size := range []int{parts.Default, parts.Dense} {
			t.Run(fmt.Sprintf("%s/%d bytes", name, size), func(t *testing.T) {
				t.Parallel()
				random, ours, theirs := newRandom(uint64(size)), 0, 0
				for range *photos {
					want := text(random, size)
					picture := level.take(t, random, draw(t, want, qr.Paper))
					if reads(picture, want) {
						ours++
					}
					if plain(t, picture) == want {
						theirs++
					}
				}
				t.Logf("%d of %d read, gozxing alone %d", ours, *photos, theirs)
				if size == parts.Default && ours*100 < level.least**photos || ours < theirs {
					t.Errorf("%d %% were to be read", level.least)
				}
			})
		}
	}
}

// TestDamages reads photos with one damage each, larger than in any level.
func TestDamages(t *testing.T) {
	for name, hurt := range map[string]struct {
		photo.Damage
		side int
	}{
		"nothing":               {photo.Damage{}, 600},
		"a quarter turn":        {photo.Damage{Turn: 90}, 600},
		"upside down":           {photo.Damage{Turn: 180}, 600},
		"three quarters":        {photo.Damage{Turn: 270}, 600},
		"turned":                {photo.Damage{Turn: -20}, 600},
		"tilted":                {photo.Damage{Tilt: 28}, 600},
		"blurred":               {photo.Damage{Blur: 2.2}, 600},
		"shrunk":                {photo.Damage{}, 230},
		"unevenly lit":          {photo.Damage{Light: 0.2}, 600},
		"in a shadow":           {photo.Damage{Light: 0.3, HasShadow: true}, 600},
		"noisy":                 {photo.Damage{Noise: 25}, 600},
		"JPEG 30":               {photo.Damage{Quality: 30}, 600},
		"JPEG 10":               {photo.Damage{Quality: 10}, 600},
		"bent":                  {photo.Damage{Bend: 0.02}, 600},
		"bulging":               {photo.Damage{Lens: 0.06}, 600},
		"inverted":              {photo.Damage{IsInverted: true}, 600},
		"inverted and a hurt":   {photo.Damage{IsInverted: true, Tilt: 15, Blur: 1, Noise: 10, Quality: 40}, 600},
		"all at once, somewhat": {photo.Damage{Turn: 200, Tilt: 15, Blur: 1.2, Light: 0.5, HasShadow: true, Noise: 10, Quality: 30, Bend: 0.005, Lens: 0.02}, 500},
	} {
		hurt.Blur = max(hurt.Blur, 0.5)
		if hurt.Quality == 0 {
			hurt.Quality = 90
		}
		if hurt.Light == 0 {
			hurt.Light = 1
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			readAll(t, func(random *rand.Rand, code *qr.Code) []byte {
				return photographed(t, random, code, hurt.Damage, hurt.side)
			})
		})
	}
}

// readAll takes photos of one kind, all of which must be read.
func readAll(t *testing.T, take func(*rand.Rand, *qr.Code) []byte) {
	t.Helper()
	random, right, count := newRandom(7), 0, max(*photos/4, 1)
	for range count {
		want := text(random, parts.Default)
		if reads(take(random, draw(t, want, qr.Screen)), want) {
			right++
		}
	}
	t.Logf("%d of %d read", right, count)
	if right < count {
		t.Error("not all were read")
	}
}

// TestCamera takes photos with the physical camera: of a screen, whose grid
// makes moiré, of bent paper, from the side, out of focus, in motion, of few
// electrons.
func TestCamera(t *testing.T) {
	for name, change := range map[string]func(*photo.Camera){
		"nothing":      func(*photo.Camera) {},
		"turned":       func(c *photo.Camera) { c.Roll = 137 },
		"tilted":       func(c *photo.Camera) { c.Yaw, c.Pitch = 24, -16 },
		"bent":         func(c *photo.Camera) { c.Curve, c.CurveAxis = 18, 30 },
		"lens":         func(c *photo.Camera) { c.Radial = [2]float64{0.09, -0.02} },
		"out of focus": func(c *photo.Camera) { c.Focus = 2.8 },
		"in motion":    func(c *photo.Camera) { c.Motion, c.Heading = 5, 25 },
		"in the dark":  func(c *photo.Camera) { c.Electrons = 120 },
		"one lamp":     func(c *photo.Camera) { c.Lamp = 0.35 },
	} {
		camera := photo.Camera{Yaw: 5, Field: 50, Focus: 0.7, Lamp: 2, Electrons: 3000, Quality: 80}
		change(&camera)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			readAll(t, func(random *rand.Rand, code *qr.Code) []byte {
				return jpegOf(t, camera.Code(random, photo.NewSheet(code), 500), camera.Quality)
			})
		})
	}
	for _, zoom := range []struct{ pixels, side int }{{3, 420}, {4, 500}, {5, 390}, {6, 700}} {
		camera := photo.Camera{Pitch: 6, Roll: 3, Field: 50, Focus: 0.8, Lamp: 4, Electrons: 3000, Quality: 70}
		t.Run(fmt.Sprintf("screen of %d pixels a module at %d", zoom.pixels, zoom.side), func(t *testing.T) {
			t.Parallel()
			readAll(t, func(random *rand.Rand, code *qr.Code) []byte {
				return jpegOf(t, camera.Code(random, photo.NewScreen(code, zoom.pixels), zoom.side), camera.Quality)
			})
		})
	}
}

// TestPagePhotos photographs whole pages with six codes, as small as mail
// programs make them.
func TestPagePhotos(t *testing.T) {
	for _, long := range []int{1024, 1600} {
		t.Run(fmt.Sprint(long), func(t *testing.T) {
			t.Parallel()
			random, complete, codes, count := newRandom(uint64(long)), 0, 0, max(*photos/10, 1)
			for range count {
				var list []photo.Matrix
				for range 6 {
					list = append(list, draw(t, text(random, parts.Default), qr.Paper))
				}
				d := photo.Moderate(random)
				picture := jpegOf(t, d.Page(random, photo.NewPage(list), long), d.Quality)
				found, _ := qr.Read(context.Background(), picture, func(texts []string) bool { return len(texts) == len(list) })
				codes += len(found)
				if len(found) == len(list) {
					complete++
				}
			}
			t.Logf("%d of %d pages complete, %d of %d codes", complete, count, codes, 6*count)
			if complete < count {
				t.Error("not all pages are complete")
			}
		})
	}
}
