package seeds_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"petajalan/seeds"
)

// edit is one change of a file: the first old becomes now. An empty old means
// that the whole file becomes now.
type edit struct{ file, old, now string }

// broken returns the files in the program with edits on top.
func broken(t *testing.T, edits ...edit) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(seeds.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(seeds.Files(), path)
		files[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		text := string(files[e.file].Data)
		if !strings.Contains(text, e.old) {
			t.Fatalf("%s does not contain %q", e.file, e.old)
		}
		if e.old == "" {
			text = e.now
		} else {
			text = strings.Replace(text, e.old, e.now, 1)
		}
		files[e.file] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// lineOf returns the line of the first mark in a file, from 1; 0 without a mark.
func lineOf(t *testing.T, files fstest.MapFS, file, mark string) int {
	t.Helper()
	if mark == "" {
		return 0
	}
	before, _, found := strings.Cut(string(files[file].Data), mark)
	if !found {
		t.Fatalf("%s does not contain %q", file, mark)
	}
	return strings.Count(before, "\n") + 1
}

func TestBrokenFilesAreRefusedWithLineAndRemedy(t *testing.T) {
	t.Parallel()
	const (
		ikm      = "setda,IKM-KOTA,2025,86.00,,15,"
		ikmRow   = ikm + `"Lampiran (contoh), baris IKM-KOTA",contoh,,`
		rtlh     = "dprkp,RTLH,2025,100,,"
		firstRow = "setda,AKIP-KOTA,2025,A,,10,"
	)
	for name, tt := range map[string]struct {
		file, old, now string
		mark           string // text on the line that the problem must name; empty: the whole file
		what           string // a phrase of the sentence
		more           int    // problems that follow from it
	}{
		// Tables.
		"a column nobody knows":        {"targets.csv", "clause,status", "clause,warna,status", "clause,warna", "kolom “warna” tidak dikenal", 0},
		"a column that is missing":     {"targets.csv", ",legal_basis", "", "agency,indicator", "kolom “legal_basis” tidak ada", 0},
		"a column that is there twice": {"holidays.csv", "day,name,", "day,name,name,", "day,name,name", "kolom “name” ada dua kali", 0},
		"semicolons for commas":        {"holidays.csv", "day,name,needs_check,source", "day;name;needs_check;source", "day;name", "titik koma", 0},
		"a row that is too short":      {"targets.csv", ikmRow, "setda,IKM-KOTA,2025,86.00", "setda,IKM-KOTA,2025,86.00", "ada 4 kolom, seharusnya 10", 0},
		"a quotation mark left open":   {"targets.csv", ikmRow, ikm + `"Lampiran`, ikm, "tanda kutip tidak berpasangan", 0},
		"an empty table":               {"holidays.csv", "", "", "", "berkas kosong", 0},
		"a file that is not text":      {"holidays.csv", "", "day\xff", "", "bukan teks UTF-8", 0},
		"an invisible letter":          {"targets.csv", "baris IKM-KOTA", "baris\x00 IKM-KOTA", "baris\x00", "clause berisi huruf kendali", 1},

		// Documents.
		"a key nobody knows":        {"goals.yaml", "    weight: 35", "    weight: 35\n    warna: biru", "    warna", "kunci “warna” tidak dikenal", 0},
		"a key that is there twice": {"goals.yaml", "    weight: 35", "    weight: 35\n    weight: 36", "weight: 36", "kunci “weight” sudah ada pada baris 5", 0},
		"a document out of shape":   {"goals.yaml", "  - code: T2", " - code: T2", " - code: T2", "susunan YAML tidak terbaca", 0},
		"a list for a text":         {"goals.yaml", "weight: 35", "weight: [35]", "weight: [35]", "weight seharusnya satu nilai", 2},
		"a text for a mapping":      {"goals.yaml", "goals:\n", "goals:\n  - T0\n", "- T0", "seharusnya kumpulan kunci dan nilai", 1},
		"an empty list":             {"rules.yaml", "", "rule_sets: []\n", "rule_sets", "rule_sets kosong", 0},
		"no holidays at all":        {"holidays.csv", "", "day,name,needs_check,source\n", "", "tidak ada hari libur", 0},
		"an empty document":         {"rules.yaml", "", "# kosong\n", "", "berkas kosong", 0},

		// Areas and agencies.
		"a level nobody knows":        {"areas.csv", "35.72.01,kecamatan", "35.72.01,distrik", "35.72.01,distrik", "level “distrik” tidak dikenal", 0},
		"an area code twice":          {"areas.csv", "35.72.01.1002,", "35.72.01.1001,", "35.72.01.1001,kelurahan,35.72.01,Ngadirejo", "kode “35.72.01.1001” sudah ada", 1},
		"a slug twice":                {"areas.csv", ",ngadirejo,", ",kepanjenkidul,", "Ngadirejo,kepanjenkidul", "slug “kepanjenkidul” sudah ada", 0},
		"an area without its parent":  {"areas.csv", "35.72.01.1002,kelurahan,35.72.01,", "35.72.01.1002,kelurahan,35.72.09,", "35.72.09", "parent “35.72.09” tidak ada", 1},
		"a parent of another level":   {"areas.csv", "35.72.01.1002,kelurahan,35.72.01,", "35.72.01.1002,kelurahan,35.72,", "35.72.01.1002", "bukan kecamatan", 1},
		"a second city":               {"areas.csv", "35.72.01,kecamatan,35.72,", "35.72.01,kota,,", "", "ada 2 wilayah berlevel kota", -1},
		"a kelurahan without outline": {"areas.csv", ",ngadirejo,423,63,33,", ",ngadirejo,423,63,,", "ngadirejo", "kelurahan tanpa slug, outline, atau label", 0},
		"an outline that is no path":  {"areas.csv", ",M458 89l", ",<M458 89l", "ngadirejo", "outline", 0},
		"a kind nobody knows":         {"agencies.csv", "setwan,sekretariat", "setwan,kantor", "setwan,kantor", "kind “kantor” tidak dikenal", 0},
		"an agency without a name":    {"agencies.csv", "Dinas Pendidikan Kota Blitar", "", "disdik,", "name kosong", 0},
		"a day that does not exist":   {"agencies.csv", "ya,ya,2017-01-01,,high,https://medias", "ya,ya,2017-02-30,,high,https://medias", "2017-02-30", "bukan tanggal", 0},
		"an end before the beginning": {"agencies.csv", "ya,tidak,2025-02-17,,", "ya,tidak,2025-02-17,2024-01-01,", "2024-01-01", "lebih awal daripada valid_from", 0},
		"a parent that is missing":    {"agencies.csv", "Bag. Organisasi,setda,", "Bag. Organisasi,sedta,", "sedta", "parent “sedta” tidak ada", 0},
		"a circle of parents":         {"agencies.csv", "Dinkes,,", "Dinkes,pkm-sukorejo,", "dinkes,dinas", "melingkar", 1},
		"a place that is missing":     {"agencies.csv", "DLH,,35.72,", "DLH,,35.99,", "DLH,,35.99", "area “35.99” tidak ada", 0},
		"a kelurahan elsewhere":       {"agencies.csv", "Kel. Turi,kec-sukorejo,", "Kel. Turi,kec-sananwetan,", "Kel. Turi", "bukan kecamatannya", 0},
		"a website that is none":      {"agencies.csv", "https://dishub.blitarkota.go.id", "dishub", ",dishub,ya", "website “dishub” tidak sah", 0},
		"a name of nobody":            {"agency_names.csv", "bapperida,Bappeda", "bapeda,Bappeda", "bapeda,", "agency “bapeda” tidak ada", 0},
		"a figure without a source":   {"baselines.csv", "rtlh,Rumah tidak layak huni tercatat,2025,969,", "rtlh,Rumah tidak layak huni tercatat,2025,,", "rtlh,", "tidak cocok dengan value", 0},
		"a figure with a comma":       {"baselines.csv", "2025,92.15,", `2025,"92,15",`, "kota_antikorupsi", "value “92,15” memakai koma desimal", 0},
		"a holiday twice":             {"holidays.csv", "2025-01-27,", "2025-01-01,", "2025-01-01,Isra", "tanggal “2025-01-01” sudah ada", 0},
		"a holiday on no day":         {"holidays.csv", "2025-01-27,", "27-01-2025,", "27-01-2025,", "bukan tanggal", 0},

		// Scales and rules.
		"bands that overlap":           {"scales.yaml", "min: 76}", "min: 60}", "min: 60}", "tidak lebih tinggi daripada langkah di bawahnya (66)", 0},
		"bands with a hole below":      {"scales.yaml", `label: "Sangat Rendah"}`, `label: "Sangat Rendah", min: 0}`, "min: 0}", "langkah terendah skala “capaian” punya min", 0},
		"a band without its bound":     {"scales.yaml", ", min: 76}", "}", `"tinggi"`, "langkah “tinggi” tanpa min", 0},
		"a band that is no number":     {"scales.yaml", "min: 76}", "min: tujuh}", "min: tujuh}", "min “tujuh” bukan angka", 0},
		"two versions valid at once":   {"scales.yaml", "  - code: capaian_kata", "  - code: capaian\n    version: 2\n    name: x\n    basis: x\n    status: x\n    valid_from: 2027-01-01\n    steps:\n      - {code: a, label: a}\n  - code: capaian_kata", "2027-01-01", "bertumpuk", 0},
		"a scale version twice":        {"scales.yaml", "  - code: ipp", "  - code: ikm", "- code: ikm\n    version: 1\n    name: \"Indeks Pelayanan", "skala “ikm versi 1” sudah ada", 0},
		"rules by a scale that is not": {"rules.yaml", "{scale: capaian, version: 1}", "{scale: capaian, version: 3}", "version: 3}", "skala “capaian” versi 3 tidak ada", 0},
		"a cap below what is full":     {"rules.yaml", "cap: 100", "cap: 90", "cap: 90", "di luar 100 sampai 1000", 0},
		"rules without bands":          {"rules.yaml", "    bands: {scale: capaian, version: 1}\n", "", "- code: m1", "bands kosong", 0},

		// The plan.
		"a status nobody knows":           {"roadmap.yaml", "status: contoh", "status: final", "status: final", "status “final” tidak dikenal", 0},
		"an official plan of no rule":     {"roadmap.yaml", "status: contoh", "status: resmi", "status: resmi", "tanpa nomor atau tanggal peraturan", 0},
		"years in the wrong order":        {"roadmap.yaml", "last_year: 2029", "last_year: 2024", "last_year: 2024", "tidak cocok dengan first_year", 0},
		"a year that is no number":        {"roadmap.yaml", "first_year: 2025", "first_year: dua ribu", "first_year: dua", "bukan bilangan bulat", 0},
		"goals that weigh too little":     {"goals.yaml", "weight: 35", "weight: 34.5", "goals:", "jumlah bobot tujuan 99.5, seharusnya 100", 0},
		"a weight with three decimals":    {"goals.yaml", "weight: 35", "weight: 35.001", "35.001", "lebih dari 2 angka di belakang titik", 0},
		"a goal code twice":               {"goals.yaml", "code: T2", "code: T1", "- code: T1\n    name: \"Trans", "kode “T1” sudah ada", -1},
		"an objective of no goal":         {"objectives.yaml", "goal: T5", "goal: T9", "goal: T9", "goal “T9” tidak ada", 0},
		"an indicator of no objective":    {"indicators.yaml", "objective: S1.3", "objective: S9.9", "S9.9", "objective “S9.9” tidak ada", 0},
		"an indicator code in lower case": {"indicators.yaml", "code: IPP-KOTA", "code: ipp-kota", "ipp-kota", "huruf besar", -1},
		"a direction for another kind":    {"indicators.yaml", "direction: naik", "direction: tahapan", "direction: tahapan", "tidak cocok dengan kind “index”", 0},
		"a scale that is missing":         {"indicators.yaml", "scale: akip", "scale: akipp", "scale: akipp", "scale “akipp” tidak ada", -1},
		"a month of a quarterly figure":   {"indicators.yaml", "    evidence: \"register layanan\"", "    evidence: \"register layanan\"\n    announced_month: 3", "announced_month: 3\n    status", "hanya untuk indikator tahunan", 0},
		"a month that is none":            {"indicators.yaml", "announced_month: 3", "announced_month: 13", "announced_month: 13", "tidak dikenal", 0},
		"an indicator of nobody":          {"indicators.yaml", "applies_to: inspektorat", "applies_to: inspektorrat", "inspektorrat", "bukan perangkat daerah yang melapor", -1},
		"steps that go down":              {"indicators.yaml", "percent: 60", "percent: 30", "percent: 30", "tidak lebih tinggi daripada tahap sebelumnya (40)", 0},
		"steps beyond the end":            {"indicators.yaml", "percent: 100", "percent: 101", "percent: 101", "di luar 0 sampai 100", -1},
		"a baseline outside its scale":    {"indicators.yaml", "value: \"A\"", "value: \"Z\"", "value: \"Z\"", "baseline “Z” tidak ada dalam skala akip", 0},

		// Targets.
		"a letter in a year":             {"targets.csv", ikm, "setda,IKM-KOTA,202x,86.00,,15,", "202x", "year “202x” bukan", 0},
		"a letter for a digit":           {"targets.csv", ikm, "setda,IKM-KOTA,2025,8o,,15,", "8o", "target “8o” bukan angka. Tulis angka dengan titik desimal, misalnya 82.5.", 0},
		"a decimal comma":                {"targets.csv", ikm, `setda,IKM-KOTA,2025,"86,5",,15,`, `"86,5"`, "target “86,5” memakai koma desimal", 0},
		"a thousands point":              {"targets.csv", ikm, "setda,IKM-KOTA,2025,1.000.000,,15,", "1.000.000", "bukan angka", 0},
		"five decimals":                  {"targets.csv", ikm, "setda,IKM-KOTA,2025,86.12345,,15,", "86.12345", "lebih dari 4 angka di belakang titik", 0},
		"a negative target":              {"targets.csv", ikm, "setda,IKM-KOTA,2025,-5,,15,", ",-5,", "target “-5” negatif", 0},
		"not a number":                   {"targets.csv", ikm, "setda,IKM-KOTA,2025,NaN,,15,", ",NaN,", "target “NaN” bukan angka", 0},
		"an exponent":                    {"targets.csv", ikm, "setda,IKM-KOTA,2025,1e2,,15,", ",1e2,", "bukan angka", 0},
		"a number beyond all measure":    {"targets.csv", ikm, "setda,IKM-KOTA,2025,123456789012345,,15,", ",123456789012345,", "bukan angka", 0},
		"a range the wrong way round":    {"targets.csv", "RSUD-BOR,2025,60-85", "RSUD-BOR,2025,85-60", "85-60", "rentang target “85-60” terbalik. Tulis dari yang rendah: 60-85.", 0},
		"a range below nothing":          {"targets.csv", "RSUD-BOR,2025,60-85", "RSUD-BOR,2025,-60-85", "-60-85", "negatif", 0},
		"a range of a predicate":         {"targets.csv", firstRow, "setda,AKIP-KOTA,2025,A-AA,,10,", "A-AA", "target “A-AA” tidak ada dalam skala akip", 0},
		"a grade the scale lacks":        {"targets.csv", firstRow, "setda,AKIP-KOTA,2025,A+,,10,", "A+", "Pilih salah satu: AA, A, BB, B, CC, C, D", 0},
		"maybe":                          {"targets.csv", "LKPJ-TEPAT,2025,ya", "LKPJ-TEPAT,2025,mungkin", "mungkin", "bukan ya atau tidak", 0},
		"a step that is none":            {"targets.csv", "PERWALI-TAHAP,2025,80", "PERWALI-TAHAP,2025,70", "2025,70,", "Pilih salah satu: 20, 40, 60, 80, 100", 0},
		"a target without value":         {"targets.csv", ikm, "setda,IKM-KOTA,2025,,,15,", "2025,,,15", "target kosong", 0},
		"an agency nobody knows":         {"targets.csv", ikm, "setdaa,IKM-KOTA,2025,86.00,,15,", "setdaa", "agency “setdaa” tidak ada", 1},
		"an agency that does not report": {"targets.csv", ikm, "mpp,IKM-KOTA,2025,86.00,,15,", "mpp,IKM", "tidak melapor", 1},
		"an indicator nobody knows":      {"targets.csv", ikm, "setda,IKM-KOTTA,2025,86.00,,15,", "IKM-KOTTA", "indicator “IKM-KOTTA” tidak ada", 1},
		"an indicator of others":         {"targets.csv", ikm, "setwan,IKM-KOTA,2025,86.00,,15,", "setwan,IKM-KOTA", "berlaku untuk setda, bukan setwan", 1},
		"a year after the plan":          {"targets.csv", ikm, "setda,IKM-KOTA,2030,86.00,,15,", ",2030,", "sesudah tahun terakhir peta jalan, 2029", 1},
		"a year before the plan":         {"targets.csv", ikm, "setda,IKM-KOTA,2024,86.00,,15,", ",2024,", "tahun pertama versi 1", 1},
		"a target twice":                 {"targets.csv", ikm, "setda,AKIP-KOTA,2025,86.00,,15,", "86.00", "sudah ada pada baris 5", 1},
		"a weight of nothing":            {"targets.csv", ikm, "setda,IKM-KOTA,2025,86.00,,0,", "86.00,,0,", "weight “0” di luar 0 sampai 1000000", 0},
		"a negative weight":              {"targets.csv", ikm, "setda,IKM-KOTA,2025,86.00,,-15,", "-15", "weight “-15” negatif", 0},
		"a weight too small to count":    {"targets.csv", ikm, "setda,IKM-KOTA,2025,86.00,,0.0001,", "0.0001", "terlalu kecil", 0},
		"half an explanation":            {"targets.csv", ikmRow, strings.TrimSuffix(ikmRow, ",") + "rapat,", "rapat", "reason dan legal_basis tidak lengkap", 0},
		"too few steps":                  {"targets.csv", rtlh, "dprkp,RTLH,2025,100,10;20;70,", "10;20;70", "steps berisi 3 angka, seharusnya 4 (triwulanan)", 0},
		"parts that do not add up":       {"targets.csv", rtlh, "dprkp,RTLH,2025,100,10;20;30;30,", "10;20;30;30", "jumlah steps 90, seharusnya sama dengan target 100", 0},
		"levels that end elsewhere":      {"targets.csv", "disdik,DIGITAL,2025,20,,", "disdik,DIGITAL,2025,20,5;10;15;25,", "5;10;15;25", "steps terakhir 25, seharusnya sama dengan target 20", 0},
		"steps of a range":               {"targets.csv", "RSUD-BOR,2025,60-85,,", "RSUD-BOR,2025,60-85,1;2;3;4,", "1;2;3;4", "steps hanya untuk target satu angka", 0},
		"steps of a mean":                {"targets.csv", "RSUD-TUNGGU,2025,75,,", "RSUD-TUNGGU,2025,75,1;2;3;4,", "1;2;3;4", "steps tidak berlaku", 0},
		"a step with a letter":           {"targets.csv", rtlh, "dprkp,RTLH,2025,100,10;2O;30;40,", "2O", "steps “2O” bukan angka", 0},

		// Services.
		"a service code twice":        {"services.yaml", "code: kel-sku", "code: kel-sktm", "code: kel-sktm\n    name: \"Surat Keterangan Usaha\"", "kode “kel-sktm” sudah ada", 0},
		"a service of nobody":         {"services.yaml", "offered_by: dishub", "offered_by: dishubb", "dishubb", "offered_by “dishubb” tidak ada", 0},
		"a duration of no unit":       {"services.yaml", "{value: 10, unit: menit}", "{value: 10, unit: detik}", "unit: detik", "unit “detik” tidak dikenal", 0},
		"a duration of nothing":       {"services.yaml", "{value: 10, unit: menit}", "{value: 0, unit: menit}", "value: 0,", "jangka waktu “0” di luar", 0},
		"free of charge for a fee":    {"services.yaml", "{kind: gratis, rupiah: 0}", "{kind: gratis, rupiah: 5000}", "rupiah: 5000", "layanan gratis dengan biaya “5000”", 0},
		"an origin of what is absent": {"services.yaml", "fee: daerah_lain}", "facilities: daerah_lain}", "facilities:", "provenance “facilities” bukan komponen yang diisi", 0},
		"an origin nobody knows":      {"services.yaml", "fee: daerah_lain}", "fee: kabar}", "fee: kabar", "provenance fee: “kabar” tidak dikenal", 0},
		"a source nobody knows":       {"services.yaml", "sources: [detik_domisili]", "sources: [detikk]", "detikk", "sumber “detikk” tidak ada", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := broken(t, edit{tt.file, tt.old, tt.now})
			_, err := seeds.Load(t.Context(), nil, files, time.Now()) // refused before the database is touched
			problems, ok := errors.AsType[seeds.Problems](err)
			if !ok {
				t.Fatalf("Load = %v, want Problems", err)
			}
			line := lineOf(t, files, tt.file, tt.mark)
			for _, p := range problems {
				if p.File == tt.file && p.Line == line && strings.Contains(p.String(), tt.what) {
					if tt.more >= 0 && len(problems) != 1+tt.more {
						t.Errorf("%d problems, want %d:\n%v", len(problems), 1+tt.more, problems[:min(10, len(problems))])
					}
					return
				}
			}
			t.Errorf("no problem in %s line %d says %q:\n%v", tt.file, line, tt.what, problems[:min(10, len(problems))])
		})
	}
}

func TestOneMistakeMayStandInAnotherFile(t *testing.T) {
	t.Parallel()
	sheet := func(old, now string) edit { return edit{"indicators.yaml", old, now} }
	for name, tt := range map[string]struct {
		edits            []edit
		file, mark, what string
	}{
		"a goal without objectives": {[]edit{{"objectives.yaml", "goal: T3", "goal: T2"}}, "goals.yaml", "- code: T3", "tujuan “T3” tanpa sasaran"},
		"an objective without indicators": {[]edit{{"objectives.yaml", "objectives:\n", "objectives:\n  - {code: S9.1, goal: T1, name: Baru}\n"}},
			"objectives.yaml", "S9.1", "sasaran “S9.1” tanpa indikator"},
		"an agency without indicators": {[]edit{{"agencies.csv", "Bag. Hukum,setda,35.72,,tidak,tidak", "Bag. Hukum,setda,35.72,,tidak,ya"}},
			"targets.csv", "", "target setda-hukum, AKIP-PD belum ada untuk 2025, 2026, 2027, 2028, 2029"},
		"a fraction that is averaged": {[]edit{sheet("consolidation: sum\n    frequency: triwulanan\n    unit: \"%\"", "consolidation: average\n    frequency: triwulanan\n    unit: \"%\"")},
			"indicators.yaml", "consolidation: average\n    frequency: triwulanan\n    unit: \"%\"", "pecahan tidak dirata-rata"},
		"a fraction without denominator": {[]edit{sheet("    denominator: \"rekomendasi diterima\"\n", "")}, "indicators.yaml", "kind: fraction", "pecahan tanpa pembilang atau penyebut"},
		"a numerator of no fraction":     {[]edit{sheet("applies_to: setda\n", "applies_to: setda\n    numerator: \"x\"\n")}, "indicators.yaml", "numerator: \"x\"", "hanya untuk kind fraction"},
		"a predicate that rises":         {[]edit{sheet("direction: predikat", "direction: turun")}, "indicators.yaml", "direction: turun", "direction “turun” tidak cocok dengan kind “predicate”"},
		"a predicate that is added up": {[]edit{sheet("direction: predikat\n    consolidation: last", "direction: predikat\n    consolidation: sum")},
			"indicators.yaml", "consolidation: sum\n    frequency: tahunan", "consolidation “sum” tidak cocok"},
		"a predicate without scale": {[]edit{sheet("    scale: akip\n", "")}, "indicators.yaml", "kind: predicate", "predikat tanpa skala"},
		"a scale of a number":       {[]edit{sheet("applies_to: setda\n", "applies_to: setda\n    scale: ikm\n")}, "indicators.yaml", "scale: ikm", "scale hanya untuk kind predicate"},
		"a milestone without steps": {[]edit{sheet("    steps:\n", "    break_note: x\n#"), sheet("      - {percent: 20,", "#"), sheet("      - {percent: 40,", "#"),
			sheet("      - {percent: 60,", "#"), sheet("      - {percent: 80,", "#"), sheet("      - {percent: 100,", "#")},
			"indicators.yaml", "- code: PERWALI-TAHAP", "tahap (steps) tidak cocok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := broken(t, tt.edits...)
			_, err := seeds.Load(t.Context(), nil, files, time.Now())
			problems, ok := errors.AsType[seeds.Problems](err)
			if !ok {
				t.Fatalf("Load = %v, want Problems", err)
			}
			if line := lineOf(t, files, tt.file, tt.mark); !contains(problems, tt.file, line, tt.what) {
				t.Errorf("no problem in %s line %d says %q:\n%v", tt.file, line, tt.what, problems[:min(10, len(problems))])
			}
		})
	}
}

