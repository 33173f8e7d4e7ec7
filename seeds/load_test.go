package seeds_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
	"petajalan/seeds"
)

var (
	wib    = time.FixedZone("WIB", 7*60*60)
	before = time.Date(2025, 1, 2, 8, 0, 0, 0, wib)  // of the first load: no year of the plan has ended
	later  = time.Date(2026, 10, 2, 8, 0, 0, 0, wib) // 2025 has ended
)

// loaded returns a database that holds the files in the program.
func loaded(t *testing.T) *bun.DB {
	t.Helper()
	db := postgrestest.New(t)
	mustLoad(t, db, broken(t), before)
	return db
}

func mustLoad(t *testing.T, db *bun.DB, files fstest.MapFS, now time.Time) seeds.Summary {
	t.Helper()
	s, err := seeds.Load(t.Context(), db, files, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mustRefuse loads files that the database does not allow and checks what is said.
func mustRefuse(t *testing.T, db *bun.DB, files fstest.MapFS, now time.Time, file, mark, what string) {
	t.Helper()
	_, err := seeds.Load(t.Context(), db, files, now)
	problems, ok := errors.AsType[seeds.Problems](err)
	if !ok {
		t.Fatalf("Load = %v, want Problems", err)
	}
	if line := lineOf(t, files, file, mark); !contains(problems, file, line, what) {
		t.Errorf("no problem in %s line %d says %q:\n%v", file, line, what, problems[:min(10, len(problems))])
	}
}

// revisions returns what the database holds for one target, oldest first.
func revisions(t *testing.T, db *bun.DB, agency, indicator string, year int) []roadmap.Target {
	t.Helper()
	all, err := roadmap.Targets(t.Context(), db, later.AddDate(10, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	var found []roadmap.Target
	for _, target := range all {
		if target.AgencyCode == agency && target.IndicatorCode == indicator && target.Year == year {
			found = append(found, target)
		}
	}
	return found
}

func TestLoadFillsAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	began := time.Now()
	got := mustLoad(t, db, broken(t), before)
	t.Log("load of everything:", time.Since(began))
	want := seeds.Summary{
		Goals: 5, Objectives: 11, Indicators: 44, Series: 788, Targets: 3940, Services: 82, Offerings: 216, Areas: 25, Reporting: 51,
		NewVersion: true, References: 25 + 64 + 20 + 42 + 105 + 82, NewScales: 9, NewTargets: 3940, NewOfferings: 216, NewStandards: 82,
	}
	if got != want {
		t.Errorf("summary %+v, want %+v", got, want)
	}
	for table, rows := range map[string]int{
		"areas": 25, "agencies": 64, "goals": 5, "objectives": 11, "indicators": 44, "indicator_sheets": 44, "indicator_steps": 5,
		"target_series": 788, "targets": 3940, "services": 82, "offerings": 216, "standards": 82, "baselines": 42, "holidays": 105, "scales": 8, "rule_sets": 1,
	} {
		if n, err := db.NewSelect().Table(table).Count(t.Context()); err != nil || int(n) != rows {
			t.Errorf("%s has %d rows, want %d (error %v)", table, n, rows, err)
		}
	}
	var uneven int
	err := db.NewRaw(`
		SELECT count(*) FROM (
			SELECT s.agency_id, t.year FROM targets AS t JOIN target_series AS s ON s.id = t.series_id
			GROUP BY s.agency_id, t.year HAVING sum(t.weight) <> 100) AS uneven`).Scan(t.Context(), &uneven)
	if err != nil || uneven != 0 {
		t.Errorf("%d agencies and years do not weigh 100 (error %v)", uneven, err)
	}
}

func TestLoadingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	got := mustLoad(t, db, broken(t), later)
	if got.Changed() || got.NewerElsewhere != 0 {
		t.Errorf("summary %+v, want nothing written", got)
	}
	if !strings.HasSuffix(got.String(), "nothing changed") {
		t.Errorf("the operator is told %q", got)
	}
}

func TestTwoLoadsAtOnceWriteOnce(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	results := make(chan seeds.Summary, 2)
	for range 2 {
		go func() {
			s, err := seeds.Load(t.Context(), db, seeds.Files(), before)
			if err != nil {
				t.Error(err)
			}
			results <- s
		}()
	}
	if a, b := <-results, <-results; a.Changed() == b.Changed() {
		t.Errorf("summaries %+v and %+v, want one that wrote and one that did not", a, b)
	}
}

func TestChangedTargetBecomesARevision(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	const was = `disdik,IKM,2027,86.00,,15,"Lampiran (contoh), baris IKM",contoh,,`
	changed := broken(t, edit{"targets.csv", was, `disdik,IKM,2027,85.00,,15,"Lampiran (contoh), baris IKM",contoh,Survei dipindah ke kanal baru,Perwali contoh 1/2026`})
	if got := mustLoad(t, db, changed, later); got.NewRevisions != 1 || got.NewTargets != 0 || got.References != 0 {
		t.Errorf("summary %+v, want one revision and nothing else", got)
	}
	got := revisions(t, db, "disdik", "IKM", 2027)
	if len(got) != 2 {
		t.Fatalf("%d revisions, want 2", len(got))
	}
	if got[0].Value.String() != "86" || got[1].Value.String() != "85" || got[1].Revision != 2 || got[1].LegalBasis != "Perwali contoh 1/2026" || !got[1].RecordedAt.Equal(later) {
		t.Errorf("revisions %+v", got)
	}
	if s := mustLoad(t, db, changed, later); s.Changed() {
		t.Errorf("the same file again: %+v, want nothing written", s)
	}
	// The files in the program still say what was promised first: that is old news, not a change.
	if s := mustLoad(t, db, broken(t), later); s.Changed() || s.NewerElsewhere != 1 {
		t.Errorf("the older file: %+v, want one newer elsewhere and nothing written", s)
	}
}

func TestTargetMayChangeInEveryPart(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	const was = `dprkp,RTLH,2027,140,,10,"Lampiran (contoh), baris RTLH",contoh,,`
	for i, now := range []string{
		`dprkp,RTLH,2027,140,20;30;40;50,10,"Lampiran (contoh), baris RTLH",contoh,a,b`,
		`dprkp,RTLH,2027,120-140,,10,"Lampiran (contoh), baris RTLH",contoh,a,b`,
		`dprkp,RTLH,2027,dicabut,,10,"Lampiran (contoh), baris RTLH",contoh,a,b`,
		`dprkp,RTLH,2027,140,,10,"Lampiran I baris 44",resmi,a,b`,
	} {
		if got := mustLoad(t, db, broken(t, edit{"targets.csv", was, now}), later); got.NewRevisions != 1 {
			t.Errorf("%s: summary %+v, want one revision", now, got)
		}
		all := revisions(t, db, "dprkp", "RTLH", 2027)
		if len(all) != i+2 {
			t.Fatalf("%d revisions after %s", len(all), now)
		}
		last := all[len(all)-1]
		if last.Withdrawn() != (i == 2) || (len(last.Steps) == 4) != (i == 0) || (last.Low != nil) != (i == 1) || !last.Weight.Equal(all[0].Weight) {
			t.Errorf("%s became %+v", now, last)
		}
	}
}

func TestTargetsAreNotChangedSilently(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	const (
		next  = `disdik,IKM,2027,86.00,,15,"Lampiran (contoh), baris IKM",contoh,,`
		ended = `disdik,IKM,2025,82.00,,15,"Lampiran (contoh), baris IKM",contoh,,`
	)
	change := func(old, now string) fstest.MapFS { return broken(t, edit{"targets.csv", old, now}) }

	now := strings.Replace(next, "86.00", "85", 1)
	mustRefuse(t, db, change(next, now), later, "targets.csv", now, "target dari “86” menjadi “85”, tanpa alasan. Isi reason dan legal_basis")

	now = strings.Replace(next, ",15,", ",16,", 1)
	mustRefuse(t, db, change(next, now), later, "targets.csv", now, "weight dari")
	mustRefuse(t, db, change(next, now), later, "targets.csv", "disdik,FKP,2027", "Bobot ikut berubah bila bobot lain")

	now = strings.Replace(ended, "82.00,,15", "80,,15", 1) + "x"
	now = strings.Replace(now, "contoh,,x", "contoh,alasan,dasar", 1)
	mustRefuse(t, db, change(ended, now), later, "targets.csv", now, "padahal tahun 2025 sudah berakhir")

	official := strings.Replace(now, "contoh,alasan,dasar", "resmi,Lampiran resmi,Perwali 1/2026", 1)
	if got := mustLoad(t, db, change(ended, official), later); got.NewRevisions != 1 {
		t.Errorf("the official annex for a year that has ended: %+v, want one revision", got)
	}
	mustRefuse(t, db, change(ended, strings.Replace(official, "resmi,", "rancangan,", 1)), later, "targets.csv", "disdik,IKM,2025", "status turun dari resmi menjadi rancangan")
}

func TestRefusedLoadWritesNothing(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	files := broken(t,
		edit{"holidays.csv", "Isra Mikraj Nabi Muhammad SAW", "Isra Mikraj"},
		edit{"agencies.csv", "Dinas Pendidikan Kota Blitar", "Dinas Pendidikan dan Kebudayaan"},
		edit{"targets.csv", "disdik,IKM,2027,86.00", "disdik,IKM,2027,85.00"},
	)
	mustRefuse(t, db, files, later, "targets.csv", "disdik,IKM,2027", "tanpa alasan")
	if got := mustLoad(t, db, broken(t), later); got.Changed() {
		t.Errorf("a refused load left something behind: %+v", got)
	}
}

func TestReferenceDataFollowsTheFiles(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	files := broken(t,
		edit{"holidays.csv", "2027-03-10,", "2027-03-09,"}, // one new, one gone
		edit{"agencies.csv", "Dinas Pendidikan Kota Blitar", "Dinas Pendidikan dan Olahraga Kota Blitar"},
		edit{"agency_names.csv", "bkpsdm,BKD,,,", "bkpsdm,BKD Kota,,,"}, // one new, one gone
		edit{"baselines.csv", "rtlh,Rumah tidak layak huni tercatat,2025,969", "rtlh,Rumah tidak layak huni tercatat,2025,970"},
		edit{"services.yaml", `name: "Santunan Kematian"`, `name: "Santunan Duka"`},
	)
	if got := mustLoad(t, db, files, later); got.References != 7 || got.NewStandards != 0 {
		t.Errorf("summary %+v, want 7 references", got)
	}
	a, err := roadmap.AgencyByCode(t.Context(), db, "disdik")
	if err != nil || a.Name != "Dinas Pendidikan dan Olahraga Kota Blitar" {
		t.Errorf("agency %+v (error %v)", a, err)
	}
	if got := mustLoad(t, db, files, later); got.Changed() {
		t.Errorf("again: %+v, want nothing written", got)
	}
}

func TestWhatReportsHangOnDoesNotVanish(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	const mpp = "mpp,unit,Mal Pelayanan Publik Bumi Bung Karno Kota Blitar,"
	mustRefuse(t, db, broken(t,
		edit{"agencies.csv", mpp, "mal,unit,Mal Pelayanan Publik Bumi Bung Karno Kota Blitar,"},
		edit{"agency_names.csv", "mpp,", "mal,"}, edit{"services.yaml", "offered_by: mpp", "offered_by: mal"},
	), later, "agencies.csv", "", "perangkat daerah “mpp” sudah tersimpan, tetapi tidak ada di berkas")
	mustRefuse(t, db, broken(t, edit{"services.yaml", "code: kel-sku", "code: kel-usaha"}), later, "services.yaml", "", "layanan “kel-sku” sudah tersimpan")
	mustRefuse(t, db, broken(t, edit{"services.yaml", "offered_by: mpp", "offered_by: dpmptsp"}), later, "services.yaml", "offered_by: dpmptsp\n    standard:\n      requirements:\n        - \"KTP\"\n      duration", "tidak lagi ditawarkan mpp")
	mustRefuse(t, db, broken(t, edit{"scales.yaml", "  - code: spbe\n    version: 1", "  - code: spbe\n    version: 2"}), later, "scales.yaml", "", "skala spbe versi 1 sudah tersimpan")
	mustRefuse(t, db, broken(t, edit{"rules.yaml", "revision: 1", "revision: 2"}), later, "rules.yaml", "", "aturan m1 revisi 1 sudah tersimpan")
}

func TestPlanChangesOnlyWithANewVersion(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	goal := edit{"goals.yaml", "Tata kelola kolaboratif", "Tata kelola bersama"}
	mustRefuse(t, db, broken(t, goal), later, "goals.yaml", "Tata kelola bersama", "naikkan version di roadmap.yaml menjadi 2")
	mustRefuse(t, db, broken(t, edit{"objectives.yaml", "Warga puas dengan layanan", "Warga senang"}), later, "objectives.yaml", "Warga senang", "yang tersimpan “Warga puas dengan layanan”")
	mustRefuse(t, db, broken(t, edit{"indicators.yaml", "frequency: semesteran", "frequency: triwulanan"}), later,
		"indicators.yaml", "frequency: triwulanan", "frequency pada indikator REK-DPRD berubah menjadi “triwulanan”")
	mustRefuse(t, db, broken(t, edit{"roadmap.yaml", "status: contoh", "status: rancangan"}), later, "roadmap.yaml", "status: rancangan", "status pada peta jalan berubah")

	version := func(first string, more ...edit) fstest.MapFS {
		files := broken(t, append([]edit{goal, {"roadmap.yaml", "version: 1", "version: 2"}, {"roadmap.yaml", "first_year: 2025", "first_year: " + first}}, more...)...)
		var kept []string
		for line := range strings.Lines(string(files["targets.csv"].Data)) {
			if f := strings.Split(line, ","); len(f) < 3 || f[2] == "year" || f[2] >= first {
				kept = append(kept, line)
			}
		}
		files["targets.csv"].Data = []byte(strings.Join(kept, ""))
		return files
	}
	mustRefuse(t, db, version("2025"), later, "roadmap.yaml", "first_year: 2025", "first_year 2025 tidak sesudah versi 1")
	mustRefuse(t, db, broken(t, edit{"roadmap.yaml", "version: 1", "version: 2"}, edit{"roadmap.yaml", "first_year: 2025", "first_year: 2027"}),
		later, "targets.csv", "setda,AKIP-KOTA,2025", "1576 baris bertahun sebelum 2027")

	// A target that the version drops must be taken back, not left out.
	dropped := version("2027")
	dropped["targets.csv"].Data = []byte(strings.ReplaceAll(string(dropped["targets.csv"].Data), "bpbd,BPBD-TANGGAP,", "#"))
	mustRefuse(t, db, dropped, later, "targets.csv", "bpbd,TEPAT-WAKTU,2029", "target bpbd, BPBD-TANGGAP belum ada untuk 2027, 2028, 2029")

	if got := mustLoad(t, db, version("2027"), later); !got.NewVersion || got.NewTargets+got.NewRevisions != 0 {
		t.Errorf("summary %+v, want a version with the targets it had", got)
	}
	for year, name := range map[int]string{2026: "Tata kelola kolaboratif", 2027: "Tata kelola bersama"} {
		p, err := roadmap.Load(t.Context(), db, year)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Goals[4].Name; got != name {
			t.Errorf("goal T5 of %d is %q, want %q", year, got, name)
		}
	}
	mustRefuse(t, db, broken(t), later, "roadmap.yaml", "version: 1", "versi 1 sudah digantikan versi 2")
}

func TestScalesAndRulesGetNewVersions(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	mustRefuse(t, db, broken(t, edit{"scales.yaml", "min: 76}", "min: 75}"}), later, "scales.yaml", "    steps:", "steps skala capaian versi 1 berubah")
	mustRefuse(t, db, broken(t, edit{"rules.yaml", "cap: 100", "cap: 110"}), later, "rules.yaml", "cap: 110", "cap aturan m1 revisi 1 berubah; yang tersimpan “100”")

	files := broken(t,
		edit{"scales.yaml", "    valid_from: 2025-01-01\n", "    valid_from: 2025-01-01\n    valid_to: 2026-12-31\n"},
		edit{"scales.yaml", "  - code: capaian_kata", "  - code: capaian\n    version: 2\n    name: Predikat\n    basis: x\n    status: resmi\n    valid_from: 2027-01-01\n    steps:\n      - {code: rendah, label: Rendah}\n      - {code: tinggi, label: Tinggi, min: 75}\n  - code: capaian_kata"},
		edit{"rules.yaml", "    valid_from: 2025-01-01\n", "    valid_from: 2025-01-01\n    valid_to: 2026-12-31\n"},
		edit{"rules.yaml", "rule_sets:\n", "rule_sets:\n  - code: m1\n    revision: 2\n    formula_version: 1\n    cap: 110\n    bands: {scale: capaian, version: 2}\n    words: {scale: capaian_kata, version: 1}\n    valid_from: 2027-01-01\n    basis: x\n"},
	)
	if got := mustLoad(t, db, files, later); got.NewScales != 4 {
		t.Errorf("summary %+v, want two new and two ended", got)
	}
	for day, limit := range map[time.Time]string{later: "100", later.AddDate(1, 0, 0): "110"} {
		rules, err := roadmap.RuleSetOn(t.Context(), db, day)
		if err != nil {
			t.Fatal(err)
		}
		if rules.Cap.String() != limit || (rules.Bands.Version == 2) != (limit == "110") {
			t.Errorf("rules on %s: cap %s, bands version %d", day.Format(time.DateOnly), rules.Cap, rules.Bands.Version)
		}
	}
	if got := mustLoad(t, db, files, later); got.Changed() {
		t.Errorf("again: %+v, want nothing written", got)
	}
}

func TestChangedStandardGetsANewVersion(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	files := broken(t, edit{"services.yaml", "{value: 10, unit: menit}", "{value: 8, unit: menit}"})
	if got := mustLoad(t, db, files, later); got.NewStandards != 1 {
		t.Errorf("summary %+v, want one standard", got)
	}
	services, err := roadmap.Services(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		if s.Code == "kel-domisili" && (s.Standard.Version != 2 || s.Standard.DurationValue.String() != "8" || len(s.Agencies) != 21) {
			t.Errorf("service %+v with standard %+v", s, s.Standard)
		}
	}
	if got := mustLoad(t, db, broken(t), later); got.Changed() || got.NewerElsewhere != 1 {
		t.Errorf("the older file: %+v, want one newer elsewhere", got)
	}
}
