package opendata

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/flate"
)

// zipTime is the time of every file in an archive, so that equal contents are equal bytes.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// packer writes an archive, file after file, so that no more than one is held at a time.
type packer struct {
	out bytes.Buffer
	zip *zip.Writer
}

func newPacker() *packer {
	p := &packer{}
	p.zip = zip.NewWriter(&p.out)
	p.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, packLevel) })
	return p
}

// packLevel is the usual one: the best makes a kit a tenth smaller and takes four times as long.
const packLevel = 6

// add packs a file of several parts.
func (p *packer) add(name string, parts ...[]byte) error {
	method := zip.Deflate
	if strings.HasSuffix(name, ".xlsx") {
		method = zip.Store // packed already
	}
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: zipTime})
	for _, part := range parts {
		if err == nil {
			_, err = w.Write(part)
		}
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return nil
}

// bytes ends the archive.
func (p *packer) bytes() ([]byte, error) {
	if err := p.zip.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return p.out.Bytes(), nil
}

// settle packs a workbook anew: with its rows, and its parts in one order and at one time.
func (b *book) settle(body []byte) ([]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, fmt.Errorf("read the workbook back: %w", err)
	}
	slices.SortStableFunc(r.File, func(a, b *zip.File) int {
		// The list of types comes first, as readers that stream expect.
		if first := "[Content_Types].xml"; (a.Name == first) != (b.Name == first) {
			if a.Name == first {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	p := newPacker()
	placed := 0
	for _, f := range r.File {
		content, err := readPart(f)
		if err != nil {
			return nil, fmt.Errorf("read the workbook back: %w", err)
		}
		parts := [][]byte{content}
		if before, rows, after, ok := b.place(f.Name, content); ok {
			parts = [][]byte{before, rows, after}
			placed++
		}
		if err := p.add(f.Name, parts...); err != nil {
			return nil, err
		}
	}
	if placed != len(b.sheets) {
		return nil, fmt.Errorf("the rows of %d of %d sheets have a place in the workbook", placed, len(b.sheets))
	}
	return p.bytes()
}

func readPart(f *zip.File) ([]byte, error) {
	part, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = part.Close() }()
	return io.ReadAll(part)
}

// All writes the archive of everything: each set in CSV and JSON, the dictionary, the
// schema, the licence, and what to read first in two languages.
func All(p *Publication) ([]byte, error) {
	dictionary, err := Dictionary()
	if err != nil {
		return nil, err
	}
	schema, err := Schema(p)
	if err != nil {
		return nil, err
	}
	a := newPacker()
	for _, f := range []struct {
		name string
		body []byte
	}{
		{"BACA-DULU.txt", []byte(p.readme())}, {"README.txt", []byte(p.readmeEN())}, {"LICENSE.txt", []byte(licenceText)},
		{"kamus.csv", dictionary}, {"csv-metadata.json", schema},
	} {
		if err := a.add(f.name, f.body); err != nil {
			return nil, err
		}
	}
	for _, s := range Sets {
		t, err := s.Of(p)
		if err != nil {
			return nil, err
		}
		for _, write := range []struct {
			extension string
			make      func() ([]byte, error)
		}{{".csv", t.CSV}, {".json", func() ([]byte, error) { return t.JSON(p) }}} {
			body, err := write.make()
			if err != nil {
				return nil, err
			}
			if err := a.add(s.Name+write.extension, body); err != nil {
				return nil, err
			}
		}
	}
	return a.bytes()
}
