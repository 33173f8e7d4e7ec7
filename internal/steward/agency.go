package steward

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/roadmap"
)

// AgencyText is an agency as it is typed.
type AgencyText struct {
	Code, Kind, Name, ShortName, Parent, Area string
	PublicFacing, Reports                     bool
	Website, ValidFrom, Source, Note          string
}

// AgencyKinds are the kinds that can be added in a page. A kelurahan comes with its area, from the files.
var AgencyKinds = []string{"sekretariat", "inspektorat", "dinas", "badan", "satuan", "kecamatan", "rsud", "bagian", "unit", "puskesmas"}

var agencyCode = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// AddAgency adds an agency. Its code stays for ever, since it is in addresses.
func AddAgency(ctx context.Context, db *bun.DB, by *account.User, t AgencyText, now time.Time) error {
	var ps Problems
	if !agencyCode.MatchString(t.Code) {
		ps.add("kode", "Kode memakai huruf kecil, angka, titik, dan tanda hubung, misalnya dinsos.")
	}
	ps.required("nama", "nama", t.Name, 200)
	ps.required("singkat", "nama singkat", t.ShortName, 60)
	ps.required("sumber", "dasar hukum pembentukan", t.Source, 300)
	if !slices.Contains(AgencyKinds, t.Kind) {
		ps.add("jenis", "Pilih jenis instansi.")
	}
	from, err := time.Parse(time.DateOnly, t.ValidFrom)
	if err != nil || from.Year() < 1900 || from.Year() > 2100 {
		ps.add("mulai", "Isi tanggal mulai, misalnya 2027-01-01.")
	}
	if t.Website != "" && !strings.HasPrefix(t.Website, "https://") && !strings.HasPrefix(t.Website, "http://") {
		ps.add("situs", "Tulis alamat lengkap, misalnya https://dinsos.blitarkota.go.id.")
	}
	if err := ps.orNil(); err != nil {
		return err
	}
	return change(ctx, db, by, "add agency", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		agencies, err := roadmap.Agencies(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		areas, err := roadmap.Areas(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		var ps Problems
		if slices.ContainsFunc(agencies, func(a roadmap.Agency) bool { return a.Code == t.Code }) {
			ps.add("kode", "Kode %s sudah dipakai, dan kode tidak pernah dipakai ulang.", t.Code)
		}
		if t.Parent != "" && !slices.ContainsFunc(agencies, func(a roadmap.Agency) bool { return a.Code == t.Parent && a.ValidTo == nil }) {
			ps.add("induk", "Pilih instansi induk yang masih ada, atau kosongkan.")
		}
		if !slices.ContainsFunc(areas, func(a roadmap.Area) bool { return a.Code == t.Area }) {
			ps.add("wilayah", "Pilih wilayah.")
		}
		if err := ps.orNil(); err != nil {
			return "", nil, nil, err
		}
		_, err = tx.NewRaw(`
			INSERT INTO agencies (code, kind, name, short_name, parent_id, area_code, public_facing, reports, website, valid_from, source, confidence, note)
			VALUES (?, ?, ?, ?, (SELECT id FROM agencies WHERE code = ?), ?, ?, ?, ?, ?, ?, 'high', ?)`,
			t.Code, t.Kind, strings.TrimSpace(t.Name), strings.TrimSpace(t.ShortName), t.Parent, t.Area, t.PublicFacing, t.Reports, t.Website, from.Format(time.DateOnly),
			strings.TrimSpace(t.Source), strings.TrimSpace(t.Note)).Exec(ctx)
		if err != nil {
			return "", nil, nil, fmt.Errorf("add agency %s: %w", t.Code, err)
		}
		return "agency " + t.Code, nil, t, nil
	})
}

// Rename is a new name of an agency from a day on. The old one is kept with its dates.
type Rename struct{ Agency, Name, ShortName, From, LegalBasis string }

// RenameAgency gives an agency its new name at once; the day says until when the old one held.
func RenameAgency(ctx context.Context, db *bun.DB, by *account.User, r Rename, now time.Time) error {
	var ps Problems
	ps.required("nama", "nama baru", r.Name, 200)
	ps.required("singkat", "nama singkat", r.ShortName, 60)
	ps.required("dasar", "dasar hukum", r.LegalBasis, 300)
	from, err := time.Parse(time.DateOnly, r.From)
	if err != nil {
		ps.add("mulai", "Isi tanggal mulai berlakunya nama baru, misalnya 2027-01-01.")
	} else if from.After(now) {
		ps.add("mulai", "Nama baru dicatat setelah berlaku. Isi tanggal hari ini atau sebelumnya.")
	}
	if err := ps.orNil(); err != nil {
		return err
	}
	return change(ctx, db, by, "rename agency", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		a, err := roadmap.AgencyByCode(ctx, tx, r.Agency)
		if err != nil {
			return "", nil, nil, err
		}
		name, short := strings.TrimSpace(r.Name), strings.TrimSpace(r.ShortName)
		switch {
		case a.Name == name && a.ShortName == short:
			return "", nil, nil, Problems{{"nama", "Namanya tidak berubah."}}
		case from.Before(a.ValidFrom):
			return "", nil, nil, Problems{{"mulai", "Instansi ini ada sejak " + a.ValidFrom.Format(time.DateOnly) + "."}}
		}
		if a.Name != name {
			// The old name holds since the last rename, or since the agency is there.
			_, err = tx.NewRaw(`
				INSERT INTO agency_names (agency_id, name, valid_from, valid_to)
				SELECT ?0, ?1, coalesce((SELECT max(valid_to) + 1 FROM agency_names WHERE agency_id = ?0 AND name <> ?1), ?2::date), ?3::date
				ON CONFLICT (agency_id, name) DO UPDATE SET valid_to = EXCLUDED.valid_to`,
				a.ID, a.Name, a.ValidFrom.Format(time.DateOnly), from.AddDate(0, 0, -1).Format(time.DateOnly)).Exec(ctx)
			if err != nil {
				return "", nil, nil, fmt.Errorf("keep the old name: %w", err)
			}
		}
		if _, err := tx.NewRaw(`UPDATE agencies SET name = ?, short_name = ? WHERE id = ?`, name, short, a.ID).Exec(ctx); err != nil {
			return "", nil, nil, fmt.Errorf("rename the agency: %w", err)
		}
		return "agency " + r.Agency, map[string]string{"name": a.Name, "short_name": a.ShortName}, r, nil
	})
}

