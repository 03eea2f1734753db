// Package qr draws parts as QR codes and reads them from pictures: photos of
// paper and screens, scans, screenshots.
//
// # Drawing
//
// A code holds one text of capital letters, digits and dots, such as package
// parts writes, in the alphanumeric mode of ISO/IEC 18004. Error correction is
// level M on paper and level L on screens: more of it makes the modules of one
// text smaller, and photos of them worse. Around the code stands the quiet
// zone of four modules. Every code is read back before it is handed out.
//
// # Reading
//
// PNG, JPEG and WebP are read, from their first bytes and not by their names.
// What a picture costs is bounded before it is decoded (MaxFile, MaxPixels),
// by a budget of samples, and by the deadline of the context.
//
// Each pass looks for codes in one rendition of the picture, from the cheap
// ones to the dear ones:
//
//  1. Pixels are dark or light by the mean around them (Bradley and Roth,
//     Adaptive Thresholding Using the Integral Image, 2007).
//  2. Finder patterns are runs of 1:1:3:1:1 along rows and columns.
//  3. Three of them at a right angle are a candidate. The size of their
//     modules along both edges gives the version, and with the three centers a
//     homography: eight unknowns, six from the centers, two from how the
//     modules shrink.
//  4. The homography is scored by the timing patterns. Where they do not fit,
//     paper or lens may bend the edges: both are tried as bows.
//     Then it is bent to the alignment patterns: first the one at the lower
//     right, then all others from known neighbours on, which makes a mesh over
//     paper that is not flat.
//  5. Modules are sampled through the mesh and are dark or light by the mean
//     of the modules around them; gozxing corrects and decodes the codewords.
//
// The passes end as soon as the caller has enough. Codes may stand at any
// angle and may be light on dark.
package qr

import "github.com/futura/airlicense/keys/fault"

// Codes of this package's errors.
const (
	OtherPicture = fault.Code("FL-150") // not PNG, JPEG or WebP, such as HEIC
	TooLarge     = fault.Code("FL-151") // more bytes or pixels than are read
	Broken       = fault.Code("FL-152") // a picture that cannot be decoded
	NoCode       = fault.Code("FL-153") // no code could be read in the picture
	Undrawable   = fault.Code("FL-154") // a text that no code of ours holds, or a code that could not be read back
	TimeUp       = fault.Code("FL-155") // the deadline or the budget ended before a code could be read
)

// Limits of a picture.
const (
	MaxFile   = 32 << 20   // bytes
	MaxPixels = 50_000_000 // width times height
)

// quiet is the width of the light zone around a code, in modules.
const quiet = 4
