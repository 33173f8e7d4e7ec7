package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"petajalan/internal/evidence"
	"petajalan/internal/fault"
)

const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

type file struct {
	name string
	body []byte
}

func inspect(t testing.TB, f file) (*evidence.Checked, error) {
	t.Helper()
	return evidence.Inspect(t.Context(), f.name, bytes.NewReader(f.body), int64(len(f.body)))
}

// goodFiles are what people hand in.
func goodFiles(t testing.TB) []file {
	chart := xlsx(t)
	return []file{
		{"rekap.pdf", pdf()},
		{"REKAP SIAK TW3.PDF", pdf(stream("/Filter /FlateDecode", deflated("BT (tabel) Tj ET")))},
		{"objek.pdf", pdf(stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated("5 0 << /Type /Page /Parent 2 0 R >>")))},
		{"tautan.pdf", pdf("<< /S /URI /URI (https://blitarkota.go.id/JavaScript) >>", "<< /OpenAction [3 0 R /Fit] >>")},
		{"tambahan.pdf", append(pdf(), "4 0 obj\n<< /Type /Sig >>\nendobj\ntrailer\n<< /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\r\n"...)},
		{"foto.png", pngOf(t, picture(40, 30))},
		{"foto.jpg", jpegOf(t, picture(40, 30))},
		{"foto.jpeg", withExif(jpegOf(t, picture(40, 30)), 6)},
		{"surat.docx", docx(t)},
		{"surat.docx", docx(t, relsOf("word/_rels/document.xml.rels", relation("hyperlink", "https://blitarkota.go.id", "External"),
			relation("attachedTemplate", "file:///C:/Users/ani/Normal.dotm", "External")), entry{name: "word/media/image1.png", body: string(pngOf(t, picture(9, 9)))})},
		{"surat.docx", docx(t, entry{name: "word/embeddings/Microsoft_Excel_Sheet.xlsx", body: string(chart)})},
		{"rekap.xlsx", xlsx(t)},
		{"rekap.xlsx", xlsx(t, entry{name: "xl/printerSettings/printerSettings1.bin", body: "\x01\x02"})},
	}
}

func TestWhatPeopleHandInIsTaken(t *testing.T) {
	t.Parallel()
	for i, f := range goodFiles(t) {
		c, err := inspect(t, f)
		if err != nil {
			t.Errorf("%d, %s: %v", i, f.name, err)
			continue
		}
		content, err := io.ReadAll(c.Content())
		if err != nil || int64(len(content)) != c.Size() || len(content) == 0 {
			t.Errorf("%s: %d bytes of content, told %d, error %v", f.name, len(content), c.Size(), err)
		}
		if redrawn := c.MediaType == evidence.PNG || c.MediaType == evidence.JPEG; !redrawn && !bytes.Equal(content, f.body) {
			t.Errorf("%s was changed", f.name)
		}
		if !strings.HasSuffix(c.Title, evidence.Ext(c.MediaType)) {
			t.Errorf("%s is titled %q, and is %s", f.name, c.Title, c.MediaType)
		}
	}
}

// manyEntries is a zip of n empty entries.
func manyEntries(t testing.TB, n int) []byte {
	entries := make([]entry, n)
	for i := range entries {
		entries[i] = entry{name: fmt.Sprintf("word/part%d.xml", i)}
	}
	return docx(t, entries...)
}