// Names are the other and former names of an agency, the newest first.
func Names(ctx context.Context, db bun.IDB, agency string) ([]roadmap.AgencyName, error) {
	var names []roadmap.AgencyName
	err := db.NewRaw(`
		SELECT n.* FROM agency_names n JOIN agencies a ON a.id = n.agency_id WHERE a.code = ? ORDER BY n.valid_to DESC NULLS LAST, n.name`, agency).Scan(ctx, &names)
	if err != nil {
		return nil, fmt.Errorf("read names of %s: %w", agency, err)
	}
	return names, nil
}

// SuccessionKind says how an agency ends.
type SuccessionKind string

// An agency is merged into one, split into several, or closed without a successor.
const (
	Merge SuccessionKind = "gabung"
	Split SuccessionKind = "pecah"
	Close SuccessionKind = "tutup"
)

// Succession is an agency that follows on another.
type Succession struct {
	From, FromName string
	To, ToName     string // empty when it is closed
	Kind           SuccessionKind
	OnDate         time.Time
	LegalBasis     string
}

// Successions lists all of them, the newest first.
func Successions(ctx context.Context, db bun.IDB) ([]Succession, error) {
	var list []Succession
	err := db.NewRaw(`
		SELECT f.code AS "from", f.name AS from_name, coalesce(t.code, '') AS "to", coalesce(t.name, '') AS to_name, s.kind, s.on_date, s.legal_basis
		FROM agency_successions s JOIN agencies f ON f.id = s.from_id LEFT JOIN agencies t ON t.id = s.to_id ORDER BY s.on_date DESC, s.id DESC`).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("read successions: %w", err)
	}
	return list, nil
}

