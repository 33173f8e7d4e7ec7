package evidence

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a docx or xlsx, which is a zip of XML.
const (
	maxEntries  = 1000
	maxUnpacked = 64 << 20 // bytes of all entries
	maxRatio    = 100      // unpacked to packed, of the whole file
	maxPart     = 16 << 20 // bytes of a part that is read as a whole
)

// office is what a docx or an xlsx must have.
type office struct {
	word string // as people say it
	main string // content type of its main part
}

var (
	wordFile  = office{word: "DOCX", main: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"}
	excelFile = office{word: "XLSX", main: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"}
)

func checkDOCX(ctx context.Context, f *io.SectionReader) (*bytes.Buffer, error) {
	return nil, (&archive{ctx: ctx, office: wordFile, left: maxUnpacked}).check(f, f.Size())
}

func checkXLSX(ctx context.Context, f *io.SectionReader) (*bytes.Buffer, error) {
	return nil, (&archive{ctx: ctx, office: excelFile, left: maxUnpacked}).check(f, f.Size())
}

// archive is a zip being looked into.
type archive struct {
	ctx    context.Context
	office office
	left   int64 // bytes that may still be unpacked, of the files inside of this one too
	inside bool  // it is a part of another
}

func (a *archive) broken() error {
	return refuse("Berkas %s ini rusak atau dibuat tidak wajar. Buka di komputer Anda, simpan ulang sebagai %[1]s, lalu unggah lagi.", a.office.word)
}

func (a *archive) locked() error {
	return refuse("Berkas ini terkunci sandi, jadi tidak dapat diperiksa. Hapus sandinya, simpan ulang, lalu unggah lagi.")
}

func (a *archive) active(what string) error {
	return refuse("Berkas %s ini memuat %s, dan itu tidak diterima karena dapat menjalankan perintah. Hapus bagian itu, atau simpan sebagai PDF, lalu unggah lagi.", a.office.word, what)
}

func (a *archive) bomb() error {
	return refuse("Isi berkas %s ini terlalu besar bila dibuka. Bagi menjadi beberapa berkas, atau simpan bagian yang perlu saja.", a.office.word)
}

// check looks into a zip of this size.
func (a *archive) check(f io.ReaderAt, size int64) error {
	if err := a.checkFrame(f, size); err != nil {
		return err
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return a.orBroken(err)
	}
	if len(z.File) > maxEntries {
		return a.bomb()
	}
	if err := a.checkDirectory(z.File, size); err != nil {
		return err
	}
	types, err := a.readTypes(z)
	if err != nil {
		return err
	}
	if err := a.checkTypes(types); err != nil {
		return err
	}
	for _, e := range z.File {
		if err := a.checkEntry(e); err != nil {
			return err
		}
	}
	return nil
}

// orBroken is the refusal of a file that cannot be read, unless the time was over.
func (a *archive) orBroken(err error) error {
	switch {
	case a.ctx.Err() != nil:
		return a.ctx.Err()
	case errors.Is(err, errBomb):
		return a.bomb()
	}
	return a.broken()
}

// checkFrame asks that the zip begins at the first byte and ends at the last, so that the file
// is nothing else beside, and that its directory is no larger than it may be.
func (a *archive) checkFrame(f io.ReaderAt, size int64) error {
	const (
		localHeader  = "PK\x03\x04"
		endHeader    = "PK\x05\x06"
		endSize      = 22
		maxDirectory = maxEntries * (46 + 512)
	)
	var first [4]byte
	var end [endSize]byte
	if size < endSize {
		return a.broken()
	}
	if _, err := f.ReadAt(first[:], 0); err != nil {
		return a.orBroken(err)
	}
	if n, err := f.ReadAt(end[:], size-endSize); n < endSize {
		return a.orBroken(err)
	}
	entries := int(binary.LittleEndian.Uint16(end[10:]))
	directory, offset := int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	switch {
	case string(first[:]) != localHeader, string(end[:4]) != endHeader:
		return a.broken()
	case entries > maxEntries, directory > maxDirectory:
		return a.bomb()
	case directory+offset != size-endSize:
		return a.broken()
	}
	return nil
}

// checkDirectory looks at what the directory says of the entries, before any is unpacked.
func (a *archive) checkDirectory(files []*zip.File, size int64) error {
	seen := map[string]bool{}
	var unpacked uint64
	for _, e := range files {
		name := strings.ToLower(e.Name)
		switch {
		case e.Flags&0x1 != 0 || e.Flags&0x40 != 0 || e.Method == 99:
			return a.locked()
		case e.Method != zip.Store && e.Method != zip.Deflate:
			return a.broken()
		case !isPartName(e.Name), seen[name], e.Mode()&^0o777 != 0 && !e.Mode().IsDir():
			return a.broken()
		}
		seen[name] = true
		if unpacked += e.UncompressedSize64; unpacked > maxUnpacked {
			return a.bomb()
		}
	}
	if unpacked > maxRatio*uint64(size) {
		return a.bomb()
	}
	return nil
}

// isPartName reports whether the name of an entry leads nowhere but into the zip.
func isPartName(name string) bool {
	if name == "" || len(name) > 512 || !utf8.ValidString(name) || strings.ContainsAny(name, `\:`) || strings.HasPrefix(name, "/") {
		return false
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return false
		}
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

// contentTypes is [Content_Types].xml.
type contentTypes struct {
	Defaults  []contentType `xml:"Default"`
	Overrides []contentType `xml:"Override"`
}

type contentType struct {
	Extension string `xml:"Extension,attr"`
	PartName  string `xml:"PartName,attr"`
	Type      string `xml:"ContentType,attr"`
}

func (a *archive) readTypes(z *zip.Reader) (contentTypes, error) {
	var types contentTypes
	for _, e := range z.File {
		if e.Name != "[Content_Types].xml" {
			continue
		}
		body, err := a.unpack(e, maxPart)
		if err != nil {
			return types, a.orBroken(err)
		}
		if err := xml.Unmarshal(body, &types); err != nil {
			return types, a.orBroken(err)
		}
		return types, nil
	}
	return types, refuse("Isi berkas ini bukan %s, walaupun namanya berakhiran begitu. Buka berkas aslinya, simpan sebagai %[1]s, lalu unggah lagi.", a.office.word)
}

// checkTypes asks for the main part of the type of file, and refuses types of what runs.
func (a *archive) checkTypes(types contentTypes) error {
	main := false
	for _, list := range [][]contentType{types.Defaults, types.Overrides} {
		for _, t := range list {
			kind := strings.ToLower(t.Type)
			switch {
			case strings.Contains(kind, "macroenabled"), strings.Contains(kind, "vbaproject"), strings.Contains(kind, "macrosheet"):
				return a.active("makro")
			case strings.Contains(kind, "activex"):
				return a.active("kendali ActiveX")
			case strings.Contains(kind, "oleobject"):
				return a.active("objek tertanam (OLE)")
			}
			main = main || strings.EqualFold(t.Type, a.office.main)
		}
	}
	if !main {
		return refuse("Isi berkas ini bukan %s, walaupun namanya berakhiran begitu. Buka berkas aslinya, simpan sebagai %[1]s, lalu unggah lagi.", a.office.word)
	}
	return nil
}

// partExtensions are the parts that a docx or xlsx may have. A .bin may hold the settings of
// a printer only; a whole docx or xlsx stands behind a chart.
var partExtensions = map[string]bool{
	".xml": true, ".rels": true, ".vml": true, ".png": true, ".jpg": true, ".jpeg": true, ".jfif": true, ".gif": true, ".bmp": true, ".tif": true,
	".tiff": true, ".emf": true, ".wmf": true, ".wdp": true, ".webp": true, ".svg": true, ".ttf": true, ".odttf": true, ".fntdata": true, ".data": true,
}

// checkEntry unpacks a part, which shows that it is what the directory says, and looks for
// what runs, leads out or multiplies.
func (a *archive) checkEntry(e *zip.File) error {
	name := strings.ToLower(e.Name)
	ext := path.Ext(name)
	switch {
	case strings.HasSuffix(name, "/"):
		if e.UncompressedSize64 != 0 {
			return a.broken()
		}
		return nil
	case strings.Contains(name, "vbaproject"), strings.Contains(name, "vbadata"), strings.Contains(name, "macrosheets/"), strings.Contains(name, "dialogsheets/"):
		return a.active("makro")
	case strings.Contains(name, "activex"):
		return a.active("kendali ActiveX")
	case strings.Contains(name, "embeddings/") && (ext == ".xlsx" || ext == ".docx") && !a.inside:
		return a.checkInside(e, ext)
	case strings.Contains(name, "embeddings/"):
		return a.active("objek tertanam (OLE)")
	case ext == ".bin" && strings.Contains(name, "printersettings"):
	case !partExtensions[ext]:
		return a.active("bagian " + CleanTitle(shorten(path.Base(e.Name), 40)))
	}
	if ext != ".xml" && ext != ".rels" && ext != ".vml" {
		return a.skim(e, nil)
	}
	if ext == ".rels" {
		body, err := a.unpack(e, maxPart)
		if err != nil {
			return a.orBroken(err)
		}
		return a.checkRelations(body)
	}
	return a.skim(e, xmlMarks)
}

// checkInside looks into a docx or xlsx that is a part of this one.
func (a *archive) checkInside(e *zip.File, ext string) error {
	body, err := a.unpack(e, MaxSize)
	if err != nil {
		return a.orBroken(err)
	}
	inner := &archive{ctx: a.ctx, office: excelFile, left: a.left, inside: true}
	if ext == ".docx" {
		inner.office = wordFile
	}
	err = inner.check(bytes.NewReader(body), int64(len(body)))
	a.left = inner.left
	return err
}

// mark is text in a part that is a reason to refuse it, and what it is.
type mark struct {
	text string
	what string // empty: the file is broken
}

// xmlMarks are in lower case. A document type (an entity may multiply without end) has no
// place in these files.
var xmlMarks = []mark{
	{"<!doctype", ""}, {"<!entity", ""},
	{"ddeauto", "perintah DDE"}, {"ddelink", "perintah DDE"},
}

// skim unpacks a part piece by piece and looks for the marks.
func (a *archive) skim(e *zip.File, marks []mark) error {
	r, err := e.Open()
	if err != nil {
		return a.orBroken(err)
	}
	defer r.Close()
	const overlap = 16
	buffer := make([]byte, overlap+chunk)
	kept, first := 0, true
	source := a.bounded(r, e)
	for {
		n, err := io.ReadFull(source, buffer[kept:])
		piece := buffer[:kept+n]
		if first && marks != nil && isWide(piece) {
			return a.broken() // in UTF-16 nothing of this would be found
		}
		first = false
		lower := bytes.ToLower(piece)
		for _, m := range marks {
			if bytes.Contains(lower, []byte(m.text)) {
				if m.what == "" {
					return a.broken()
				}
				return a.active(m.what)
			}
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && n < len(buffer)-kept:
			return a.finished(e, source, err)
		case err != nil:
			return a.orBroken(err)
		}
		kept = copy(buffer, piece[len(piece)-overlap:])
	}
}

// finished tells the end of a part from a part that ended too early.
func (a *archive) finished(e *zip.File, source *boundedReader, err error) error {
	if source.err != nil && !errors.Is(source.err, io.EOF) {
		return a.orBroken(source.err)
	}
	if source.read != int64(e.UncompressedSize64) {
		return a.orBroken(err)
	}
	return nil
}

// isWide reports whether text begins as UTF-16 or UTF-32 does.
func isWide(b []byte) bool {
	return len(b) >= 2 && (b[0] == 0xfe && b[1] == 0xff || b[0] == 0xff && b[1] == 0xfe || b[0] == 0 || b[1] == 0)
}

// unpack reads a part of at most limit bytes.
func (a *archive) unpack(e *zip.File, limit int64) ([]byte, error) {
	if e.UncompressedSize64 > uint64(limit) {
		return nil, errBomb
	}
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(a.bounded(r, e))
}

var errBomb = errors.New("more is unpacked than may be")

// bounded reads a part and no more than its directory entry says, nor than is left.
func (a *archive) bounded(r io.Reader, e *zip.File) *boundedReader {
	return &boundedReader{archive: a, r: r, most: int64(e.UncompressedSize64)}
}

type boundedReader struct {
	archive *archive
	r       io.Reader
	most    int64
	read    int64
	err     error // that the reading ended with
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.read += int64(n)
	b.archive.left -= int64(n)
	if b.read > b.most || b.archive.left < 0 {
		err = errBomb
	}
	if err == nil {
		err = b.archive.ctx.Err()
	}
	b.err = err
	return n, err
}

// relations is a .rels part.
type relations struct {
	List []struct {
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
		Mode   string `xml:"TargetMode,attr"`
	} `xml:"Relationship"`
}

// checkRelations refuses what is fetched or run from outside when the file is opened. A
// hyperlink is only followed by who clicks on it.
func (a *archive) checkRelations(body []byte) error {
	var rels relations
	if isWide(body) || bytes.Contains(bytes.ToLower(body), []byte("<!doctype")) {
		return a.broken()
	}
	if err := xml.Unmarshal(body, &rels); err != nil {
		return a.orBroken(err)
	}
	for _, r := range rels.List {
		kind := strings.ToLower(r.Type[strings.LastIndexByte(r.Type, '/')+1:])
		switch kind {
		case "vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet":
			return a.active("makro")
		case "attachedtemplate", "oleobject", "frame", "subdocument", "mailmergesource", "control", "externallinkpath":
			if strings.EqualFold(r.Mode, "External") && isOutside(kind, r.Target) {
				return a.active("bagian yang diambil dari luar berkas")
			}
		}
	}
	return nil
}

// isOutside reports whether a target is fetched when the file is opened. The template that
// a document was made with stands as a path of its author's computer; only an address on the
// network is fetched. A link to another workbook is asked about by the spreadsheet program.
func isOutside(kind, target string) bool {
	if kind != "attachedtemplate" && kind != "externallinkpath" {
		return true
	}
	target = strings.ToLower(strings.TrimSpace(target))
	return strings.HasPrefix(target, "http") && kind == "attachedtemplate" || strings.HasPrefix(target, `\\`) || strings.HasPrefix(target, "file://///") ||
		strings.Contains(target, "mhtml:") || strings.Contains(target, "!x-usc") || strings.HasPrefix(target, "ftp")
}
