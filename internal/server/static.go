package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/web"
)

// assetPrefix is where styles, font and icon are served.
const assetPrefix = "/aset/"

// encoded is a body with its compressed twins, made once. A twin that would not be
// smaller is nil.
type encoded struct {
	plain, gzip, brotli []byte
}

// asset is a file whose address carries a hash of its content, so that it may be kept for ever.
type asset struct {
	encoded
	path        string // "/aset/work.0a1b2c3d4e.css"
	contentType string
	saveData    bool // answers empty to a reader who saves data
}

// assets are the static files by name ("work.css") and by address.
type assets struct {
	byName, byPath map[string]*asset
}

// ownAssets are those of the program. They are made once, however many sites there are:
// compressing them as well as can be takes a third of a second and much memory.
var ownAssets = sync.OnceValues(func() (*assets, error) { return newAssets(web.Files) })

// newAssets joins the styles, hashes and compresses everything. The sheet of the font is
// made after the font, since it names its address.
func newAssets(files fs.FS) (*assets, error) {
	a := &assets{byName: map[string]*asset{}, byPath: map[string]*asset{}}
	font, err := fs.ReadFile(files, "static/jakarta.woff2")
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	a.add("jakarta.woff2", "font/woff2", font)
	icon, err := fs.ReadFile(files, "static/icon.svg")
	if err != nil {
		return nil, fmt.Errorf("read icon: %w", err)
	}
	a.add("icon.svg", "image/svg+xml", icon)
	licence, err := fs.ReadFile(files, "static/OFL.txt")
	if err != nil {
		return nil, fmt.Errorf("read licence of the font: %w", err)
	}
	a.add("OFL.txt", "text/plain; charset=utf-8", licence)
	script, err := fs.ReadFile(files, "static/work.js")
	if err != nil {
		return nil, fmt.Errorf("read script: %w", err)
	}
	a.add("work.js", "text/javascript; charset=utf-8", shortenScript(script))
	for name, parts := range map[string][]string{
		"work.css":   web.WorkStyles,
		"font.css":   {web.FontFace},
		"print.css":  web.PrintStyles,
		"poster.css": web.PosterStyles,
		"embed.css":  web.EmbedStyles,
	} {
		sheet, err := joinStyles(files, parts)
		if err != nil {
			return nil, fmt.Errorf("join %s: %w", name, err)
		}
		sheet = bytes.ReplaceAll(sheet, []byte("FONT"), []byte(a.byName["jakarta.woff2"].path))
		a.add(name, "text/css; charset=utf-8", sheet)
	}
	a.byName["font.css"].saveData = true
	return a, nil
}

// joinStyles reads the sheets one after the other, without their comments and the white
// space that only people need.
func joinStyles(files fs.FS, parts []string) ([]byte, error) {
	var all bytes.Buffer
	for _, part := range parts {
		sheet, err := fs.ReadFile(files, part)
		if err != nil {
			return nil, err
		}
		all.Write(shortenStyle(sheet))
	}
	return all.Bytes(), nil
}

// shortenStyle drops comments, indentation and line ends. Our sheets have no string or
// address in which these mean something.
func shortenStyle(sheet []byte) []byte {
	var out bytes.Buffer
	for {
		before, rest, found := bytes.Cut(sheet, []byte("/*"))
		out.Write(before)
		if !found {
			break
		}
		_, sheet, _ = bytes.Cut(rest, []byte("*/"))
	}
	var short bytes.Buffer
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSpace(line)
		for _, mark := range []string{"{", ",", ";"} {
			line = strings.ReplaceAll(line, mark+" ", mark)
		}
		line = strings.NewReplacer(" {", "{", " }", "}", " > ", ">", " !", "!").Replace(line)
		line = strings.ReplaceAll(line, ": ", ":")
		short.WriteString(line)
		if line != "" && !strings.HasSuffix(line, "{") && !strings.HasSuffix(line, ";") && !strings.HasSuffix(line, "}") && !strings.HasSuffix(line, ",") {
			short.WriteByte(' ')
		}
	}
	return bytes.ReplaceAll(short.Bytes(), []byte(";}"), []byte("}"))
}

// shortenScript drops indentation, empty lines and lines that are a comment. Our script has
// no text that runs over several lines.
func shortenScript(script []byte) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(string(script)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			out.WriteString(line + "\n")
		}
	}
	return out.Bytes()
}

func (a *assets) add(name, contentType string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	s := &asset{
		encoded:     newEncoded(body),
		path:        assetPrefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext,
		contentType: contentType,
	}
	a.byName[name], a.byPath[s.path] = s, s
}

// pathOf is the address of the asset with this name.
func (a *assets) pathOf(name string) (string, error) {
	s, ok := a.byName[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return s.path, nil
}

// serve answers a request for an asset. Its address changes with its content.
func (a *assets) serve(c *gin.Context) error {
	s, ok := a.byPath[c.Request.URL.Path]
	if !ok {
		return fault.New(fault.NotFound, "Berkas ini tidak ada.")
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := s.encoded
	if s.saveData {
		h.Add("Vary", "Save-Data")
		if savesData(c.Request) {
			body = encoded{}
		}
	}
	body.write(c.Writer, c.Request, s.contentType)
	return nil
}

// savesData reports whether the reader asks for as little as can be.
func savesData(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Save-Data"), "on") }

// newEncoded compresses body as well as it can be, since that is done once.
func newEncoded(body []byte) encoded {
	e := encoded{plain: body}
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // the level exists
	_, _ = z.Write(body)                                       // writing to memory does not fail
	_ = z.Close()
	if zipped.Len() < len(body) {
		e.gzip = zipped.Bytes()
	}
	var br bytes.Buffer
	// The usual window of 4 MB would cost 32 MB of tables for each file.
	b := brotli.NewWriterOptions(&br, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: brotliWindow})
	_, _ = b.Write(body)
	_ = b.Close()
	if br.Len() < len(body) {
		e.brotli = br.Bytes()
	}
	return e
}

// write answers 200 with the smallest form the reader takes; of a HEAD request only the headers.
func (e encoded) write(w http.ResponseWriter, r *http.Request, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")
	body := e.plain
	switch {
	case e.brotli != nil && acceptsEncoding(r, "br"):
		body = e.brotli
		h.Set("Content-Encoding", "br")
	case e.gzip != nil && acceptsEncoding(r, "gzip"):
		body = e.gzip
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader who has gone away is no mistake of ours
	}
}

// acceptsEncoding reports whether the reader takes this compression: it is named and not
// with a weight of nought.
func acceptsEncoding(r *http.Request, name string) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, weight, weighted := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), name) {
			continue
		}
		if !weighted {
			return true
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		value, err := strconv.ParseFloat(q, 64)
		return found && err == nil && value > 0
	}
	return false
}