// Reorganisation ends an agency and hands its targets on.
type Reorganisation struct {
	From       string
	To         []string
	Kind       SuccessionKind
	On         string // first day of the successors: the first of a quarter
	LegalBasis string
}

// Reorganise merges, splits or closes an agency. What it reported and was scored stays with its code.
// Its targets of later years are withdrawn; the periods of the running year from the day on are excepted
// for it, those before for its successors, who get its targets as new ones, with weights that add up to
// 100 again. Reports that were handed in for periods from the day on keep it from happening, and so do
// agencies below it.
func Reorganise(ctx context.Context, db *bun.DB, by *account.User, r Reorganisation, now time.Time) error {
	return change(ctx, db, by, "reorganise agency", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		m, err := newMove(ctx, tx, by, r, now)
		if err != nil {
			return "", nil, nil, err
		}
		for _, step := range []func(context.Context) error{m.checkOpen, m.handOn, m.end} {
			if err := step(ctx); err != nil {
				return "", nil, nil, err
			}
		}
		return "agency " + r.From, nil, map[string]any{"kind": r.Kind, "to": r.To, "on": r.On, "basis": r.LegalBasis, "targets": len(m.targets), "exceptions": m.exceptions}, nil
	})
}

// move is a reorganisation under way.
type move struct {
	tx         bun.Tx
	by         *account.User
	now        time.Time
	r          Reorganisation
	on         time.Time
	from       *roadmap.Agency
	to         []*roadmap.Agency
	reason     string
	targets    []roadmap.Target
	exceptions int
}

func newMove(ctx context.Context, tx bun.Tx, by *account.User, r Reorganisation, now time.Time) (*move, error) {
	m := &move{tx: tx, by: by, now: now, r: r}
	var ps Problems
	ps.required("dasar", "dasar hukum", r.LegalBasis, 300)
	var err error
	if m.from, err = roadmap.AgencyByCode(ctx, tx, r.From); err != nil {
		return nil, err
	}
	if m.from.ValidTo != nil {
		return nil, fault.New(fault.Conflict, "%s sudah berakhir pada %s.", m.from.Name, m.from.ValidTo.Format(time.DateOnly))
	}
	on, bad := time.Parse(time.DateOnly, r.On)
	m.on = on
	switch {
	case bad != nil:
		ps.add("mulai", "Isi tanggal mulai, misalnya 2027-01-01.")
	case on.Day() != 1 || (int(on.Month())-1)%3 != 0:
		ps.add("mulai", "Mulai pada hari pertama triwulan: 1 Januari, 1 April, 1 Juli, atau 1 Oktober, supaya setiap triwulan milik satu instansi.")
	case !on.After(m.from.ValidFrom):
		ps.add("mulai", "%s baru ada sejak %s.", m.from.Name, m.from.ValidFrom.Format(time.DateOnly))
	default:
		if err := checkBegins(ctx, tx, on, "mulai", &ps); err != nil {
			return nil, err
		}
	}
	switch {
	case r.Kind == Close && len(r.To) > 0:
		ps.add("ke", "Instansi yang ditutup tidak punya penerus. Kosongkan, atau pilih gabung.")
	case r.Kind == Merge && len(r.To) != 1:
		ps.add("ke", "Pilih tepat satu instansi yang menerima.")
	case r.Kind == Split && len(r.To) < 2:
		ps.add("ke", "Pilih paling sedikit dua instansi yang menerima.")
	case r.Kind != Close && r.Kind != Merge && r.Kind != Split:
		ps.add("jenis", "Pilih gabung, pecah, atau tutup.")
	}
	var names []string
	for _, code := range r.To {
		a, err := roadmap.AgencyByCode(ctx, tx, code)
		if fault.KindOf(err) == fault.NotFound || a != nil && (code == r.From || !a.Reports || a.ValidTo != nil || a.ValidFrom.After(on)) {
			ps.add("ke", "%s bukan instansi pelapor yang ada pada tanggal itu.", code)
			continue
		}
		if err != nil {
			return nil, err
		}
		m.to = append(m.to, a)
		names = append(names, a.Name)
	}
	switch r.Kind {
	case Close:
		m.reason = m.from.Name + " ditutup"
	case Merge:
		m.reason = m.from.Name + " digabung ke " + strings.Join(names, ", ")
	case Split:
		m.reason = m.from.Name + " dipecah menjadi " + strings.Join(names, ", ")
	}
	m.reason += " mulai " + r.On
	return m, ps.orNil()
}