// hostileFiles are files that nobody may put in, by what is wrong with them.
func hostileFiles(t testing.TB) map[string]file {
	plainPNG, plainJPEG, plainDOCX, plainXLSX, plainPDF := pngOf(t, picture(40, 30)), jpegOf(t, picture(40, 30)), docx(t), xlsx(t), pdf()
	html := []byte("<!DOCTYPE html><html><script>alert(1)</script></html>")
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
	zeros := strings.Repeat("\x00", 20<<20)
	script := "<< /S /JavaScript /JS (app.alert(1)) >>"
	lying := bytes.Clone(plainDOCX)
	// The size of the last entry, in the directory.
	binary.LittleEndian.PutUint32(lying[bytes.LastIndex(lying, []byte("PK\x01\x02"))+24:], 5)
	tooMany := bytes.Clone(plainDOCX)
	binary.LittleEndian.PutUint16(tooMany[len(tooMany)-12:], 60000)
	fewer := manyEntries(t, 1500)
	binary.LittleEndian.PutUint16(fewer[len(fewer)-12:], 10)
	binary.LittleEndian.PutUint16(fewer[len(fewer)-14:], 10)
	wide := []byte{0xff, 0xfe}
	for _, r := range `<!DOCTYPE x>` {
		wide = append(wide, byte(r), 0)
	}
	deep := plainXLSX
	for range 3 {
		deep = docx(t, entry{name: "word/embeddings/a.docx", body: string(deep)})
	}
	files := map[string]file{
		// Other types, and types under the name of another.
		"a page":                 {"halaman.html", html},
		"a page as png":          {"foto.png", html},
		"a page as pdf":          {"surat.pdf", html},
		"a page as docx":         {"surat.docx", html},
		"a drawing":              {"logo.svg", svg},
		"a drawing as png":       {"logo.png", svg},
		"a drawing as jpg":       {"logo.jpg", append([]byte("<?xml version=\"1.0\"?>"), svg...)},
		"a zip":                  {"arsip.zip", plainDOCX},
		"a zip as pdf":           {"arsip.pdf", plainDOCX},
		"a pdf as jpg":           {"foto.jpg", plainPDF},
		"a jpg as png":           {"foto.png", plainJPEG},
		"a png as jpg":           {"foto.jpg", plainPNG},
		"an xlsx as docx":        {"surat.docx", plainXLSX},
		"a docx as xlsx":         {"rekap.xlsx", plainDOCX},
		"any zip as docx":        {"surat.docx", zipped(t, entry{name: "a.txt", body: "x"})},
		"a program":              {"unduh.exe", []byte("MZ\x90\x00")},
		"a program as pdf":       {"unduh.pdf", []byte("MZ\x90\x00\x03")},
		"a test virus":           {"eicar.com", []byte(eicar)},
		"a test virus as pdf":    {"eicar.pdf", []byte(eicar)},
		"a test virus as png":    {"eicar.png", []byte(eicar)},
		"a test virus inside":    {"surat.docx", docx(t, entry{name: "word/media/eicar.com", body: eicar})},
		"an old document":        {"surat.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
		"an old sheet as xlsx":   {"rekap.xlsx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
		"a script":               {"jalan.js", []byte("alert(1)")},
		"no extension":           {"rekap", plainPDF},
		"a double extension":     {"rekap.pdf.exe", plainPDF},
		"a hidden extension":     {"rekap\u202efdp.exe", plainPDF},
		"a trailing dot":         {"rekap.pdf.", plainPDF},
		"an extension cut by 0":  {"jahat.php\x00.pdf.php", plainPDF},
		"a name of dots":         {"..", plainPDF},
		"nothing":                {"kosong.pdf", nil},
		"too much":               {"besar.pdf", append(bytes.Clone(plainPDF), make([]byte, 10<<20)...)},
		"gambling":               {"slot-gacor.htm", []byte("<a href=https://x.example>slot</a>")},
		"gambling as jpg":        {"slot-gacor.jpg", []byte("<a href=https://x.example>slot</a>")},
		"html behind a gif head": {"foto.png", append([]byte("GIF89a"), html...)},
		// Pictures.
		"a picture of 50,000 x 50,000":     {"foto.png", pngHeader(50000, 50000, 8, 6)},
		"a picture of 20,000 x 3,000 x 16": {"foto.png", pngHeader(20000, 1900, 16, 6)},
		"a picture of no height":           {"foto.png", pngHeader(10, 0, 8, 6)},
		"a picture without its pixels":     {"foto.png", pngHeader(2000, 2000, 8, 6)},
		"a picture cut short":              {"foto.png", plainPNG[:len(plainPNG)/2]},
		"a photo cut short":                {"foto.jpg", plainJPEG[:len(plainJPEG)/2]},
		"the head of a photo":              {"foto.jpg", plainJPEG[:12]},
		"a photo of 65,535 x 65,535":       {"foto.jpg", patched(plainJPEG, "\x00\x1e\x00\x28", "\xff\xff\xff\xff")},
		"a photo with a lying segment":     {"foto.jpg", append([]byte{0xff, 0xd8, 0xff, 0xe1, 0x00, 0x00}, plainJPEG[2:]...)},
		// Documents and sheets.
		"an encrypted entry":        {"surat.docx", docx(t, entry{name: "word/a.xml", edit: func(h *zip.FileHeader) { h.Flags |= 1 }})},
		"an encrypted document":     {"surat.docx", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), zeros[:4096]...)},
		"a way out":                 {"surat.docx", docx(t, entry{name: "../../etc/cron.d/x.xml", body: "x"})},
		"a way out by backslash":    {"surat.docx", docx(t, entry{name: `word\..\..\x.xml`, body: "x"})},
		"an absolute name":          {"surat.docx", docx(t, entry{name: "/etc/x.xml", body: "x"})},
		"a drive":                   {"surat.docx", docx(t, entry{name: "C:/x.xml", body: "x"})},
		"a name with a line in it":  {"surat.docx", docx(t, entry{name: "word/a\r\nb.xml", body: "x"})},
		"the same name twice":       {"surat.docx", docx(t, entry{name: "word/document.xml", body: "<x/>"})},
		"the same name in capitals": {"surat.docx", docx(t, entry{name: "WORD/DOCUMENT.XML", body: "<x/>"})},
		"a link of the file system": {"surat.docx", docx(t, entry{name: "word/link.xml", body: "/etc/passwd", edit: func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }})},
		"a bomb":                    {"rekap.xlsx", xlsx(t, entry{name: "xl/worksheets/sheet2.xml", body: zeros})},
		"a bomb of four":            {"rekap.xlsx", xlsx(t, entry{name: "a.xml", body: zeros}, entry{name: "b.xml", body: zeros}, entry{name: "c.xml", body: zeros}, entry{name: "d.xml", body: zeros})},
		"too many entries":          {"surat.docx", manyEntries(t, 1200)},
		"a false count of entries":  {"surat.docx", tooMany},
		"a hidden count of entries": {"surat.docx", fewer},
		"a lying size":              {"surat.docx", lying},
		"a macro":                   {"surat.docx", docx(t, entry{name: "word/vbaProject.bin", body: "x"})},
		"a macro by type":           {"surat.docx", zipped(t, typesOf("application/vnd.ms-word.document.macroEnabled.main+xml"), entry{name: "word/document.xml", body: "<x/>"})},
		"a docm":                    {"surat.docm", plainDOCX},
		"a macro sheet":             {"rekap.xlsx", xlsx(t, entry{name: "xl/macrosheets/sheet1.xml", body: "<x/>"})},
		"a macro by relation":       {"rekap.xlsx", xlsx(t, relsOf("xl/_rels/workbook.xml.rels", relation("vbaProject", "x.xml", "")))},
		"an ActiveX control":        {"surat.docx", docx(t, entry{name: "word/activeX/activeX1.xml", body: "<x/>"})},
		"an OLE object":             {"surat.docx", docx(t, entry{name: "word/embeddings/oleObject1.bin", body: "MZ"})},
		"a macro in a sheet inside": {"surat.docx", docx(t, entry{name: "word/embeddings/a.xlsx", body: string(xlsx(t, entry{name: "xl/vbaProject.bin", body: "x"}))})},
		"files within files":        {"surat.docx", deep},
		"a template from elsewhere": {"surat.docx", docx(t, relsOf("word/_rels/settings.xml.rels", relation("attachedTemplate", "https://x.example/a.dotm", "External")))},
		"an object from elsewhere":  {"surat.docx", docx(t, relsOf("word/_rels/document.xml.rels", relation("oleObject", "mhtml:https://x.example/a!x-usc:b", "External")))},
		"a command by DDE":          {"surat.docx", docx(t, entry{name: "word/a.xml", body: `<w:instrText>DDEAUTO c:\\cmd.exe</w:instrText>`})},
		"a command by DDE, cut":     {"surat.docx", docx(t, entry{name: "word/a.xml", body: strings.Repeat("abcdefgh ", (256<<10)/9) + " DDEAUTO cmd" + strings.Repeat(" x", 500)})},
		"an entity":                 {"surat.docx", docx(t, entry{name: "word/a.xml", body: `<!DOCTYPE a [<!ENTITY b "b">]><a/>`})},
		"an entity in UTF-16":       {"surat.docx", docx(t, entry{name: "word/a.xml", body: string(wide)})},
		"a program in a document":   {"surat.docx", docx(t, entry{name: "word/unduh.exe", body: "MZ"})},
		"a page in a document":      {"surat.docx", docx(t, entry{name: "word/a.html", body: string(html)})},
		"something before the zip":  {"surat.docx", append([]byte("%PDF-1.7\n"), plainDOCX...)},
		"something behind the zip":  {"surat.docx", append(bytes.Clone(plainDOCX), html...)},
		"a zip cut short":           {"surat.docx", plainDOCX[:len(plainDOCX)-30]},
		"a zip with a broken part":  {"surat.docx", corrupt(plainDOCX, bytes.Index(plainDOCX, []byte("word/document.xml"))+20)},
		// PDF.
		"a script in a pdf":                 {"a.pdf", pdf(script)},
		"a script behind escapes":           {"a.pdf", pdf("<< /S /J#61va#53cript /J#53 (x) >>")},
		"a script in an object stream":      {"a.pdf", pdf(stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated("5 0 "+script)))},
		"a script in two filters":           {"a.pdf", pdf(stream("/Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]", []byte(hex.EncodeToString(deflated("5 0 "+script))+">")))},
		"a script behind escapes, packed":   {"a.pdf", pdf(stream("/Type /Obj#53tm /N 1 /First 4 /Filter /Fl#61teDecode", deflated("5 0 << /S /J#61vaScript >>")))},
		"a script in an unnamed stream":     {"a.pdf", pdf(stream("/N 1", deflated("5 0 "+script)))},
		"an unknown object stream":          {"a.pdf", pdf(stream("/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode", []byte("\x80\x0b\x60\x50")))},
		"a broken object stream":            {"a.pdf", pdf(stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", []byte("x\x9c\x00\x01")))},
		"a bomb of objects":                 {"a.pdf", pdf(stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated(zeros)))},
		"a short script name":               {"a.pdf", pdf("<< /JS (app.alert\\(1\\)) >>")},
		"a program started":                 {"a.pdf", pdf("<< /S /Launch /F (cmd.exe) >>")},
		"a file in a pdf":                   {"a.pdf", pdf("<< /Names << /EmbeddedFiles 5 0 R >> >>")},
		"a file in a pdf, itself":           {"a.pdf", pdf(stream("/Type /EmbeddedFile", []byte("MZ")))},
		"a form that sends":                 {"a.pdf", pdf("<< /S /SubmitForm /F (https://x.example) >>")},
		"rich media":                        {"a.pdf", pdf("<< /Subtype /RichMedia >>")},
		"an XFA form":                       {"a.pdf", pdf("<< /AcroForm << /XFA 6 0 R >> >>")},
		"an opening script":                 {"a.pdf", pdf("<< /OpenAction << /S /JavaScript /JS (x) >> >>")},
		"a locked pdf":                      {"a.pdf", patched(plainPDF, "/Root 1 0 R", "/Encrypt 7 0 R /Root 1 0 R")},
		"a pdf behind a page":               {"a.pdf", append(bytes.Clone(html), plainPDF...)},
		"a pdf before a zip":                {"a.pdf", append(bytes.Clone(plainPDF), plainDOCX...)},
		"a pdf before a page":               {"a.pdf", append(bytes.Clone(plainPDF), html...)},
		"a pdf cut short":                   {"a.pdf", plainPDF[:len(plainPDF)/2]},
		"the head of a pdf":                 {"a.pdf", []byte("%PDF-1.7\n")},
		"a pdf of streams":                  {"a.pdf", pdf(strings.Repeat("stream\n", 200_000))},
		"a script in a plain object stream": {"a.pdf", pdf(stream("/Type /ObjStm /N 1 /First 4", []byte("5 0 "+script)))},
		"a script beside an address":        {"a.pdf", pdf("<< /URI (https://blitarkota.go.id)/S/JavaScript >>")},
	}
	return files
}

