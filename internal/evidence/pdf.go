package evidence

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"slices"
)

// Limits of a PDF.
const (
	// maxInflated bounds what all object streams unpack to, and again what all others do. More
	// object streams are refused, more of the others not looked into.
	maxInflated = 64 << 20
	maxStream   = 16 << 20 // bytes that one stream unpacks to
	maxStreams  = 20_000
	maxObject   = 4 << 10 // bytes of an object before its stream
)

// forbidden are names of a PDF that make it do something, or hide a file in it. Names are
// compared with their escapes (#4a) undone.
var forbidden = map[string]string{
	"JavaScript":    "skrip",
	"JS":            "skrip",
	"Launch":        "perintah menjalankan program",
	"EmbeddedFile":  "berkas tersembunyi",
	"EmbeddedFiles": "berkas tersembunyi",
	"RichMedia":     "media tertanam",
	"Movie":         "media tertanam",
	"SubmitForm":    "formulir yang mengirim data",
	"ImportData":    "formulir yang mengambil data",
	"GoToE":         "tautan ke berkas tersembunyi",
	"XFA":           "formulir XFA",
}

// longest is the longest of the forbidden names; a longer one, after its escapes are undone,
// is none of them.
const longest = 16

func brokenPDF() error {
	return refuse("Berkas PDF ini rusak atau tidak lengkap. Buka di komputer Anda, cetak ke PDF baru, lalu unggah hasilnya.")
}

func activePDF(what string) error {
	return refuse("Berkas PDF ini memuat %s, dan itu tidak diterima. Cetak ke PDF baru (bagian itu akan hilang), lalu unggah hasilnya.", what)
}

// checkPDF looks at the frame of a PDF and searches it for what runs: in the bytes as they
// are, and in every stream that it can unpack, those that hold objects above all. What it
// does not see: names inside of streams with an unusual filter that is not declared as an
// object stream, and scripts in a file format inside of a picture or a font.
func checkPDF(ctx context.Context, f *io.SectionReader) (*bytes.Buffer, error) {
	body := make([]byte, f.Size()) // at most MaxSize
	if _, err := io.ReadFull(f, body); err != nil {
		return nil, orBrokenPDF(ctx)
	}
	if !pdfHeader.Match(body[:min(len(body), 16)]) {
		return nil, brokenPDF()
	}
	end := bytes.LastIndex(body, []byte("%%EOF"))
	switch {
	case end < 0, !bytes.Contains(body, []byte("startxref")), !bytes.Contains(body, []byte("/Root")) && !bytes.Contains(body, []byte("/XRef")):
		return nil, brokenPDF()
	case len(bytes.Trim(body[end+len("%%EOF"):], "\x00\t\n\f\r ")) > 0:
		return nil, refuse("Di belakang isi PDF ini ada data lain. Buka di komputer Anda, cetak ke PDF baru, lalu unggah hasilnya.")
	}
	p := &pdf{ctx: ctx}
	if err := p.names(body); err != nil {
		return nil, err
	}
	for _, objects := range []bool{true, false} {
		p.left = maxInflated
		if err := p.streams(body, objects); err != nil {
			return nil, err
		}
	}
	return nil, ctx.Err()
}

var pdfHeader = regexp.MustCompile(`^%PDF-[12]\.[0-9]`)

func orBrokenPDF(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return brokenPDF()
}

// pdf is a file being searched.
type pdf struct {
	ctx  context.Context
	left int // bytes that may still be unpacked
}

