package exchange_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"petajalan/internal/exchange"
	"petajalan/internal/fault"
	"petajalan/internal/report"
)

// rezip rewrites parts of an archive.
func rezip(t testing.TB, data []byte, change map[string]func(string) string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		if edit := change[f.Name]; edit != nil {
			text = []byte(edit(string(text)))
		}
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHostileCellsAreToldOneByOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	base := o.download(t, o.clerk, "dinas-a")
	for name, c := range map[string]struct {
		change  func(*excelize.File)
		level   exchange.Level
		want    []string // parts of the messages
		changes int
	}{
		"ErrorCell": {func(f *excelize.File) {
			if err := f.SetCellFormula("Isian", at("realisasi", "NUMBER"), "Sheet9!A1"); err != nil {
				t.Error(err)
			}
			if err := f.SetCellDefault("Isian", at("realisasi", "INDEX"), "1"); err != nil {
				t.Error(err)
			}
		}, exchange.Warning, []string{"J4 [=Sheet9!A1] Sel ini rumus yang belum dihitung"}, 1},
		"PredicateWithScore": {func(f *excelize.File) { set(t, f, at("realisasi", "PREDICATE"), "BB (70,5)") }, exchange.Note, []string{"J5 [BB (70,5)] Dibaca BB; (70,5) tidak dipakai"}, 1},
		"ScoreForPredicate":  {func(f *excelize.File) { set(t, f, at("realisasi", "PREDICATE"), 70.5) }, exchange.Mistake, []string{"J5 [70.5] Isian ini bukan salah satu pilihannya."}, 0},
		"Placeholders": {func(f *excelize.File) {
			set(t, f, at("realisasi", "NUMBER"), "n/a")
			set(t, f, at("realisasi", "INDEX"), "-")
		}, exchange.Note, []string{"J4 [n/a] Dibaca kosong, bukan nol", "J3 [-] Dibaca kosong, bukan nol"}, 0},
		"TextInNumber": {func(f *excelize.File) { set(t, f, at("realisasi", "NUMBER"), "empat hari") }, exchange.Mistake, []string{"J4 [empat hari] Realisasi harus angka."}, 0},
		"PercentSign":  {func(f *excelize.File) { set(t, f, at("realisasi", "INDEX"), "94,5%") }, exchange.Note, []string{"J3 [94,5%] Dibaca 94,5 persen."}, 1},
		"PercentOfCounts": {func(f *excelize.File) {
			set(t, f, at("pembilang", "FRACTION"), "90%")
			set(t, f, at("penyebut", "FRACTION"), 100)
		}, exchange.Mistake, []string{"K2 [90%] Pembilang bersatuan selesai, bukan persen."}, 0},
		"PercentFormat": {func(f *excelize.File) {
			id, err := f.NewStyle(&excelize.Style{NumFmt: 10})
			if err != nil {
				t.Error(err)
			}
			set(t, f, at("realisasi", "INDEX"), 0.945)
			if err := f.SetCellStyle("Isian", at("realisasi", "INDEX"), at("realisasi", "INDEX"), id); err != nil {
				t.Error(err)
			}
		}, exchange.Note, []string{"J3 [0.945] Sel berformat persen, dibaca 94,5 persen."}, 1},
		"DateForNumber": {func(f *excelize.File) {
			id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
			if err != nil {
				t.Error(err)
			}
			set(t, f, at("realisasi", "NUMBER"), 46153)
			if err := f.SetCellStyle("Isian", at("realisasi", "NUMBER"), at("realisasi", "NUMBER"), id); err != nil {
				t.Error(err)
			}
		}, exchange.Mistake, []string{"J4 [46153 (11-05-2026)] Excel mengubah isian ini menjadi tanggal."}, 0},
		"FormulaNoise": {func(f *excelize.File) { set(t, f, at("realisasi", "INDEX"), 93.33333333333333) }, exchange.Note, []string{"Dibulatkan menjadi 93,3333"}, 1},
		"Boolean":      {func(f *excelize.File) { set(t, f, at("realisasi", "NUMBER"), true) }, exchange.Mistake, []string{"J4 [TRUE] Di sini harus angka, bukan benar atau salah."}, 0},
		"FractionAsPercentage": {func(f *excelize.File) { set(t, f, at("realisasi", "FRACTION"), 93.2) }, exchange.Mistake,
			[]string{"J2 [93.2] Indikator ini dilaporkan sebagai pembilang dan penyebut, bukan persentase."}, 0},
		"PercentageBesideFraction": {func(f *excelize.File) {
			set(t, f, at("realisasi", "FRACTION"), 94)
			set(t, f, at("pembilang", "FRACTION"), 90)
			set(t, f, at("penyebut", "FRACTION"), 100)
		}, exchange.Warning, []string{"J2 [94] Tidak dipakai, dan tidak sama: dihitung ulang dari pembilang dan penyebut: 90%."}, 1},
		"SwappedFraction": {func(f *excelize.File) {
			set(t, f, at("pembilang", "FRACTION"), 100)
			set(t, f, at("penyebut", "FRACTION"), 90)
		}, exchange.Warning, []string{"K2 [100] Pembilang lebih besar daripada penyebut (90)."}, 1},
		"HalfFraction": {func(f *excelize.File) { set(t, f, at("pembilang", "FRACTION"), 100) }, exchange.Warning, []string{"L2 [] Penyebut belum diisi."}, 1},
		"UnknownRow":   {func(f *excelize.File) { set(t, f, "B4", "TIDAK-ADA"); set(t, f, "J4", 3) }, exchange.Mistake, []string{"B4 [dinas-a TIDAK-ADA] Tidak ada indikator ini di lembar Anda"}, 0},
		"DuplicateRow": {func(f *excelize.File) { set(t, f, "B4", "INDEX"); set(t, f, "J3", 50) }, exchange.Mistake, []string{"B4 [INDEX] Indikator ini sudah ada di baris 3"}, 1},
		"WrongDay":     {func(f *excelize.File) { set(t, f, at("tenggat", "NUMBER"), "31-02-2026") }, exchange.Mistake, []string{"R4 [31-02-2026] Tanggal ini tidak dapat dibaca."}, 0},
		"NotApplicableWithFigure": {func(f *excelize.File) {
			set(t, f, at("tidak berlaku", "NUMBER"), "ya")
			set(t, f, at("realisasi", "NUMBER"), 3)
		}, exchange.Mistake, []string{"Angka dan tidak berlaku terisi bersama."}, 0},
		"TooLong": {func(f *excelize.File) { set(t, f, at("penyebab", "NUMBER"), strings.Repeat("kata ", 500)) }, exchange.Mistake, []string{"lebih dari 2000 karakter"}, 0},
		"Merged": {func(f *excelize.File) {
			if err := f.MergeCell("Isian", "J3", "J4"); err != nil {
				t.Error(err)
			}
			set(t, f, "J3", 50)
		}, exchange.Warning, []string{"J3:J4 [] Sel J3:J4 digabung. Isinya dibaca hanya untuk sel pertama, J3."}, 1},
		"HiddenRowAndColumn": {func(f *excelize.File) {
			if err := f.SetRowVisible("Isian", 4, false); err != nil {
				t.Error(err)
			}
			if err := f.SetColVisible("Isian", "K", false); err != nil {
				t.Error(err)
			}
			set(t, f, "J4", 3)
		}, exchange.Warning, []string{"1 baris tersembunyi atau tersaring: 4", "Kolom Pembilang tersembunyi"}, 1},
		"HiddenSheet": {func(f *excelize.File) {
			if _, err := f.NewSheet("Lain"); err != nil {
				t.Error(err)
			}
			for cell, v := range map[string]any{"A1": "Kode indikator", "B1": "Realisasi", "A2": "NUMBER", "B2": 3} {
				if err := f.SetCellValue("Lain", cell, v); err != nil {
					t.Error(err)
				}
			}
			if err := f.SetSheetVisible("Lain", false); err != nil {
				t.Error(err)
			}
		}, exchange.Warning, []string{"Lembar Lain tersembunyi, jadi tidak dibaca."}, 0},
		"ForgottenInSum": {func(f *excelize.File) {
			set(t, f, "J3", 10)
			set(t, f, "J4", 3)
			set(t, f, "E9", "Jumlah")
			set(t, f, "J9", 10)
			if err := f.SetCellFormula("Isian", "J9", "SUM(J3:J3)"); err != nil {
				t.Error(err)
			}
		}, exchange.Warning, []string{"J9 [10] Jumlah di berkas tidak sama dengan jumlah barisnya: dihitung ulang 13. Rumusnya: =SUM(J3:J3)."}, 2},
		"TwoNotations": {func(f *excelize.File) { set(t, f, "J3", "11.713"); set(t, f, "J4", "11,58"); set(t, f, "J6", "3.5") }, exchange.Note, nil, 0},
	} {
		t.Run(name, func(t *testing.T) { // one after the other: only so many files may wait
			_, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: change(t, base, c.change)})
			told := text(d, c.level)
			for _, want := range c.want {
				if !strings.Contains(told, want) {
					t.Errorf("no message %q among\n%s", want, told)
				}
			}
			if name == "TwoNotations" {
				if !d.Ask {
					t.Errorf("nobody is asked about two notations: %+v", d.Columns)
				}
				return
			}
			if len(d.Changes) != c.changes {
				t.Errorf("%d changes, want %d\n%s", len(d.Changes), c.changes, text(d, exchange.Mistake))
			}
		})
	}
}

