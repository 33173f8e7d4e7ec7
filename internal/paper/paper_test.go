package paper

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// sample is a sheet of so many rows, with words that a hostile writer might choose.
func sample(rows int) Sheet {
	s := Sheet{
		Title: "Laporan capaian triwulanan", Agency: "Dinas Lingkungan Hidup", Period: "Triwulan III 2026",
		Standing: "Menurut keadaan 12 Oktober 2026", Summary: []string{"8 dari 11 indikator tercapai."}, Mark: "DATA PERAGAAN",
		Signer: Signer{Place: "Blitar", Office: "Kepala Dinas Lingkungan Hidup"}, Footer: "Rapor Layanan Kota Blitar",
		Made: time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC),
	}
	for range rows {
		s.Rows = append(s.Rows, Row{
			Indicator: "Sampah terangkut", Target: "≥ 92%", Actual: "88,2% (5.137 dari 5.824 ton)", Achievement: "95,9",
			Word: "Hampir tercapai", Status: "Diverifikasi", Evidence: "dokumen diperiksa",
			Explanation: "=1+1 " + strings.Repeat("Armada “lama” rusak – perbaikan menunggu suku cadang. ", 12),
		})
	}
	return s
}

func TestSheetBecomesAPDFOfAsManyPagesAsItTakes(t *testing.T) {
	t.Parallel()
	pages := func(rows int) int {
		var b bytes.Buffer
		if err := WritePDF(&b, sample(rows)); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-1.")) || !bytes.Contains(b.Bytes(), []byte("%%EOF")) {
			t.Fatalf("no PDF: %.20q…", b.Bytes())
		}
		return bytes.Count(b.Bytes(), []byte("/Type /Page\n"))
	}
	if few, many := pages(1), pages(40); few != 1 || many < 4 {
		t.Errorf("1 row takes %d pages, 40 rows %d, want 1 and at least 4", few, many)
	}
}

func TestSheetBecomesAWorkbookWithoutFormulas(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteXLSX(&b, sample(3)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Lembar")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for y, r := range rows {
		for x, text := range r {
			at, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err != nil {
				t.Fatal(err)
			}
			if formula, err := f.GetCellFormula("Lembar", at); err != nil || formula != "" {
				t.Errorf("%s is the formula %q (%v)", at, formula, err)
			}
			if strings.HasPrefix(text, "=1+1") {
				found++
			}
		}
	}
	if found != 3 {
		t.Errorf("%d explanations, want 3", found)
	}
}
