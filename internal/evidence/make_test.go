package evidence_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
)

// entry is an entry of a zip made for a test.
type entry struct {
	name string
	body string
	edit func(*zip.FileHeader)
}

// zipped is a zip of the entries.
func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.edit != nil {
			e.edit(h)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	typesHead = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`
	wordType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	relsHead  = `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
)

func typesOf(main string, more ...string) entry {
	return entry{name: "[Content_Types].xml", body: typesHead + `<Override PartName="/word/document.xml" ContentType="` + main + `"/>` + strings.Join(more, "") + `</Types>`}
}

func relsOf(name string, list ...string) entry {
	return entry{name: name, body: relsHead + strings.Join(list, "") + `</Relationships>`}
}

func relation(kind, target, mode string) string {
	if mode != "" {
		mode = ` TargetMode="` + mode + `"`
	}
	return `<Relationship Id="r` + kind + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + target + `"` + mode + `/>`
}

// docx is a small document, with more entries after its own.
func docx(t testing.TB, more ...entry) []byte {
	t.Helper()
	return zipped(t, append([]entry{
		typesOf(wordType), relsOf("_rels/.rels", relation("officeDocument", "word/document.xml", "")),
		{name: "word/document.xml", body: `<?xml version="1.0"?><w:document xmlns:w="x"><w:body><w:p>Register</w:p></w:body></w:document>`},
	}, more...)...)
}

func xlsx(t testing.TB, more ...entry) []byte {
	t.Helper()
	return zipped(t, append([]entry{
		typesOf(sheetType), relsOf("_rels/.rels", relation("officeDocument", "xl/workbook.xml", "")),
		{name: "xl/workbook.xml", body: `<?xml version="1.0"?><workbook/>`},
		{name: "xl/worksheets/sheet1.xml", body: `<?xml version="1.0"?><worksheet>` + strings.Repeat(`<row><c><v>11.58</v></c></row>`, 200) + `</worksheet>`},
	}, more...)...)
}

// pdf is a small PDF with the objects.
func pdf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	for i, o := range append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"}, objects...) {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+3, at)
	return b.Bytes()
}

// stream is an object with a stream; dict is what stands in its dictionary beside the length.
func stream(dict string, data []byte) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data)
}

func deflated(s string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = io.WriteString(z, s) // into memory
	_ = z.Close()
	return b.Bytes()
}

// picture is a picture with something to see.
func picture(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y), 255})
		}
	}
	return m
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts an Exif segment into a JPEG: how the camera was held, and where.
func withExif(file []byte, orientation uint16) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, 0x0112)
	tiff = binary.LittleEndian.AppendUint16(tiff, 3)
	tiff = binary.LittleEndian.AppendUint32(tiff, 1)
	tiff = binary.LittleEndian.AppendUint16(tiff, orientation)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00GPS -8.0983, 112.1681"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	return append(append(out, segment...), file[2:]...)
}

// pngHeader is a PNG that claims a size, and has no pixels.
func pngHeader(w, h uint32, depth, colour byte) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	data := binary.BigEndian.AppendUint32(nil, w)
	data = binary.BigEndian.AppendUint32(data, h)
	data = append(data, depth, colour, 0, 0, 0)
	b = append(b, pngChunk("IHDR", data)...)
	b = append(b, pngChunk("IDAT", deflated(strings.Repeat("\x00", 4096)))...)
	return append(b, pngChunk("IEND", nil)...)
}

func pngChunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, kind...)
	b = append(b, data...)
	sum := crc32.NewIEEE()
	_, _ = sum.Write(b[4:]) // never fails
	return binary.BigEndian.AppendUint32(b, sum.Sum32())
}

// patched is a copy of b with the bytes at every place where old stands replaced.
func patched(b []byte, old, new string) []byte {
	return bytes.ReplaceAll(b, []byte(old), []byte(new))
}