// names searches for forbidden names in bytes of any sort. A name counts where it stands as
// one: after a slash that follows no letter, and before a delimiter.
func (p *pdf) names(b []byte) error {
	for i := 0; i < len(b); i++ {
		slash := bytes.IndexByte(b[i:], '/')
		if slash < 0 {
			return nil
		}
		i += slash
		if err := p.ctx.Err(); err != nil {
			return err
		}
		name, next := nameAt(b, i+1)
		if name == "Encrypt" && (i == 0 || isDelimiter(b[i-1])) && next < len(b) && encrypts.Match(b[next:min(len(b), next+16)]) {
			return refuse("PDF ini terkunci sandi atau dibatasi, jadi tidak dapat diperiksa. Buka dengan sandinya, cetak ke PDF baru, lalu unggah hasilnya.")
		}
		what, bad := forbidden[name]
		switch {
		case !bad, inAddress.Match(b[max(0, i-maxAddress):i]):
		case len(name) > 4:
			return activePDF(what)
		case (i == 0 || isDelimiter(b[i-1])) && isText(b[max(0, i-4):min(len(b), next+1)]):
			// Two letters come about in packed data by chance; a real one has text before it.
			return activePDF(what)
		}
	}
	return nil
}

// inAddress matches what stands before a slash within the text of a web address. A dictionary
// cannot begin between the parenthesis and the slash, so nothing that runs is mistaken for it.
var inAddress = regexp.MustCompile(`\(https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]*$`)

const maxAddress = 512

var encrypts = regexp.MustCompile(`^\s*([0-9]|<<)`)

// nameAt reads a name at i, escapes undone; next is where it ends. A name longer than any
// forbidden one comes back empty.
func nameAt(b []byte, i int) (name string, next int) {
	var buffer [longest]byte
	n := 0
	for ; i < len(b) && !isDelimiter(b[i]); i++ {
		c := b[i]
		if c == '#' && i+2 < len(b) {
			var one [1]byte
			if _, err := hex.Decode(one[:], b[i+1:i+3]); err == nil {
				c = one[0]
				i += 2
			}
		}
		if n == len(buffer) {
			return "", i
		}
		buffer[n] = c
		n++
	}
	return string(buffer[:n]), i
}

// isDelimiter reports whether the byte ends a name.
func isDelimiter(c byte) bool {
	switch c {
	case 0, '\t', '\n', '\f', '\r', ' ', '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// isText reports whether all bytes are of the sort that objects are written in.
func isText(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x7f || c < ' ' && !isDelimiter(c) })
}

var (
	streamWord   = []byte("stream")
	streamEnd    = []byte("endstream")
	objectWord   = []byte("obj")
	filterName   = regexp.MustCompile(`/(FlateDecode|Fl|ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|DCTDecode|DCT|CCITTFaxDecode|CCF|JBIG2Decode|JPXDecode|Crypt)\b`)
	objectStream = regexp.MustCompile(`/ObjStm\b`)
	picture      = regexp.MustCompile(`/Subtype\s*/Image\b`)
	predictor    = regexp.MustCompile(`/Predictor\s+([2-9]|1[0-9])`)
)

// streams unpacks the streams of a PDF, those that are declared to hold objects or all
// others, and searches what comes out. Every place that looks like the beginning of a stream
// is tried, whatever the tables of the file say.
func (p *pdf) streams(b []byte, objects bool) error {
	end := -1 // of the stream at hand
	for at, n := 0, 0; ; n++ {
		i := bytes.Index(b[at:], streamWord)
		if i < 0 {
			return nil
		}
		if n > 2*maxStreams { // each has an end, too
			return orBrokenPDF(p.ctx)
		}
		if err := p.ctx.Err(); err != nil {
			return err
		}
		start := at + i + len(streamWord)
		at = start
		if bytes.HasSuffix(b[:start], streamEnd) {
			continue
		}
		dict := dictionary(b[:start])
		switch {
		case bytes.HasPrefix(b[start:], []byte("\r\n")):
			start += 2
		case bytes.HasPrefix(b[start:], []byte("\n")), bytes.HasPrefix(b[start:], []byte("\r")):
			start++
		default:
			continue
		}
		if declared := objectStream.Match(dict); declared != objects || !objects && picture.Match(dict) {
			continue
		}
		if end < start {
			if i := bytes.Index(b[start:], streamEnd); i >= 0 {
				end = start + i
			} else {
				end = len(b)
			}
		}
		if err := p.stream(dict, b[start:end], objects); err != nil {
			return err
		}
	}
}