func corrupt(b []byte, at int) []byte {
	b = bytes.Clone(b)
	for i := range 8 {
		b[at+i] ^= 0xff
	}
	return b
}

func TestHostileFilesAreRefusedInASentence(t *testing.T) {
	t.Parallel()
	files := hostileFiles(t)
	if len(files) < 60 {
		t.Errorf("the corpus has %d files", len(files))
	}
	for what, f := range files {
		start := time.Now()
		c, err := inspect(t, f)
		took := time.Since(start)
		message := fault.MessageOf(err)
		switch {
		case err == nil:
			t.Errorf("%s was taken as %s %q", what, c.MediaType, c.Title)
		case fault.KindOf(err) != fault.Invalid || message == "":
			t.Errorf("%s: %v, want a refusal", what, err)
		case !strings.HasSuffix(message, ".") || !utf8.ValidString(message) || strings.ContainsAny(message, "\x00\r\n\u202e"):
			t.Errorf("%s: %q is no sentence", what, message)
		case took > 10*time.Second:
			t.Errorf("%s took %s", what, took)
		}
	}
	t.Logf("%d hostile files, all refused", len(files))
}

func TestPolyglotPicturesLoseWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	const page = "<script>alert(1)</script>"
	commented := bytes.Clone(jpegOf(t, picture(40, 30)))
	commented = append(commented[:2:2], append(append([]byte{0xff, 0xfe, 0, byte(len(page) + 2)}, page...), commented[2:]...)...)
	plain := pngOf(t, picture(40, 30))
	// A text chunk right after the header.
	text := append(append(bytes.Clone(plain[:33]), pngChunk("tEXt", []byte("Comment\x00"+page))...), plain[33:]...)
	for what, f := range map[string]file{
		"a page behind a jpg":  {"a.jpg", append(jpegOf(t, picture(40, 30)), page...)},
		"a page behind a png":  {"a.png", append(bytes.Clone(plain), page...)},
		"a page in a comment":  {"a.jpg", commented},
		"a page in a chunk":    {"a.png", text},
		"a zip behind a jpg":   {"a.jpg", append(jpegOf(t, picture(40, 30)), docx(t)...)},
		"a position in a jpg":  {"a.jpg", withExif(jpegOf(t, picture(40, 30)), 1)},
		"a program behind png": {"a.png", append(bytes.Clone(plain), "MZ this program"...)},
	} {
		c, err := inspect(t, f)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		content, err := io.ReadAll(c.Content())
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range []string{"script", "PK\x03\x04", "GPS", "MZ this", "Exif", "tEXt"} {
			if bytes.Contains(content, []byte(trace)) {
				t.Errorf("%s still holds %q", what, trace)
			}
		}
		if m, _, err := image.Decode(bytes.NewReader(content)); err != nil || m.Bounds().Dx() != 40 {
			t.Errorf("%s cannot be seen any more: %v", what, err)
		}
	}
}

