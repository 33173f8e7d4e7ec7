package evidence

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
)

const (
	// maxPixels is the most that a picture may have, by its header.
	maxPixels = 40e6
	// maxPictureBytes is the most that decoding may take by the header: 40 megapixels of 4 bytes.
	maxPictureBytes = 4 * maxPixels
	// jpegQuality is that of the copy: next to no loss, and not much larger than the original.
	jpegQuality = 90
)

func brokenPicture() error {
	return refuse("Gambar ini rusak dan tidak dapat dibuka. Buka di komputer Anda, simpan ulang, lalu unggah hasilnya.")
}

// checkHeader refuses a picture that is too large to be decoded, before it is. bytes is what
// a pixel takes.
func checkHeader(c image.Config, bytes float64) error {
	pixels := float64(c.Width) * float64(c.Height)
	switch {
	case c.Width < 1 || c.Height < 1:
		return brokenPicture()
	case pixels > maxPixels || pixels*bytes > maxPictureBytes:
		return refuse("Gambar ini terlalu besar (%d × %d titik). Paling besar %d megapiksel; kecilkan dulu, lalu unggah lagi.", c.Width, c.Height, int(maxPixels/1e6))
	}
	return nil
}

// redrawPNG decodes the picture and encodes it anew, so that only its pixels are kept.
func redrawPNG(ctx context.Context, f *io.SectionReader) (*bytes.Buffer, error) {
	header, err := png.DecodeConfig(f)
	if err != nil {
		return nil, orBroken(ctx)
	}
	perPixel := 4.0
	switch header.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		perPixel = 8
	case color.GrayModel:
		perPixel = 1
	case color.Gray16Model:
		perPixel = 2
	}
	if err := checkHeader(header, perPixel); err != nil {
		return nil, err
	}
	picture, err := decode(ctx, f, png.Decode)
	if err != nil {
		return nil, err
	}
	out := new(bytes.Buffer)
	if err := png.Encode(limited(ctx, out), picture); err != nil {
		return nil, orTooLarge(ctx, err)
	}
	return out, nil
}

// redrawJPEG does the same, and turns the picture upright as the camera noted.
func redrawJPEG(ctx context.Context, f *io.SectionReader) (*bytes.Buffer, error) {
	header, err := jpeg.DecodeConfig(f)
	if err != nil {
		return nil, orBroken(ctx)
	}
	m, err := readMarkers(f)
	if err != nil {
		return nil, orBroken(ctx)
	}
	perPixel := 4.0
	if m.progressive {
		perPixel = 12 // coefficients of four bytes for up to three planes, held until the end
		if float64(header.Width)*float64(header.Height)*perPixel > maxPictureBytes {
			return nil, refuse("Gambar JPG progresif ini terlalu besar (%d × %d titik). Kecilkan, atau simpan sebagai JPG biasa, lalu unggah lagi.", header.Width, header.Height)
		}
	}
	if err := checkHeader(header, perPixel); err != nil {
		return nil, err
	}
	picture, err := decode(ctx, f, jpeg.Decode)
	if err != nil {
		return nil, err
	}
	out := new(bytes.Buffer)
	if err := jpeg.Encode(limited(ctx, out), upright(picture, m.orientation), &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, orTooLarge(ctx, err)
	}
	return out, nil
}

func decode(ctx context.Context, f *io.SectionReader, read func(io.Reader) (image.Image, error)) (image.Image, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	picture, err := read(f)
	if err != nil {
		return nil, orBroken(ctx)
	}
	return picture, ctx.Err()
}

// orBroken is the refusal of a picture, unless the time was over.
func orBroken(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return brokenPicture()
}

func orTooLarge(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errFull):
		return TooLarge()
	}
	return err
}

// errFull says that a copy became larger than a file may be.
var errFull = errors.New("the copy is too large")

// limited writes at most MaxSize bytes, and none after ctx is done.
func limited(ctx context.Context, w *bytes.Buffer) io.Writer { return &limitedWriter{ctx, w} }

type limitedWriter struct {
	ctx context.Context
	w   *bytes.Buffer
}

func (l *limitedWriter) Write(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	if l.w.Len()+len(p) > MaxSize {
		return 0, errFull
	}
	return l.w.Write(p)
}

// markers is what the segments before the picture data say.
type markers struct {
	progressive bool
	orientation int // of Exif, 1 to 8; 1: as it is
}