// dictionary is what stands before a stream, from the beginning of its object, with the
// escapes of names undone.
func dictionary(before []byte) []byte {
	before = before[max(0, len(before)-maxObject):]
	if i := bytes.LastIndex(before, objectWord); i >= 0 {
		before = before[i:]
	}
	return unescaped(before)
}

// stream unpacks what begins at data, as its dictionary says, and searches it.
func (p *pdf) stream(dict, data []byte, objects bool) error {
	var filters []string
	for _, m := range filterName.FindAllSubmatch(dict, -1) {
		filters = append(filters, string(m[1]))
	}
	if len(filters) == 0 && looksZipped(data) {
		filters = []string{"FlateDecode"}
	}
	if len(filters) == 0 {
		return nil // as it stands it was searched already
	}
	if objects && (len(filters) > 4 || predictor.Match(dict)) {
		return orBrokenPDF(p.ctx)
	}
	out, err := p.unpack(filters[:min(len(filters), 4)], data)
	if err != nil && (objects || p.ctx.Err() != nil) {
		return orBrokenPDF(p.ctx)
	}
	return p.names(out)
}

// unescaped undoes the escapes of names.
func unescaped(b []byte) []byte {
	if bytes.IndexByte(b, '#') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		var one [1]byte
		if b[i] == '#' && i+2 < len(b) {
			if _, err := hex.Decode(one[:], b[i+1:i+3]); err == nil {
				out = append(out, one[0])
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

func looksZipped(b []byte) bool {
	return len(b) > 2 && b[0]&0x0f == 8 && (uint(b[0])<<8|uint(b[1]))%31 == 0
}

// errFilter says that a filter cannot be undone here.
var errFilter = errors.New("a filter that is not for text")

// unpack undoes the filters, outermost first. What came out before an error is returned too.
func (p *pdf) unpack(filters []string, data []byte) ([]byte, error) {
	for _, f := range filters {
		var r io.Reader
		switch f {
		case "FlateDecode", "Fl":
			z, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			r = z
		case "ASCIIHexDecode", "AHx":
			r = hex.NewDecoder(bytes.NewReader(onlyHex(data)))
		case "ASCII85Decode", "A85":
			text, _, _ := bytes.Cut(bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~")), []byte("~>"))
			r = ascii85.NewDecoder(bytes.NewReader(text))
		case "RunLengthDecode", "RL":
			r = bytes.NewReader(runLengths(data))
		default:
			return nil, errFilter
		}
		out, err := io.ReadAll(io.LimitReader(contextReader{p.ctx, r}, int64(min(maxStream, p.left))+1))
		p.left -= len(out)
		switch {
		case p.ctx.Err() != nil:
			return nil, p.ctx.Err()
		case p.left < 0 || len(out) > maxStream:
			p.left = max(p.left, 0)
			return out, errBomb
		case err != nil:
			return out, err
		}
		data = out
	}
	return data, nil
}

func onlyHex(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		switch {
		case c == '>':
			return evenHex(out)
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			out = append(out, c)
		}
	}
	return evenHex(out)
}

func evenHex(b []byte) []byte {
	if len(b)%2 == 1 {
		b = append(b, '0')
	}
	return b
}

// runLengths undoes RunLengthDecode, up to the limit of a stream.
func runLengths(b []byte) []byte {
	var out []byte
	for i := 0; i < len(b) && len(out) <= maxStream; {
		n := int(b[i])
		switch {
		case n == 128:
			return out
		case n < 128:
			end := min(i+2+n, len(b))
			out = append(out, b[i+1:end]...)
			i = end
		case i+1 < len(b):
			out = append(out, bytes.Repeat(b[i+1:i+2], 257-n)...)
			i += 2
		default:
			return out
		}
	}
	return out
}