func TestAPhotoIsTurnedAsTheCameraNoted(t *testing.T) {
	t.Parallel()
	// One corner is light; where it is in a picture of 64 × 32 that is turned upright.
	corners := map[uint16][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	for _, grey := range []bool{false, true} {
		for orientation, corner := range corners {
			var m image.Image = cornered(64, 32)
			if grey {
				g := image.NewGray(m.Bounds())
				for y := range 32 {
					for x := range 64 {
						g.Set(x, y, m.At(x, y))
					}
				}
				m = g
			}
			c, err := inspect(t, file{"a.jpg", withExif(jpegOf(t, m), orientation)})
			if err != nil {
				t.Fatal(err)
			}
			got, err := jpeg.Decode(c.Content())
			if err != nil {
				t.Fatal(err)
			}
			w, h := 64, 32
			if orientation >= 5 {
				w, h = h, w
			}
			if got.Bounds().Dx() != w || got.Bounds().Dy() != h {
				t.Errorf("turned as %d it is %v", orientation, got.Bounds())
				continue
			}
			r, _, _, _ := got.At(4+corner[0]*(w-9), 4+corner[1]*(h-9)).RGBA()
			if r < 0xc000 {
				t.Errorf("turned as %d (grey %v) the light corner is not at %v", orientation, grey, corner)
			}
		}
	}
}

func cornered(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Pix[m.PixOffset(x, y)+3] = 255
			if x < 16 && y < 16 {
				copy(m.Pix[m.PixOffset(x, y):], []byte{255, 255, 255, 255})
			}
		}
	}
	return m
}

