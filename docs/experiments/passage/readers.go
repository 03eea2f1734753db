package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg" // the photos
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"
	single "github.com/makiuchi-d/gozxing/qrcode"

	"github.com/futura/airlicense/request/qr"
)

// reader reads the codes in a photo; what it read contains their texts.
type reader struct {
	name, version string
	read          func(taken) (string, error)
}

// deadline is more than any reader takes for one photo.
const deadline = time.Minute

// allReaders are ours, gozxing, and the programs that are installed.
func allReaders(onlyOurs bool) (list []reader, remove func(), err error) {
	list = []reader{{"ours", "", ours}}
	if onlyOurs {
		return list, func() {}, nil
	}
	list = append(list, reader{"gozxing", moduleVersion("github.com/makiuchi-d/gozxing"), plain})
	folder, err := os.MkdirTemp("", "passage")
	if err != nil {
		return nil, nil, err
	}
	for _, program := range []struct {
		name, file, debian string
		arguments          []string
	}{
		{"zbarimg", "zbarimg", "zbar-tools", []string{"--nodbus", "--quiet", "--raw", "-S*.disable", "-Sqrcode.enable"}},
		{"zxing-cpp", "ZXingReader", "zxing-cpp-tools", []string{"-1", "-format", "QRCode"}},
	} {
		if path, err := exec.LookPath(program.file); err == nil {
			list = append(list, reader{program.name, packageVersion(program.debian), func(one taken) (string, error) { return call(folder, path, program.arguments, one) }})
		}
	}
	return list, func() { os.RemoveAll(folder) }, nil
}

func ours(one taken) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	texts, _ := qr.Read(ctx, one.picture, func(texts []string) bool { return len(texts) >= len(one.texts) })
	return strings.Join(texts, "\n"), nil
}

// plain is gozxing as its documentation shows it.
func plain(one taken) (string, error) {
	decoded, _, err := image.Decode(bytes.NewReader(one.picture))
	if err != nil {
		return "", err
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(decoded)
	if err != nil {
		return "", err
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	if len(one.texts) == 1 {
		if result, err := single.NewQRCodeReader().Decode(bitmap, hints); err == nil {
			return result.GetText(), nil
		}
		return "", nil
	}
	var read []string
	results, _ := qrcode.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints)
	for _, result := range results {
		read = append(read, result.GetText())
	}
	return strings.Join(read, "\n"), nil
}

// call gives a photo to a program. What it ends with does not matter: zbarimg
// says 4 where there was no code.
func call(folder, program string, arguments []string, one taken) (string, error) {
	file, err := os.CreateTemp(folder, "*.jpg")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(one.picture); err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	output, err := exec.CommandContext(ctx, program, append(arguments[:len(arguments):len(arguments)], file.Name())...).Output()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return "", err
	}
	return string(output), nil
}

// moduleVersion tells the version of a module that is linked.
func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == path {
				return module.Version
			}
		}
	}
	return ""
}

// packageVersion tells the version of a Debian package.
func packageVersion(name string) string {
	output, err := exec.Command("dpkg-query", "--show", "--showformat", "${Version}", name).Output()
	if err != nil {
		return ""
	}
	return string(output)
}

// example is a photo in the page.
type example struct {
	cell cell
	file string
}

// examples are smaller than most photos that are measured.
var examples = []example{
	{cell{"mild", false, 300, 260, 0}, "mild.jpg"},
	{cell{"moderate", false, 300, 260, 0}, "moderate.jpg"},
	{cell{"hard", false, 300, 260, 0}, "hard.jpg"},
	{cell{"handheld", false, 300, 230, 0}, "handheld.jpg"},
	{cell{"moderate", true, 300, 800, 0}, "page.jpg"},
}
