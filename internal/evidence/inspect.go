package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"petajalan/internal/fault"
)

// Media types that are let in.
const (
	PDF  = "application/pdf"
	JPEG = "image/jpeg"
	PNG  = "image/png"
	DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Accept is the attribute of the form's input of files.
const Accept = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"

// inspectTime bounds the inspection of one file.
const inspectTime = 20 * time.Second

// Checked is a file that may be kept.
type Checked struct {
	Title     string // its cleaned name, with the extension of its type; 1 to 120 characters
	MediaType string
	content   io.ReaderAt
	size      int64
}

// Content is what is to be kept: of a picture a fresh copy without what a camera writes
// beside it, otherwise the file itself.
func (c *Checked) Content() io.Reader { return io.NewSectionReader(c.content, 0, c.size) }

// Size is that of the content, in bytes.
func (c *Checked) Size() int64 { return c.size }

// Ext is the extension of a media type that is let in, with its dot; empty for others.
func Ext(mediaType string) string {
	for _, k := range kinds {
		if k.mediaType == mediaType {
			return k.ext
		}
	}
	return ""
}

// kind is a type of file that is let in.
type kind struct {
	mediaType string
	ext       string   // the usual extension, in lower case
	others    []string // extensions that mean the same
	magic     string   // the media type that its first bytes show, or a parent of it
	// check looks into the file. It returns a cleaned copy, or nil when the file is to be kept
	// as it is.
	check func(ctx context.Context, f *io.SectionReader) (*bytes.Buffer, error)
}

var kinds = []kind{
	{PDF, ".pdf", nil, PDF, checkPDF},
	{JPEG, ".jpg", []string{".jpeg"}, JPEG, redrawJPEG},
	{PNG, ".png", nil, PNG, redrawPNG},
	{DOCX, ".docx", nil, "application/zip", checkDOCX},
	{XLSX, ".xlsx", nil, "application/zip", checkXLSX},
}

// sayKinds is what a refusal says of the types that would do.
const sayKinds = "Yang diterima: PDF, JPG, PNG, DOCX, dan XLSX."

// Inspect decides whether a file of this name may be kept as evidence. The extension, the
// first bytes and the structure must agree, and nothing in it may run or hide. The refusal is
// a fault (Invalid) whose sentence says what to do. Whatever the file holds, it ends within
// 20 seconds and does not panic; its memory is bounded by the limits of each type, at most
// some 200 MB for a picture of 40 megapixels, so few are to be inspected at a time.
// f must stay readable until the content was read.
func Inspect(ctx context.Context, name string, f io.ReaderAt, size int64) (*Checked, error) {
	title, ext := cleanName(name)
	k := kindOf(ext)
	switch {
	case k == nil && ext == "":
		return nil, refuse("Nama berkas ini tidak berakhiran, jadi jenisnya tidak diketahui. %s", sayKinds)
	case k == nil:
		return nil, refuse("Berkas %s tidak diterima. %s Simpan sebagai salah satunya, lalu unggah lagi.", ext, sayKinds)
	case size == 0:
		return nil, refuse("Berkas %s kosong. Pilih berkas yang ada isinya.", title)
	case size > MaxSize:
		return nil, TooLarge()
	}
	ctx, cancel := context.WithTimeout(ctx, inspectTime)
	defer cancel()
	type outcome struct {
		copied *bytes.Buffer
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() {
			if what := recover(); what != nil {
				done <- outcome{err: fmt.Errorf("%w: %v\n%s", errPanic, what, debug.Stack())}
			}
		}()
		copied, err := k.inspect(ctx, io.NewSectionReader(contextReaderAt{ctx, f}, 0, size))
		done <- outcome{copied, err}
	}()
	// The reader and all loops see the end of ctx, so waiting for them does not take long.
	o := <-done
	switch {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, refuse("Pemeriksaan berkas %s terlalu lama, jadi tidak diterima. Simpan ulang atau cetak ke PDF, lalu unggah hasilnya.", title)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(o.err, errPanic):
		return nil, fault.Wrap(o.err, fault.Invalid, "Berkas %s rusak dan tidak dapat diperiksa. Buka di komputer Anda, simpan ulang, lalu unggah hasilnya.", title)
	case o.err != nil:
		return nil, o.err
	}
	c := &Checked{Title: title, MediaType: k.mediaType, content: f, size: size}
	if o.copied != nil {
		c.content, c.size = bytes.NewReader(o.copied.Bytes()), int64(o.copied.Len())
	}
	return c, nil
}

// TooLarge is the refusal of a file over MaxSize.
func TooLarge() error {
	return refuse("Berkas ini lebih dari %d MB. Kecilkan gambarnya, atau simpan PDF dengan ukuran lebih kecil, lalu unggah lagi.", MaxSize>>20)
}

// errPanic marks a file that broke the code that reads it.
var errPanic = errors.New("the inspection panicked")

// refuse is a refusal of a file.
func refuse(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

func kindOf(ext string) *kind {
	for i := range kinds {
		if kinds[i].ext == ext {
			return &kinds[i]
		}
		for _, other := range kinds[i].others {
			if other == ext {
				return &kinds[i]
			}
		}
	}
	return nil
}

// inspect compares the first bytes with the extension and looks into the file.
func (k *kind) inspect(ctx context.Context, f *io.SectionReader) (*bytes.Buffer, error) {
	found, err := mimetype.DetectReader(f)
	if err != nil {
		return nil, err
	}
	if !descends(found, k.magic) {
		return nil, refuse("Isi berkas ini bukan %s, walaupun namanya berakhiran begitu. Buka berkas aslinya, simpan sebagai %[1]s, lalu unggah lagi.", k.word())
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return k.check(ctx, f)
}

// word is the type as people say it: "PDF".
func (k *kind) word() string {
	return string(bytes.ToUpper([]byte(k.ext[1:])))
}

// descends reports whether the type is the one named, or a kind of it.
func descends(m *mimetype.MIME, name string) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is(name) {
			return true
		}
	}
	return false
}

// contextReaderAt stops when the context is done.
type contextReaderAt struct {
	ctx context.Context
	r   io.ReaderAt
}

func (c contextReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.ReadAt(p, off)
}