func TestAColumnInTwoNotationsAsksAndThenReadsAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	data := change(t, o.download(t, o.clerk, "dinas-a"), func(f *excelize.File) {
		set(t, f, at("realisasi", "INDEX"), "11.713")
		set(t, f, at("realisasi", "NUMBER"), 3)
	})
	f, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: data})
	if !d.Ask || len(d.Columns) != 1 || d.Columns[0].Key != "Isian!J" {
		t.Fatalf("ask %v, columns %+v", d.Ask, d.Columns)
	}
	_, err := o.confirm(t, o.clerk, f, d)
	wantKind(t, "confirm while undecided", err, fault.Conflict)
	for notation, want := range map[exchange.Notation]string{exchange.Comma: "11.713", exchange.Point: "11,713"} {
		if err := exchange.Choose(t.Context(), o.db, o.clerk, f.ID, exchange.Choices{Notations: map[string]exchange.Notation{"Isian!J": notation}}, october); err != nil {
			t.Fatal(err)
		}
		if _, d = o.try(t, o.clerk, f.ID); d.Ask || len(d.Changes) != 2 || d.Changes[0].After != want {
			t.Errorf("read with %s: ask %v, changes %+v, want %s", notation, d.Ask, d.Changes, want)
		}
	}
}

func TestARisingFigureAndAnAchievementAreDoubted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := report.Key{Agency: "dinas-a", Indicator: "NUMBER", Period: quarter.Previous()}
	err := report.Import(t.Context(), o.owner, []report.History{{Key: before, Revisions: []report.Revision{{Value: report.Value{Actual: num("4")}}},
		Events: []report.Event{{Kind: report.EventSubmitted, At: october, Role: "operator"}}}})
	if err != nil {
		t.Fatal(err)
	}
	data := change(t, o.download(t, o.clerk, "dinas-a"), func(f *excelize.File) { set(t, f, at("realisasi", "NUMBER"), 120) })
	_, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: data})
	told := text(d, exchange.Warning)
	for _, want := range []string{
		"Untuk indikator ini makin kecil makin baik, tetapi angkanya naik dari 4.",
		"Angka ini sama dengan capaian dalam persen dari laporan sebelumnya (4 dari target 5).", // 2 − 4/5
	} {
		if !strings.Contains(told, want) {
			t.Errorf("no warning %q among\n%s", want, told)
		}
	}
	if len(d.Changes) != 1 || !d.Changes[0].Warned {
		t.Errorf("a doubt must not refuse the row: %+v", d.Changes)
	}
}

