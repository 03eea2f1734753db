package photo_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/futura/airlicense/docs/experiments/passage/photo"
)

// chess is a code of 21 modules, dark ones in no order.
type chess struct{}

func (chess) Size() int { return 29 }
func (chess) Dark(x, y int) bool {
	return x >= 4 && y >= 4 && x < 25 && y < 25 && (x*x*7+y*y*5+x*y)%3 == 0
}

// wrong counts the modules whose middle is not as it should be, in a picture
// whose middle is the code's, of so many pixels a side.
func wrong(picture image.Image, side float64) (count int) {
	middle := float64(picture.Bounds().Dx()) / 2
	for y := range 21 {
		for x := range 21 {
			at := func(module int) int { return int(middle + (float64(module)+0.5-10.5)*side/21) }
			shade := color.GrayModel.Convert(picture.At(at(x), at(y))).(color.Gray).Y
			if (shade < 110) != (chess{}).Dark(x+4, y+4) {
				count++
			}
		}
	}
	return count
}

// TestBothModelsShowTheCode takes photos without any damage: every module is
// where geometry puts it.
func TestBothModelsShowTheCode(t *testing.T) {
	random := photo.Random(1, 2)
	sheet, screen := photo.NewSheet(chess{}), photo.NewScreen(chess{}, 5)
	if count := wrong(photo.Damage{Light: 1}.Code(random, sheet, 420), 420); count > 0 {
		t.Errorf("the plane: %d modules are wrong", count)
	}
	camera := photo.Camera{Field: 50, Focus: 0.5, Lamp: 10, Electrons: 1e6}
	if count := wrong(camera.Code(random, sheet, 420), 420); count > 0 {
		t.Errorf("the camera: %d modules are wrong", count)
	}
	camera.Focus = 3
	if count := wrong(camera.Code(random, screen, 420), 420); count > 0 {
		t.Errorf("the screen: %d modules are wrong", count)
	}
}

// TestDamagesShow tells each damage from none by what it does to a picture.
func TestDamagesShow(t *testing.T) {
	sheet := photo.NewSheet(chess{})
	for name, d := range map[string]photo.Damage{"turn": {Turn: 30}, "tilt": {Tilt: 40}, "lens": {Lens: 0.3}, "bend": {Bend: 0.1}, "inverted": {IsInverted: true}} {
		d.Light = 1
		if count := wrong(d.Code(photo.Random(1, 2), sheet, 420), 420); count < 20 {
			t.Errorf("%s: only %d modules are elsewhere", name, count)
		}
	}
	plain := photo.Camera{Field: 50, Focus: 0.5, Lamp: 10, Electrons: 1e6}
	for name, change := range map[string]func(*photo.Camera){
		"roll": func(c *photo.Camera) { c.Roll = 30 }, "yaw": func(c *photo.Camera) { c.Yaw = 40 }, "pitch": func(c *photo.Camera) { c.Pitch = 40 },
		"curve": func(c *photo.Camera) { c.Curve = 60 }, "lens": func(c *photo.Camera) { c.Radial[0] = 0.4 },
		"focus": func(c *photo.Camera) { c.Focus = 25 }, "motion": func(c *photo.Camera) { c.Motion = 60 },
	} {
		camera := plain
		change(&camera)
		if count := wrong(camera.Code(photo.Random(1, 2), sheet, 420), 420); count < 20 {
			t.Errorf("%s: only %d modules are elsewhere", name, count)
		}
	}
}