// readMarkers walks over the segments of a JPEG up to its data.
func readMarkers(f io.ReaderAt) (markers, error) {
	m := markers{orientation: 1}
	var head [4]byte
	for at := int64(2); ; {
		if _, err := f.ReadAt(head[:], at); err != nil {
			return m, err
		}
		if head[0] != 0xff {
			return m, errors.New("no marker")
		}
		marker := head[1]
		switch {
		case marker == 0xff: // filling
			at++
			continue
		case marker >= 0xd0 && marker <= 0xd8 || marker == 0x01: // without a length
			at += 2
			continue
		case marker == 0xda || marker == 0xd9: // data, end
			return m, nil
		case marker == 0xc2:
			m.progressive = true
		}
		length := int64(binary.BigEndian.Uint16(head[2:]))
		if length < 2 {
			return m, errors.New("no length")
		}
		if marker == 0xe1 {
			segment := make([]byte, length-2)
			if _, err := f.ReadAt(segment, at+4); err != nil {
				return m, err
			}
			if o := orientation(segment); o != 0 {
				m.orientation = o
			}
		}
		at += 2 + length
	}
}

// orientation reads how a camera was held out of an Exif segment; 0: it does not say.
func orientation(segment []byte) int {
	tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := uint64(order.Uint16(tiff[at:]))
	for i := range entries {
		e := at + 2 + 12*i
		if e+12 > uint64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[e:]) != 0x0112 {
			continue
		}
		if o := int(order.Uint16(tiff[e+8:])); o >= 1 && o <= 8 {
			return o
		}
		return 0
	}
	return 0
}

// upright turns a picture as its orientation says. Planes are turned one by one, without
// a copy in another form of colour.
func upright(p image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return p
	}
	across := orientation >= 5 // width and height change places
	switch p := p.(type) {
	case *image.Gray:
		b := p.Bounds()
		pix, w, h := turn(p.Pix, p.Stride, b.Dx(), b.Dy(), orientation)
		return &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, h)}
	case *image.YCbCr:
		ratio, ok := turned(p.SubsampleRatio, across)
		if !ok || !p.Rect.Min.Eq(image.Point{}) {
			break
		}
		cw, ch := chroma(p)
		y, w, h := turn(p.Y, p.YStride, p.Rect.Dx(), p.Rect.Dy(), orientation)
		cb, cStride, _ := turn(p.Cb, p.CStride, cw, ch, orientation)
		cr, _, _ := turn(p.Cr, p.CStride, cw, ch, orientation)
		return &image.YCbCr{Y: y, Cb: cb, Cr: cr, YStride: w, CStride: cStride, SubsampleRatio: ratio, Rect: image.Rect(0, 0, w, h)}
	}
	return &turnedImage{p, orientation}
}

// chroma is the size of the planes of colour.
func chroma(p *image.YCbCr) (w, h int) {
	w, h = p.Rect.Dx(), p.Rect.Dy()
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		w = (w + 1) / 2
	case image.YCbCrSubsampleRatio420:
		w, h = (w+1)/2, (h+1)/2
	case image.YCbCrSubsampleRatio440:
		h = (h + 1) / 2
	}
	return w, h
}

// turned is how colour is sampled after turning; false for what has no opposite.
func turned(r image.YCbCrSubsampleRatio, across bool) (image.YCbCrSubsampleRatio, bool) {
	switch r {
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420:
		return r, true
	case image.YCbCrSubsampleRatio422:
		if across {
			r = image.YCbCrSubsampleRatio440
		}
		return r, true
	case image.YCbCrSubsampleRatio440:
		if across {
			r = image.YCbCrSubsampleRatio422
		}
		return r, true
	}
	return r, false
}

// source is which pixel of a picture of w × h stands at x, y after turning it.
func source(x, y, w, h, orientation int) (sx, sy int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// turn turns one plane.
func turn(pix []byte, stride, w, h, orientation int) (out []byte, outW, outH int) {
	outW, outH = w, h
	if orientation >= 5 {
		outW, outH = h, w
	}
	out = make([]byte, outW*outH)
	for y := range outH {
		for x := range outW {
			sx, sy := source(x, y, w, h, orientation)
			out[y*outW+x] = pix[sy*stride+sx]
		}
	}
	return out, outW, outH
}

// turnedImage turns what has no planes of its own, pixel by pixel as it is read.
type turnedImage struct {
	image.Image
	orientation int
}

func (t *turnedImage) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	if t.orientation >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

func (t *turnedImage) At(x, y int) color.Color {
	b := t.Image.Bounds()
	sx, sy := source(x, y, b.Dx(), b.Dy(), t.orientation)
	return t.Image.At(b.Min.X+sx, b.Min.Y+sy)
}