// checkOpen refuses while something would be lost.
func (m *move) checkOpen(ctx context.Context) error {
	var below []string
	if err := m.tx.NewRaw(`SELECT name FROM agencies WHERE parent_id = ? AND valid_to IS NULL ORDER BY name`, m.from.ID).Scan(ctx, &below); err != nil {
		return fmt.Errorf("read the agencies below: %w", err)
	}
	if len(below) > 0 {
		return fault.New(fault.Conflict, "%s masih membawahi %s. Pindahkan dulu ke induk lain.", m.from.Name, few(below))
	}
	quarter := (int(m.on.Month())-1)/3 + 1
	var later int
	err := m.tx.NewRaw(`
		SELECT count(*) FROM reports r JOIN target_series s ON s.id = r.series_id
		WHERE s.agency_id = ? AND (r.year, r.quarter) >= (?, ?) AND r.revision > 0`, m.from.ID, m.on.Year(), quarter).Scan(ctx, &later)
	if err != nil {
		return fmt.Errorf("count later reports: %w", err)
	}
	if later > 0 {
		return fault.New(fault.Conflict, "Sudah ada %d laporan %s untuk triwulan sesudah tanggal itu. Pilih tanggal sesudah triwulan yang sudah dilaporkan.", later, m.from.Name)
	}
	return nil
}

// handOn withdraws the targets of the years after, and gives the successors theirs.
func (m *move) handOn(ctx context.Context) error {
	all, err := roadmap.Targets(ctx, m.tx, forever)
	if err != nil {
		return err
	}
	inForce := map[string]map[int]map[string]roadmap.Target{} // by agency, year, indicator
	for _, t := range all {
		if t.Year < m.on.Year() {
			continue
		}
		if inForce[t.AgencyCode] == nil {
			inForce[t.AgencyCode] = map[int]map[string]roadmap.Target{}
		}
		if inForce[t.AgencyCode][t.Year] == nil {
			inForce[t.AgencyCode][t.Year] = map[string]roadmap.Target{}
		}
		inForce[t.AgencyCode][t.Year][t.IndicatorCode] = t // oldest first, so the last stays
	}
	at := m.now.UTC().Truncate(time.Microsecond)
	midYear := m.on.YearDay() > 1
	added := map[string][]string{} // indicators that are new to a successor in the running year
	for _, year := range sortedYears(inForce[m.from.Code]) {
		old := inForce[m.from.Code][year]
		if year > m.on.Year() || !midYear {
			for _, code := range sortedCodes(old) {
				t := old[code]
				if t.Withdrawn() {
					continue
				}
				t.ID, t.Revision, t.RecordedAt, t.Reason, t.LegalBasis = 0, t.Revision+1, at, m.reason, m.r.LegalBasis
				t.Value, t.Low, t.High, t.Steps = nil, nil, nil, nil
				m.targets = append(m.targets, t)
			}
		}
		for _, to := range m.to {
			next, news, err := m.targetsOf(ctx, to, year, old, inForce[to.Code][year])
			if err != nil {
				return err
			}
			m.targets = append(m.targets, next...)
			if year == m.on.Year() {
				added[to.Code] = news
			}
		}
	}
	if len(m.targets) > 0 {
		if err := roadmap.AddTargets(ctx, m.tx, m.targets); err != nil {
			return err
		}
	}
	if !midYear {
		return nil
	}
	last := m.on.AddDate(0, 0, -1)
	if err := m.except(ctx, m.from, sortedCodes(inForce[m.from.Code][m.on.Year()]), m.on, time.Date(m.on.Year(), 12, 31, 0, 0, 0, 0, time.UTC)); err != nil {
		return err
	}
	for _, to := range m.to {
		if err := m.except(ctx, to, added[to.Code], time.Date(m.on.Year(), 1, 1, 0, 0, 0, 0, time.UTC), last); err != nil {
			return err
		}
	}
	return nil
}

