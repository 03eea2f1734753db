// Package photo takes photos of codes without a camera: models of paper,
// printer, light, lens, sensor and mail, for tests and experiments. All
// chance comes from a source with a seed, so that a photo can be taken again.
//
// There are two models, which share the sheet and nothing else. Damage is a
// list of hurts, each with its size, and its levels say what photos have as a
// rule. Camera is a physical one: a pinhole, a lens and a mosaic of
// photosites before a bent sheet or a screen.
package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
)

// Random is the source of a photo's chances: the same for the same numbers.
func Random(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// JPEG writes a picture as mail programs do, with a quality of 1 to 100.
func JPEG(picture image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func between(random *rand.Rand, least, most float64) float64 {
	return least + random.Float64()*(most-least)
}

func level(value float64) uint8 { return uint8(min(max(value, 0), 255) + 0.5) }
