package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// Values of Cache-Control.
const (
	cachePage    = "public, max-age=300"                 // a new publication is seen within five minutes
	cacheForever = "public, max-age=31536000, immutable" // the bytes of a publication
)

// answer is a response made once and served many times: a body, compressed, with its
// validator. The plain body is kept only where packing does not make it smaller: the few
// who cannot read gzip get it unpacked.
type answer struct {
	redirect string // not empty: a redirect, and nothing below is set

	contentType, cacheControl []string
	etag                      [3][]string // of each encoding, in quotes
	length                    [3][]string // of each encoding, in bytes; nil: not made
	gzip, brotli              []byte      // brotli is nil where the answer is made on demand
	body                      []byte      // not nil: packing does not help, and both above are nil
	header                    map[string][]string
}

// encodings of an answer; each has an ETag of its own, as the bytes differ.
const (
	plain = iota
	gzipped
	brotlied
)

var (
	etagSuffix      = [3]string{"", "-gz", "-br"}
	contentEncoding = [3][]string{nil, {"gzip"}, {"br"}}
	varyEncoding    = []string{"Accept-Encoding"}
)

// newAnswer compresses a body with c. The ETag is tag, or the hash of the body where tag
// is empty: equal pages have equal tags, whichever program or publication they come from.
func newAnswer(c *compressor, body []byte, contentType, cacheControl, tag string) (*answer, error) {
	if tag == "" {
		sum := sha256.Sum256(body)
		tag = hex.EncodeToString(sum[:16])
	}
	a := &answer{contentType: []string{contentType}, cacheControl: []string{cacheControl}}
	var err error
	if !packed[contentType] {
		if a.gzip, a.brotli, err = c.compress(body); err != nil {
			return nil, err
		}
	}
	a.length[plain] = []string{strconv.Itoa(len(body))}
	if a.gzip == nil {
		a.body = body
	}
	a.length[gzipped] = []string{strconv.Itoa(len(a.gzip))}
	if a.brotli != nil {
		a.length[brotlied] = []string{strconv.Itoa(len(a.brotli))}
	}
	for i := range a.etag {
		a.etag[i] = []string{`"` + tag + etagSuffix[i] + `"`}
	}
	return a, nil
}

// packingPays is how many percent of a body its packed form may have at most to be kept
// instead.
const packingPays = 95

// packed are the media types that are packed already, so that nobody tries again.
var packed = map[string]bool{"image/png": true, "application/zip": true}

// cost is the memory the answer takes, in bytes.
func (a *answer) cost() int { return len(a.gzip) + len(a.brotli) + len(a.body) + len(a.redirect) + 512 }

// same reports whether both have the same body.
func (a *answer) same(b *answer) bool {
	return a.redirect == "" && b.redirect == "" && a.etag[plain][0] == b.etag[plain][0]
}

// serve writes the answer in the best encoding the reader takes, or 304 where the reader
// has it already. The request is GET or HEAD.
func (a *answer) serve(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	if a.redirect != "" {
		h["Cache-Control"] = []string{cachePage}
		http.Redirect(w, r, a.redirect, http.StatusFound)
		return nil
	}
	encoding := a.choose(r)
	h["Etag"] = a.etag[encoding]
	h["Vary"] = varyEncoding
	h["Cache-Control"] = a.cacheControl
	for name, values := range a.header {
		h[name] = values
	}
	if match := r.Header.Get("If-None-Match"); match != "" && a.matches(match) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if a.contentType[0] == contentJSON {
		setCORS(h) // open data, also for pages of other sites
	}
	h["Content-Type"] = a.contentType
	h["Content-Length"] = a.length[encoding]
	if contentEncoding[encoding] != nil {
		h["Content-Encoding"] = contentEncoding[encoding]
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	switch encoding {
	case gzipped:
		_, err := w.Write(a.gzip)
		return err
	case brotlied:
		_, err := w.Write(a.brotli)
		return err
	}
	if a.body != nil {
		_, err := w.Write(a.body)
		return err
	}
	return a.unpack(w)
}

// unpack writes the plain body.
func (a *answer) unpack(w io.Writer) error {
	zr, err := gzip.NewReader(bytes.NewReader(a.gzip))
	if err != nil {
		return fmt.Errorf("unpack an answer: %w", err)
	}
	_, err = io.Copy(w, zr)
	return err
}

// choose picks an encoding: brotli, then gzip, then plain.
func (a *answer) choose(r *http.Request) int {
	switch {
	case a.brotli != nil && acceptsEncoding(r, "br"):
		return brotlied
	case a.gzip != nil && acceptsEncoding(r, "gzip"):
		return gzipped
	}
	return plain
}

// matches reports whether one of the tags of If-None-Match is this answer's, in whichever
// encoding: a browser that has the body need not fetch it again to unpack it differently.
func (a *answer) matches(header string) bool {
	for header != "" {
		var tag string
		tag, header, _ = strings.Cut(header, ",")
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/") // weak comparison, RFC 9110 13.1.2
		if tag == "*" || tag == a.etag[plain][0] || tag == a.etag[gzipped][0] || tag == a.etag[brotlied][0] {
			return true
		}
	}
	return false
}

// compressor makes the compressed forms of bodies, one after the other. Its writers keep
// their tables, which are far larger than a page, and its buffers their room.
type compressor struct {
	page   bytes.Buffer // the page that is being made, before it is packed
	out    bytes.Buffer
	gzip   *gzip.Writer
	brotli *brotli.Writer // nil: gzip alone
}

// For pages built ahead: on the home page brotli 6 takes 3 ms for 8.5 kB, where 11 takes
// 116 ms for 7.5 kB; with 200 pages that would hold up a publication by half a minute.
const (
	gzipBest   = 9
	brotliGood = 6
	// Pages are shorter than 256 kB; the usual window of 4 MB is memory for nothing.
	brotliWindow = 18 // bits
)

// newCompressor makes one for bodies that are built ahead, in both forms.
func newCompressor() *compressor {
	zw, err := gzip.NewWriterLevel(io.Discard, gzipBest)
	if err != nil {
		panic(err) // the level is a constant
	}
	return &compressor{gzip: zw, brotli: brotli.NewWriterOptions(io.Discard, brotli.WriterOptions{Quality: brotliGood, LGWin: brotliWindow})}
}

// quick are compressors for answers made on demand: gzip at its usual level.
var quick = sync.Pool{New: func() any { return &compressor{gzip: gzip.NewWriter(io.Discard)} }}

// compress returns both forms; neither where packing does not pay, and br only of a compressor
// that has it.
func (c *compressor) compress(body []byte) (gz, br []byte, err error) {
	c.out.Reset()
	c.gzip.Reset(&c.out)
	_, err = c.gzip.Write(body)
	if err = errors.Join(err, c.gzip.Close()); err != nil {
		return nil, nil, fmt.Errorf("compress: %w", err)
	}
	if c.out.Len() > len(body)*packingPays/100 {
		return nil, nil, nil
	}
	gz = bytes.Clone(c.out.Bytes())
	if c.brotli == nil {
		return gz, nil, nil
	}
	c.out.Reset()
	c.brotli.Reset(&c.out)
	_, err = c.brotli.Write(body)
	if err = errors.Join(err, c.brotli.Close()); err != nil {
		return nil, nil, fmt.Errorf("compress: %w", err)
	}
	return gz, bytes.Clone(c.out.Bytes()), nil
}