// targetsOf are the targets that a successor gets for a year, and the new weights of those that it has.
func (m *move) targetsOf(ctx context.Context, to *roadmap.Agency, year int, old, own map[string]roadmap.Target) (next []roadmap.Target, news []string, err error) {
	version, err := roadmap.VersionFor(ctx, m.tx, year, forever)
	if err != nil {
		return nil, nil, err
	}
	indicators, err := roadmap.Indicators(ctx, m.tx, version.ID)
	if err != nil {
		return nil, nil, err
	}
	at := m.now.UTC().Truncate(time.Microsecond)
	group := map[string]roadmap.Target{}
	for code, t := range own {
		group[code] = t
	}
	for _, i := range indicators {
		t, has := old[i.Code]
		if _, already := own[i.Code]; !has || already || t.Withdrawn() || !i.Applies(to) && i.AppliesTo != m.from.Code {
			continue
		}
		group[i.Code] = roadmap.Target{
			AgencyCode: to.Code, IndicatorCode: i.Code, Year: year, Revision: 1, Value: t.Value, Low: t.Low, High: t.High, Steps: t.Steps,
			Weight: t.Weight, Status: t.Status, Clause: t.Clause, Reason: m.reason, LegalBasis: m.r.LegalBasis, RecordedAt: at,
		}
		news = append(news, i.Code)
	}
	if len(news) == 0 {
		return nil, nil, nil
	}
	var weights []roadmap.RelativeWeight
	codes := sortedCodes(group)
	for _, code := range codes {
		weights = append(weights, roadmap.RelativeWeight{Indicator: code, Weight: group[code].Weight})
	}
	for n, share := range roadmap.NormalizeWeights(weights) {
		t := group[codes[n]]
		isNew := slices.Contains(news, codes[n])
		if !isNew && t.Weight.Equal(share) {
			continue
		}
		t.Weight = share
		if !isNew {
			t.ID, t.Revision, t.RecordedAt, t.Reason, t.LegalBasis = 0, t.Revision+1, at, "Bobot menyesuaikan: "+m.reason, m.r.LegalBasis
		}
		next = append(next, t)
	}
	return next, news, nil
}

// except leaves the indicators of an agency out of the periods whose last day lies between two days.
func (m *move) except(ctx context.Context, a *roadmap.Agency, indicators []string, first, last time.Time) error {
	if len(indicators) == 0 {
		return nil
	}
	_, err := m.tx.NewRaw(`
		INSERT INTO exceptions (series_id, starts_on, ends_on, reason, accepted_by, accepted_at)
		SELECT s.id, ?, ?, ?, ?, ? FROM target_series s JOIN indicators i ON i.id = s.indicator_id
		WHERE s.agency_id = ? AND i.code = ANY (string_to_array(?, ' ')) ORDER BY s.id`,
		first.Format(time.DateOnly), last.Format(time.DateOnly), m.reason+" ("+m.r.LegalBasis+")", m.by.ID, m.now, a.ID, strings.Join(indicators, " ")).Exec(ctx)
	if err != nil {
		return fmt.Errorf("except %s: %w", a.Code, err)
	}
	m.exceptions += len(indicators)
	return nil
}

