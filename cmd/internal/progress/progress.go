// Package progress draws a bar on a terminal. It is apart from package ui so
// that programs which are never slow do not link it.
package progress

import (
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Bar shows that something takes time. The returned function takes the share
// that is done, from 0 to 1; at 1 the bar goes.
func Bar(out io.Writer, name string) func(share float64) {
	const whole = 1000
	progress := mpb.New(mpb.WithOutput(out), mpb.WithWidth(40))
	bar := progress.AddBar(whole, mpb.PrependDecorators(decor.Name(name+" ")), mpb.BarRemoveOnComplete())
	return func(share float64) {
		bar.SetCurrent(int64(share * whole))
		if share >= 1 {
			progress.Wait()
		}
	}
}