func TestNamesAreOnlyData(t *testing.T) {
	t.Parallel()
	body := pdf()
	for name, want := range map[string]string{
		"rekap.pdf":                             "rekap.pdf",
		"Rekap  SIAK\tTW3.PDF":                  "Rekap SIAK TW3.pdf",
		"../../etc/passwd.pdf":                  "passwd.pdf",
		`C:\Users\ani\Rekap.pdf`:                "Rekap.pdf",
		"/mutlak/rekap.pdf":                     "rekap.pdf",
		"a\r\nSet-Cookie: x=y.pdf":              "a Set-Cookie: x=y.pdf",
		"rekap\u202efdp.pdf":                    "rekapfdp.pdf",
		"reka\x00p.pdf":                         "rekap.pdf",
		"\"kutip\".pdf":                         "\"kutip\".pdf",
		".pdf":                                  "bukti.pdf",
		"....pdf":                               "bukti.pdf",
		"CON.pdf":                               "CON.pdf",
		"\xff\xferusak.pdf":                     "rusak.pdf",
		"laporan akhir .pdf":                    "laporan akhir.pdf",
		strings.Repeat("panjang", 900) + ".pdf": "",
	} {
		c, err := inspect(t, file{name, body})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if n := utf8.RuneCountInString(c.Title); n < 1 || n > 120 || !strings.HasSuffix(c.Title, ".pdf") || want != "" && c.Title != want {
			t.Errorf("%q is titled %q (%d characters), want %q", name, c.Title, n, want)
		}
	}
}

func TestAnInspectionEndsWhenItsRequestDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range goodFiles(t) {
		if _, err := evidence.Inspect(ctx, f.name, bytes.NewReader(f.body), int64(len(f.body))); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", f.name, err)
		}
	}
}

func TestMutatedFilesNeitherPanicNorTakeLong(t *testing.T) {
	t.Parallel()
	seeds := goodFiles(t)
	r := rand.New(rand.NewPCG(3, 56))
	taken := 0
	var longest time.Duration
	for i := range 1000 {
		f := seeds[i%len(seeds)]
		f.body = mutate(r, f.body)
		start := time.Now()
		c, err := inspect(t, f)
		longest = max(longest, time.Since(start))
		switch {
		case err == nil:
			taken++
			checkTaken(t, c)
		case fault.KindOf(err) != fault.Invalid:
			t.Errorf("mutation %d of %s: %v", i, f.name, err)
		case strings.Contains(err.Error(), "panicked"):
			t.Errorf("mutation %d of %s: %v", i, f.name, err)
		}
	}
	if longest > 5*time.Second {
		t.Errorf("the longest took %s", longest)
	}
	t.Logf("1000 mutations, %d of them harmless, longest %s", taken, longest)
}

// mutate changes, cuts, repeats or fills a few pieces.
func mutate(r *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for range 1 + r.IntN(4) {
		if len(b) < 2 {
			return b
		}
		at := r.IntN(len(b) - 1)
		n := 1 + r.IntN(min(len(b)-at, 64))
		switch r.IntN(5) {
		case 0:
			b[at] ^= 1 << r.IntN(8)
		case 1:
			b = append(b[:at:at], b[at+n:]...)
		case 2:
			b = append(b[:at+n:at+n], b[at:]...)
		case 3:
			for i := range n {
				b[at+i] = byte(r.Uint32())
			}
		case 4:
			for i := range n {
				b[at+i] = 0xff
			}
		}
	}
	return b
}

// checkTaken holds what is taken to what is promised of it.
func checkTaken(t testing.TB, c *evidence.Checked) {
	t.Helper()
	content, err := io.ReadAll(c.Content())
	if err != nil {
		t.Errorf("read what was taken: %v", err)
		return
	}
	switch c.MediaType {
	case evidence.PNG:
		_, err = png.DecodeConfig(bytes.NewReader(content))
	case evidence.JPEG:
		_, err = jpeg.DecodeConfig(bytes.NewReader(content))
	case evidence.PDF:
		if !bytes.HasPrefix(content, []byte("%PDF-")) || bytes.Contains(content, []byte("/S /JavaScript")) {
			err = errors.New("no harmless PDF")
		}
	default:
		_, err = zip.NewReader(bytes.NewReader(content), int64(len(content)))
	}
	if err != nil {
		t.Errorf("%s was taken: %v", c.MediaType, err)
	}
}

func TestHostileFilesTakeLittleMemory(t *testing.T) {
	// Not beside others: it looks at the memory of the whole process.
	files := hostileFiles(t)
	for _, what := range []string{"a bomb", "a bomb of four", "a bomb of objects", "a picture of 50,000 x 50,000", "too many entries", "a pdf of streams", "a photo of 65,535 x 65,535"} {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		if _, err := inspect(t, files[what]); err == nil {
			t.Errorf("%s was taken", what)
		}
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 100 {
			t.Errorf("%s took %d MiB", what, grown)
		}
		if took > 3*time.Second {
			t.Errorf("%s took %s", what, took)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, good := range goodFiles(f) {
		f.Add(good.name, good.body)
	}
	for _, hostile := range hostileFiles(f) {
		if len(hostile.body) < 64<<10 {
			f.Add(hostile.name, hostile.body)
		}
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		c, err := evidence.Inspect(t.Context(), name, bytes.NewReader(body), int64(len(body)))
		switch {
		case err != nil && fault.KindOf(err) != fault.Invalid:
			t.Fatal(err)
		case err != nil && strings.Contains(err.Error(), "panicked"):
			t.Fatal(err)
		case err == nil:
			if n := utf8.RuneCountInString(c.Title); n < 1 || n > 120 {
				t.Errorf("a title of %d characters: %q", n, c.Title)
			}
			checkTaken(t, c)
		}
	})
}