// end gives the agency its last day, notes who follows and tells those who are concerned.
func (m *move) end(ctx context.Context) error {
	if _, err := m.tx.NewRaw(`UPDATE agencies SET valid_to = ? WHERE id = ?`, m.on.AddDate(0, 0, -1).Format(time.DateOnly), m.from.ID).Exec(ctx); err != nil {
		return fmt.Errorf("end the agency: %w", err)
	}
	successors := []*int64{nil}
	if len(m.to) > 0 {
		successors = nil
		for _, to := range m.to {
			successors = append(successors, &to.ID)
		}
	}
	for _, id := range successors {
		_, err := m.tx.NewRaw(`INSERT INTO agency_successions (from_id, to_id, kind, on_date, legal_basis, recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			m.from.ID, id, m.r.Kind, m.r.On, m.r.LegalBasis, m.now, m.by.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("note the succession: %w", err)
		}
	}
	var notes []notice.Note
	for _, a := range append([]*roadmap.Agency{m.from}, m.to...) {
		notes = append(notes, notice.Note{
			Key: fmt.Sprintf("reorganise %s %s %s", m.from.Code, m.r.On, a.Code), Kind: notice.News, Except: m.by.ID, Agency: a.Code,
			Roles: []string{string(account.Head), string(account.Operator)}, Href: "/kerja/peta-jalan/instansi/" + a.Code,
			Text: m.reason + ". Dasar: " + m.r.LegalBasis + ". Laporan triwulan sebelumnya tetap milik instansi lama.",
		})
	}
	return notice.TellAll(ctx, m.tx, notes, m.now)
}

// MoveBelow puts an agency below another one; parent is empty for the top.
func MoveBelow(ctx context.Context, db *bun.DB, by *account.User, agency, parent string, now time.Time) error {
	return change(ctx, db, by, "move agency", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		a, err := roadmap.AgencyByCode(ctx, tx, agency)
		if err != nil {
			return "", nil, nil, err
		}
		all, err := roadmap.Agencies(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		byCode := map[string]*roadmap.Agency{}
		for i := range all {
			byCode[all[i].Code] = &all[i]
		}
		switch above := byCode[parent]; {
		case a.Kind == roadmap.AgencyKelurahan:
			return "", nil, nil, Problems{{"induk", "Induk kelurahan mengikuti wilayahnya dan tidak diubah di sini."}}
		case parent == a.ParentCode:
			return "", nil, nil, Problems{{"induk", "Induknya tidak berubah."}}
		case parent != "" && (above == nil || above.ValidTo != nil):
			return "", nil, nil, Problems{{"induk", "Pilih instansi induk yang masih ada, atau kosongkan."}}
		}
		for at := parent; at != ""; at = byCode[at].ParentCode {
			if at == agency {
				return "", nil, nil, Problems{{"induk", "Instansi tidak dapat berada di bawah dirinya sendiri."}}
			}
		}
		if _, err := tx.NewRaw(`UPDATE agencies SET parent_id = (SELECT id FROM agencies WHERE code = ?) WHERE id = ?`, parent, a.ID).Exec(ctx); err != nil {
			return "", nil, nil, fmt.Errorf("move the agency: %w", err)
		}
		return "agency " + agency, a.ParentCode, parent, nil
	})
}

func sortedYears[T any](m map[int]T) []int {
	years := make([]int, 0, len(m))
	for y := range m {
		years = append(years, y)
	}
	slices.Sort(years)
	return years
}

func sortedCodes[T any](m map[string]T) []string {
	codes := make([]string, 0, len(m))
	for c := range m {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
}