func TestSheetsOfOthersAreUnderstood(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	file := excelize.NewFile()
	for cell, v := range map[string]any{
		"A1": "LAPORAN CAPAIAN TRIWULAN III", "A3": "No", "B3": "OPD", "C3": "Indikator Kinerja", "D3": "Realisasi", "E3": "Capaian (%)",
		"A4": 1, "B4": "DINAS-A", "C4": "nama index", "D4": "88,5", "E4": "88,5",
		"A5": 2, "B5": "Kantor dinas-a", "C5": "Nama  NUMBER", "D5": "3,25", "E5": "110",
		"C6": "TOTAL", "D6": "91,75",
	} {
		if err := file.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if _, err := file.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	_, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: out.Bytes()})
	if len(d.Changes) != 2 || d.Changes[0].After != "88,5" || d.Changes[1].After != "3,25" {
		t.Errorf("changes %+v\n%s", d.Changes, text(d, exchange.Mistake))
	}
	if !strings.Contains(text(d, exchange.Warning), "Realisasi sama dengan isi kolom Capaian di sebelahnya.") {
		t.Errorf("a figure equal to the achievement beside it is not told: %s", text(d, exchange.Warning))
	}
	if len(d.Totals) != 1 || !d.Totals[0].Same || d.Totals[0].Recomputed != "91,75" {
		t.Errorf("totals %+v", d.Totals)
	}
}

