package main

import (
	"fmt"
	"hash/fnv"
	"image"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/futura/airlicense/docs/experiments/passage/photo"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

// cell is one kind of photo.
type cell struct {
	Model  string // mild, moderate, hard, handheld
	IsPage bool
	Bytes  int // of data in a part
	Pixels int // of a code's side, or of the longer side of a picture of a page
	Photos int
}

func (c cell) name() string {
	if c.IsPage {
		return fmt.Sprintf("%s page %d bytes %d pixels", c.Model, c.Bytes, c.Pixels)
	}
	return fmt.Sprintf("%s code %d bytes %d pixels", c.Model, c.Bytes, c.Pixels)
}

var damages = map[string]func(*rand.Rand) photo.Damage{"mild": photo.Mild, "moderate": photo.Moderate, "hard": photo.Hard}

// photos is how many are taken for a cell.
const photos = 200

// plan is the full run.
var plan = func() (list []cell) {
	for _, one := range []struct {
		model string
		bytes []int
	}{
		{"mild", []int{300}},
		{"moderate", []int{200, 300, 500, 700, 900, 1200}},
		{"hard", []int{200, 300, 500, 700, 900, 1200}},
		{"handheld", []int{300, 700}},
	} {
		for _, bytes := range one.bytes {
			for _, side := range []int{500, 800} {
				list = append(list, cell{one.model, false, bytes, side, photos})
			}
		}
	}
	for _, pixels := range []int{800, 1024, 1600, 2400, 4000} {
		list = append(list, cell{"moderate", true, parts.Default, pixels, photos})
	}
	return append(list, cell{"handheld", true, parts.Default, 1024, photos})
}()

// taken is a photo and what is on it.
type taken struct {
	picture []byte
	texts   []string
}

// take takes one photo of a cell: always the same one.
func (c cell) take(number int) (taken, error) {
	sum := fnv.New64a()
	sum.Write([]byte(c.name()))
	random := photo.Random(sum.Sum64(), uint64(number))
	texts, codes, err := c.draw(random)
	if err != nil {
		return taken{}, err
	}
	picture, quality := c.shoot(random, codes)
	data, err := photo.JPEG(picture, quality)
	return taken{data, texts}, err
}

// draw draws one code, or the four to six of a page.
func (c cell) draw(random *rand.Rand) (texts []string, codes []photo.Matrix, err error) {
	total := 1
	if c.IsPage {
		total = 4 + random.IntN(3)
	}
	name := parts.Name{Kind: "futura-request", ID: "IUJCIJZFHW53JEI6"}
	for i := range total {
		part := parts.Part{Name: name, Index: i + 1, Total: total, Data: make([]byte, c.Bytes)}
		for i := range part.Data {
			part.Data[i] = byte(random.Uint32())
		}
		code, err := qr.Draw(part.String(), qr.Paper)
		if err != nil {
			return nil, nil, err
		}
		texts, codes = append(texts, code.Text), append(codes, code)
	}
	return texts, codes, nil
}

func (c cell) shoot(random *rand.Rand, codes []photo.Matrix) (picture image.Image, quality int) {
	damaged, isDamage := damages[c.Model]
	switch {
	case isDamage && c.IsPage:
		d := damaged(random)
		return d.Page(random, photo.NewPage(codes), c.Pixels), d.Quality
	case isDamage:
		d := damaged(random)
		return d.Code(random, photo.NewSheet(codes[0]), c.Pixels), d.Quality
	}
	camera := photo.Handheld(random)
	if c.IsPage {
		return camera.Page(random, photo.NewPage(codes), c.Pixels), camera.Quality
	}
	return camera.Code(random, photo.NewSheet(codes[0]), c.Pixels), camera.Quality
}

// run takes the photos of a cell and gives each to all readers.
func (c cell) run(readers []reader, workers int) (result, error) {
	made := result{cell: c, Codes: make([]int, len(readers)), Complete: make([]int, len(readers)), Milliseconds: make([]int64, len(readers)), First: make([]int, len(readers))}
	var next atomic.Int64
	var group sync.WaitGroup
	var lock sync.Mutex
	var failed error
	for range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < c.Photos; i = int(next.Add(1)) - 1 {
				one, err := c.take(i)
				if err == nil {
					err = made.add(&lock, i, one, readers)
				}
				if err != nil {
					lock.Lock()
					failed = err
					lock.Unlock()
					return
				}
			}
		})
	}
	group.Wait()
	for i := range made.Milliseconds {
		made.Milliseconds[i] /= int64(c.Photos)
	}
	return made, failed
}

func (r *result) add(lock *sync.Mutex, number int, one taken, readers []reader) error {
	for i, reader := range readers {
		started := time.Now()
		read, err := reader.read(one)
		if err != nil {
			return fmt.Errorf("%s: %w", reader.name, err)
		}
		spent := time.Since(started).Milliseconds()
		found := 0
		for _, text := range one.texts {
			if strings.Contains(read, text) {
				found++
			}
		}
		lock.Lock()
		r.Milliseconds[i] += spent
		if i == 0 {
			r.Total += len(one.texts)
		}
		r.Codes[i] += found
		if found == len(one.texts) {
			r.Complete[i]++
		}
		if number == 0 {
			r.First[i] = found
		}
		lock.Unlock()
	}
	return nil
}
