package opendata

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// zipTime is the time of every file in an archive, so that equal contents are equal bytes.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// File is a file of an archive.
type File struct {
	Name string
	Body []byte
}

// pack writes an archive of the files in their order.
func pack(files []File) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	for _, f := range files {
		method := zip.Deflate
		if strings.HasSuffix(f.Name, ".xlsx") {
			method = zip.Store // packed already
		}
		h := &zip.FileHeader{Name: f.Name, Method: method, Modified: zipTime}
		part, err := w.CreateHeader(h)
		if err == nil {
			_, err = part.Write(f.Body)
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), nil
}

// settle packs a workbook anew: with its rows, and its parts in one order and at one time.
func (b *book) settle(body []byte) ([]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, fmt.Errorf("read the workbook back: %w", err)
	}
	files := make([]File, 0, len(r.File))
	for _, f := range r.File {
		part, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("read the workbook back: %w", err)
		}
		content, err := io.ReadAll(part)
		_ = part.Close()
		if err != nil {
			return nil, fmt.Errorf("read the workbook back: %w", err)
		}
		files = append(files, File{f.Name, content})
	}
	slices.SortStableFunc(files, func(a, b File) int {
		// The list of types comes first, as readers that stream expect.
		if first := "[Content_Types].xml"; (a.Name == first) != (b.Name == first) {
			if a.Name == first {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	if err := b.place(files); err != nil {
		return nil, err
	}
	return pack(files)
}

// All writes the archive of everything: each set in CSV and JSON, the dictionary, the
// schema, the licence, and what to read first in two languages.
func All(p *Publication) ([]byte, error) {
	files := []File{{"BACA-DULU.txt", []byte(p.readme())}, {"README.txt", []byte(p.readmeEN())}, {"LICENSE.txt", []byte(licenceText)}}
	dictionary, err := Dictionary()
	if err != nil {
		return nil, err
	}
	schema, err := Schema(p)
	if err != nil {
		return nil, err
	}
	files = append(files, File{"kamus.csv", dictionary}, File{"csv-metadata.json", schema})
	for _, s := range Sets {
		t, err := s.Of(p)
		if err != nil {
			return nil, err
		}
		c, err := t.CSV()
		if err != nil {
			return nil, err
		}
		j, err := t.JSON(p)
		if err != nil {
			return nil, err
		}
		files = append(files, File{s.Name + ".csv", c}, File{s.Name + ".json", j})
	}
	return pack(files)
}