func TestTheAnswerHasTheMessagesAndCanComeBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, content := range map[string][]byte{
		"xlsx": change(t, o.download(t, o.clerk, "dinas-a"), func(f *excelize.File) {
			set(t, f, at("realisasi", "NUMBER"), "banyak")
			set(t, f, at("realisasi", "INDEX"), "94,5%")
		}),
		"csv": []byte("Kode indikator;Realisasi\nINDEX;94,5%\nNUMBER;banyak\n"),
	} {
		f, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: content, Name: "isian." + name})
		var out bytes.Buffer
		if err := exchange.WriteAnswer(f, d, &out); err != nil {
			t.Fatal(err)
		}
		book, err := exchange.Read(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		for _, row := range book.Sheets[0].Rows {
			for _, c := range row {
				if strings.HasPrefix(c.Text, "GALAT") {
					found = c.Text
				}
			}
		}
		if !strings.Contains(found, "Realisasi harus angka.") {
			t.Errorf("%s: the answer says %q", name, found)
		}
		_, again := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: out.Bytes()})
		if len(again.Changes) != len(d.Changes) || again.CountOf(exchange.Mistake) != d.CountOf(exchange.Mistake) {
			t.Errorf("%s: handed back, the answer has %d changes and %d mistakes, not %d and %d", name, len(again.Changes), again.CountOf(exchange.Mistake), len(d.Changes), d.CountOf(exchange.Mistake))
		}
	}
}

func TestFilesThatAreNoneAreRefusedInWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	base := o.download(t, o.clerk, "dinas-a")
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"Empty":       {nil, "kosong"},
		"PDF":         {[]byte("%PDF-1.7 x"), "bukan lembar kerja"},
		"Locked":      {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxx"), "terkunci sandi"},
		"Truncated":   {base[:len(base)/2], "tidak dapat dibaca"},
		"NoBook":      {rezip(t, base, map[string]func(string) string{"xl/workbook.xml": func(string) string { return "<x/>" }}), "tidak dapat dibaca"},
		"BrokenSheet": {rezip(t, base, map[string]func(string) string{"xl/worksheets/sheet1.xml": func(s string) string { return s[:len(s)/2] }}), "tidak dapat dibaca"},
		"WrongString": {rezip(t, base, map[string]func(string) string{"xl/sharedStrings.xml": func(string) string { return "<sst/>" }}), "tidak dapat dibaca"},
		"FarCell": {rezip(t, base, map[string]func(string) string{"xl/worksheets/sheet1.xml": func(s string) string {
			return strings.Replace(s, "</sheetData>", `<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>`, 1)
		}}), "hapus baris dan kolom"},
		"Binary": {[]byte("a;b\x00c"), "bukan teks CSV"},
		"Large":  {bytes.Repeat([]byte("a;b\n"), exchange.MaxFile/4+1), "terlalu besar"},
		"OldFormat": {rezip(t, base, map[string]func(string) string{"xl/sharedStrings.xml": func(s string) string {
			return strings.ReplaceAll(s, exchange.FormatVersion, "petajalan-isian-0")
		}}), "tidak dikenal lagi"},
		"OtherPeriod": {rezip(t, base, map[string]func(string) string{"xl/sharedStrings.xml": func(s string) string { return strings.ReplaceAll(s, "2026-TW3", "2026-TW2") }}), "lembar periode 2026-TW2"},
	} {
		book, err := exchange.Read(c.data)
		if err == nil {
			_, err = exchange.TryWorksheet(book, nil, o.clerk, "dinas-a", quarter, exchange.Choices{})
		}
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.MessageOf(err), c.want) {
			t.Errorf("%s: %v, want an Invalid fault with %q", name, err, c.want)
		}
	}
}

// bomb is an archive whose sheet unpacks to very much more than it weighs.
func bomb(t testing.TB, part string, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`,
	} {
		to, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == part {
			text = strings.TrimSuffix(text, "</sheetData></worksheet>")
		}
		if _, err := io.WriteString(to, text); err != nil {
			t.Fatal(err)
		}
		if name == part {
			chunk := []byte(strings.Repeat(`<row><c><v>1</v></c></row>`, 4000))
			for n := 0; n < size; n += len(chunk) {
				if _, err := to.Write(chunk); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBombsAreRefusedFast(t *testing.T) {
	t.Parallel()
	var many bytes.Buffer
	w := zip.NewWriter(&many)
	for i := range 2000 {
		if _, err := w.Create(fmt.Sprint("x/", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	deep := rezip(t, bomb(t, "", 0), map[string]func(string) string{"xl/worksheets/sheet1.xml": func(string) string { return strings.Repeat("<a>", 100_000) }})
	wide := rezip(t, bomb(t, "", 0), map[string]func(string) string{"xl/worksheets/sheet1.xml": func(string) string {
		var b strings.Builder
		b.WriteString("<worksheet><sheetData>")
		for i := range 15_000 {
			fmt.Fprintf(&b, `<row r="%d"><c r="CV%d"><v>1</v></c></row>`, i+1, i+1)
		}
		return b.String() + "</sheetData></worksheet>"
	}})
	for name, data := range map[string][]byte{"unpacks to 256 MB": bomb(t, "xl/worksheets/sheet1.xml", 256<<20), "2,000 parts": many.Bytes(), "100,000 levels": deep, "wide rows": wide} {
		start := time.Now()
		_, err := exchange.Read(data)
		if took := time.Since(start); fault.KindOf(err) != fault.Invalid || took > 3*time.Second {
			t.Errorf("%s: %v after %s, want an Invalid fault at once", name, err, took)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Kode indikator;Realisasi\nINDEX;94,5\n"))
	f.Add([]byte("\xef\xbb\xbfa,b\n\"x\ny\",2\n"))
	f.Add([]byte("sep=,\na,b\n"))
	f.Add([]byte("a\tb\xe9\n"))
	f.Add(bomb(f, "", 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		book, err := exchange.Read(data)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.MessageOf(err) == "" {
				t.Fatalf("an error without words for the user: %v", err)
			}
			return
		}
		for _, s := range book.Sheets {
			for _, row := range s.Rows {
				for _, c := range row {
					if (c.Kind == exchange.Empty) != (c.Text == "") && c.Kind != exchange.Boolean && c.Kind != exchange.Failed {
						t.Fatalf("a cell of kind %d with the text %q", c.Kind, c.Text)
					}
				}
			}
		}
		_, _ = exchange.TryWorksheet(book, nil, nil, "dinas-a", quarter, exchange.Choices{})
	})
}
