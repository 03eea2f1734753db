package qr_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/futura/airlicense/docs/experiments/passage/photo"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

// desktop is a photo of a page without codes.
type desktop struct{}

func (desktop) Size() int          { return 81 }
func (desktop) Dark(x, y int) bool { return y%6 < 3 && x%9 < 7 && (x*7+y*3)%5 < 3 }

// largePage is a moderate photo of 12 megapixels of an A4 sheet, with four
// codes or, in their places, what is none.
func largePage(b *testing.B, random *rand.Rand, hasCodes bool) []byte {
	b.Helper()
	list := []photo.Matrix{desktop{}, desktop{}, desktop{}, desktop{}}
	for i := range list {
		if hasCodes {
			list[i] = draw(b, text(random, parts.Default), qr.Paper)
		}
	}
	d := photo.Moderate(random)
	return jpegOf(b, d.Page(random, photo.NewPage(list), 4000), d.Quality)
}

// BenchmarkPage reads a photo of 12 megapixels with four codes, and one
// without any. The ratio is to decoding the same JPEG.
func BenchmarkPage(b *testing.B) {
	random := newRandom(9)
	for _, kind := range []struct {
		name     string
		hasCodes bool
	}{{"codes", true}, {"none", false}} {
		picture := largePage(b, random, kind.hasCodes)
		b.Run(kind.name, func(b *testing.B) {
			b.ReportAllocs()
			least := shortest(b, func() {
				found, err := qr.Read(b.Context(), picture, func(texts []string) bool { return len(texts) == 4 })
				if kind.hasCodes && len(found) != 4 || !kind.hasCodes && !errors.Is(err, qr.NoCode) {
					b.Fatal(len(found), err)
				}
			}, func() {
				if _, err := jpeg.Decode(bytes.NewReader(picture)); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(float64(least[1].Microseconds())/1000, "ms-decoding")
			b.ReportMetric(float64(least[0].Microseconds())/1000, "ms-least")
			b.ReportMetric(float64(least[0])/float64(least[1]), "ratio")
		})
	}
}

// shortest runs what is measured and what it is compared with in turn, and
// returns the shortest time of each: other work on the machine makes them
// longer only.
func shortest(b *testing.B, measured, compared func()) (least [2]time.Duration) {
	least = [2]time.Duration{time.Hour, time.Hour}
	for b.Loop() {
		for i, run := range []func(){measured, compared} {
			start := time.Now()
			run()
			least[i] = min(least[i], time.Since(start))
		}
	}
	return least
}

// BenchmarkNoise reads what costs the most: random modules.
func BenchmarkNoise(b *testing.B) {
	picture := jpegOf(b, modules(newRandom(5), 3000, 4000, 6), 90)
	for b.Loop() {
		if _, err := qr.Read(b.Context(), picture, nil); err == nil {
			b.Fatal("random modules have a text")
		}
	}
}