func contains(problems seeds.Problems, file string, line int, what string) bool {
	return slices.ContainsFunc(problems, func(p seeds.Problem) bool {
		return p.File == file && p.Line == line && strings.Contains(p.String(), what)
	})
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	files := broken(t,
		edit{"goals.yaml", "weight: 35", "weight: 36"},
		edit{"targets.csv", "setda,IKM-KOTA,2025,86.00", "setda,IKM-KOTA,2025,8o"},
		edit{"holidays.csv", "2025-01-27", "2025-13-27"},
	)
	delete(files, "scales.yaml")
	_, err := seeds.Load(t.Context(), nil, files, time.Now())
	problems, ok := errors.AsType[seeds.Problems](err)
	if !ok || len(problems) != 4 {
		t.Fatalf("Load = %v, want 4 problems", err)
	}
	for i, file := range []string{"goals.yaml", "holidays.csv", "scales.yaml", "targets.csv"} {
		if problems[i].File != file {
			t.Errorf("problem %d is in %s, want %s: files in order", i, problems[i].File, file)
		}
	}
}

func TestManyMistakesAreCountedNotListed(t *testing.T) {
	t.Parallel()
	files := broken(t)
	files["targets.csv"].Data = []byte(strings.ReplaceAll(string(files["targets.csv"].Data), ",contoh,,", ",entah,,"))
	_, err := seeds.Load(t.Context(), nil, files, time.Now())
	if err == nil {
		t.Fatal("Load accepts 3,940 unknown statuses")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 202 || lines[201] != "… dan 3740 kesalahan lain." {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// A byte order mark, as spreadsheets write it, is no mistake.
func TestByteOrderMarkIsNoMistake(t *testing.T) {
	t.Parallel()
	files := broken(t, edit{"holidays.csv", "# Hari", "\ufeff# Hari"}, edit{"goals.yaml", "weight: 35", "weight: 36"})
	_, err := seeds.Load(t.Context(), nil, files, time.Now())
	if problems, _ := errors.AsType[seeds.Problems](err); len(problems) != 1 || problems[0].File != "goals.yaml" {
		t.Errorf("Load = %v, want the goals' problem alone", err)
	}
}
