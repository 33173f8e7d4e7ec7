package server

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"petajalan/internal/chart"
	"petajalan/internal/paper"
	"petajalan/internal/scorecard"
)

// pdfPages counts the pages of a PDF.
func pdfPages(pdf string) int { return strings.Count(pdf, "/Type /Page\n") }

func TestEverySheetIsOnePage(t *testing.T) {
	t.Parallel()
	e := abroad(t)
	var addresses []string
	for _, a := range e.Reporters(scorecard.GroupKelurahan) {
		addresses = append(addresses, sheetPath(e, nil, a))
	}
	for i := range e.Services {
		s := &e.Services[i]
		addresses = append(addresses, sheetPath(e, s, nil))
		for _, code := range s.Agencies {
			if dice("counter", s.Code, code) < 0.2 {
				addresses = append(addresses, sheetPath(e, s, e.Agency(code)))
			}
		}
	}
	for _, address := range addresses {
		pdf := body(t, e, address+pdfSuffix)
		if n := pdfPages(pdf); n != 1 || !strings.HasPrefix(pdf, "%PDF-") {
			t.Errorf("%s has %d pages", address, n)
		}
		if len(pdf) > 60_000 {
			t.Errorf("%s has %d bytes", address, len(pdf))
		}
		if again := body(t, e, address+pdfSuffix); again != pdf {
			t.Errorf("%s is not the same twice", address)
		}
		if dir := os.Getenv("PETAJALAN_LOOK"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(address[1:], "/", "_")+pdfSuffix), []byte(pdf), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(addresses) < 30 {
		t.Errorf("only %d sheets were looked at", len(addresses))
	}
}

func TestLongTextsStillFitOnASheet(t *testing.T) {
	t.Parallel()
	e := abroad(t)
	s := &e.Services[0]
	words := func(n int) string {
		return strings.TrimSpace(strings.Repeat("surat keterangan dari ketua rukun tetangga setempat ", n))
	}
	s.Name = words(6)
	s.Standard.Requirements = nil
	for i := range 40 {
		s.Standard.Requirements = append(s.Standard.Requirements, fmt.Sprintf("Syarat %d: %s", i, words(1+i%7)))
	}
	s.Standard.Procedure, s.Standard.Product, s.Standard.Complaints = new(words(60)), new(words(20)), new(strings.Repeat("x", 3000))
	s.Standard.FeeNote = new("<b>“murah” & ≥ 0, ≤ Rp5.000</b> \u0000 漢字 🙂 " + words(9))
	a := e.AgencyBySlug("bendogerit")
	for _, at := range []*scorecard.Agency{nil, a} {
		if n := pdfPages(body(t, e, sheetPath(e, s, at)+pdfSuffix)); n != 1 {
			t.Errorf("%d pages", n)
		}
		page := body(t, e, sheetPath(e, s, at))
		if strings.Contains(page, "<b>“murah”") {
			t.Error("the text of a service is markup")
		}
		if !strings.Contains(page, "poster--"+strconv.Itoa(paper.Sizes-1)) || !strings.Contains(page, "Selebihnya ada di alamat di bawah.") {
			t.Error("a text too long is neither small nor cut")
		}
	}
}

func TestASheetSaysWhatThePageSays(t *testing.T) {
	t.Parallel()
	e := abroad(t)
	a := e.AgencyBySlug("bendogerit")
	page := body(t, e, "/cetak/kelurahan/bendogerit")
	text := parse(t, page).Find("main").Text()
	for _, part := range []string{
		"Kelurahan Bendogerit", agencyUnit(e, a).Figure(), agencyUnit(e, a).Finding, "Janji dan kenyataan", "selesai tepat waktu, dari",
		"Yang perlu diperhatikan", "SP4N-LAPOR!", "https://rapor.example.go.id/kelurahan/bendogerit", "Terbitan 8", "30 Oktober 2026", "a31136460d50", "DATA PERAGAAN",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the sheet does not say %q:\n%s", part, text)
		}
	}
	if late := parse(t, body(t, e, "/cetak/kelurahan/klampok")).Find("main").Text(); !strings.Contains(late, "Terlambat lapor") {
		t.Errorf("the sheet of a kelurahan that is late does not say so:\n%s", late)
	}
	real := *abroad(t)
	real.Content.Demo, real.Content.Status = false, "resmi"
	if text := body(t, &real, "/cetak/kelurahan/bendogerit"); strings.Contains(text, "PERAGAAN") || strings.Contains(text, "poster__mark") {
		t.Error("the sheet of real figures has a mark")
	}
	past := *e
	past.Latest = false
	if page := body(t, &past, "/cetak/kelurahan/bendogerit"); !strings.Contains(page, "/kelurahan/bendogerit?terbitan=8") || !strings.Contains(page, "bendogerit.pdf?terbitan=8") {
		t.Error("the sheet of a past publication leads to the newest")
	}
}

var codeRuns = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`)

func TestACameraReadsTheAddressFromTheCode(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"https://rapor.example.go.id/kelurahan/bendogerit", "http://127.0.0.1:8080/layanan/" + strings.Repeat("kel-pengantar-nikah/", 8) + "?terbitan=12"} {
		modules, err := qrModules(text)
		if err != nil {
			t.Fatal(err)
		}
		svg := chart.Code(modules)
		box := regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`).FindStringSubmatch(string(svg))
		size, _ := strconv.Atoi(box[1])
		const scale = 4
		img := image.NewGray(image.Rect(0, 0, size*scale, size*scale))
		for i := range img.Pix {
			img.Pix[i] = 0xff
		}
		for _, run := range codeRuns.FindAllStringSubmatch(string(svg), -1) {
			x, _ := strconv.Atoi(run[1])
			y, _ := strconv.Atoi(run[2])
			n, _ := strconv.Atoi(run[3])
			for dy := range scale {
				for dx := range n * scale {
					img.SetGray(x*scale+dx, y*scale+dy, color.Gray{})
				}
			}
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil {
			t.Fatalf("%s cannot be read: %v", text, err)
		}
		if read.GetText() != text {
			t.Errorf("the code says %q, want %q", read.GetText(), text)
		}
	}
	if _, err := qrModules(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text too long for a code makes one")
	}
}

func BenchmarkSheetPDF(b *testing.B) {
	e := abroad(b)
	for b.Loop() {
		v, err := showPlaceSheet(e, params{path: map[string]string{"nama": "bendogerit.pdf"}})
		if err != nil || !bytes.HasPrefix(v.file.body, []byte("%PDF")) {
			b.Fatal(err)
		}
	}
}

// BenchmarkCards draws all cards of a publication, as its loading does.
func BenchmarkCards(b *testing.B) {
	e := abroad(b)
	for b.Loop() {
		for _, path := range cardRoute.paths(e) {
			if _, err := shown(b, e, path); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestASheetTellsHowFarTheDataCanBeTrustedBeforeTheScore(t *testing.T) {
	t.Parallel()
	e := abroad(t)
	page := body(t, e, sheetPath(e, nil, e.AgencyBySlug("bendogerit")))
	honesty, score := strings.Index(page, "Kejujuran data: "), strings.Index(page, "poster__figure")
	if honesty < 0 || score < honesty {
		t.Errorf("honesty at %d, score at %d", honesty, score)
	}
}
