package opendata_test

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"

	"petajalan/internal/opendata"
	"petajalan/internal/scorecard"
)

// differenceOf are the computed differences of a workbook: how many cells there are, and
// which are not nought.
func differencesOf(t testing.TB, book *excelize.File) (cells int, found []string) {
	t.Helper()
	for _, sheet := range []string{"Target", "Instansi", "Sasaran", "Tujuan", "Kota"} {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for k, title := range rows[0] {
			if len(title) < 4 || title[:4] != "beda" {
				continue
			}
			for i := range rows[1:] {
				at, err := excelize.CoordinatesToCellName(k+1, i+2)
				if err != nil {
					t.Fatal(err)
				}
				value, err := book.CalcCellValue(sheet, at)
				if err != nil {
					t.Fatalf("%s!%s: %v", sheet, at, err)
				}
				cells++
				if gap, err := strconv.ParseFloat(value, 64); err != nil || gap > 0.000001 {
					found = append(found, sheet+"!"+at+" "+title+": "+value)
				}
			}
		}
	}
	return cells, found
}

func TestTheFormulasOfTheKitReproduceEveryFigure(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	files := unzip(t, must(t)(opendata.Kit(p)))
	for _, period := range quarters {
		book, err := excelize.OpenReader(bytes.NewReader(files[opendata.WorkbookName(period)]))
		if err != nil {
			t.Fatalf("%s: %v", period, err)
		}
		cells, found := differencesOf(t, book)
		if want := 5*len(smallCity) + 8*(3+3+2+1); cells != want {
			t.Errorf("%s compares %d figures, want %d", period, cells, want)
		}
		for _, f := range found {
			t.Errorf("%s: %s", period, f)
		}
		if verdict, err := book.CalcCellValue("Ringkasan", "A5"); err != nil || verdict != "SEMUA COCOK" {
			t.Errorf("%s says %q, %v", period, verdict, err)
		}
		_ = book.Close()
	}
}

func TestAWorkbookSaysSoWhenAFigureIsNotAsPublished(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	period := quarters[0]
	for i := range p.Scores {
		if s := &p.Scores[i]; s.Period == period && s.Level == "city" {
			s.Low = "1.00"
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader(must(t)(opendata.Workbook(p, period))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if _, found := differencesOf(t, book); len(found) != 1 {
		t.Errorf("differences found: %v", found)
	}
	if verdict, err := book.CalcCellValue("Ringkasan", "A5"); err != nil || verdict != "ADA YANG BEDA: 1" {
		t.Errorf("it says %q, %v", verdict, err)
	}
}

func TestTheKitHasThePublicationItself(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	files := unzip(t, must(t)(opendata.Kit(p)))
	checked, err := scorecard.Check(files[opendata.ContentName(p.Number)])
	if err != nil || checked.SHA256 != p.SHA256 {
		t.Errorf("the publication of the kit: %+v, %v", checked, err)
	}
	for _, name := range []string{"BACA-DULU.txt", "README.txt", "LICENSE.txt", "aturan.json", "aturan.csv", "capaian.csv", "target.csv", "tujuan.csv", "nilai.csv"} {
		if len(files[name]) == 0 {
			t.Errorf("the kit has no %s", name)
		}
	}
}
