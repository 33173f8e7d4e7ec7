package steward

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Clause is something that a regulation asks for.
type Clause struct {
	ID         int64
	Regulation string
	Reference  string // "Pasal 5 ayat (2)"
	Summary    string
	Ordinal    int
	Retired    bool
	Links      []ClauseLink `bun:"-"`
}

// ClauseLink is what follows from a clause.
type ClauseLink struct {
	ClauseID int64
	Kind     string // of LinkKinds
	Code     string
}

// LinkKinds are what a clause can be linked to.
var LinkKinds = []string{"tujuan", "sasaran", "indikator", "standar"}

// Clauses lists all clauses with their links, by regulation and order.
func Clauses(ctx context.Context, db bun.IDB) ([]Clause, error) {
	var clauses []Clause
	err := db.NewRaw(`SELECT id, regulation, reference, summary, ordinal, retired_at IS NOT NULL AS retired FROM clauses ORDER BY regulation, ordinal, id`).Scan(ctx, &clauses)
	if err != nil {
		return nil, fmt.Errorf("read clauses: %w", err)
	}
	var links []ClauseLink
	if err := db.NewRaw(`SELECT clause_id, kind, code FROM clause_links ORDER BY clause_id, kind, code COLLATE "C"`).Scan(ctx, &links); err != nil {
		return nil, fmt.Errorf("read links of clauses: %w", err)
	}
	at := make(map[int64]int, len(clauses))
	for i, c := range clauses {
		at[c.ID] = i
	}
	for _, l := range links {
		c := &clauses[at[l.ClauseID]]
		c.Links = append(c.Links, l)
	}
	return clauses, nil
}

// FindClause returns a clause with its links, or a NotFound fault.
func FindClause(ctx context.Context, db bun.IDB, id int64) (*Clause, error) {
	all, err := Clauses(ctx, db)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(c Clause) bool { return c.ID == id })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "Tidak ada klausul dengan nomor itu.")
	}
	return &all[at], nil
}

// PutClause adds a clause (id 0) or corrects it, with its links, which are written as "indikator TEPAT-WAKTU"
// each on its line. It returns the id.
func PutClause(ctx context.Context, db *bun.DB, by *account.User, id int64, c Clause, links string, retired bool, now time.Time) (int64, error) {
	var ps Problems
	ps.required("peraturan", "nama peraturan", c.Regulation, 200)
	ps.required("letak", "letak klausul", c.Reference, 120)
	ps.required("ringkas", "isi singkat", c.Summary, 1000)
	if err := ps.orNil(); err != nil {
		return 0, err
	}
	err := change(ctx, db, by, "put clause", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		wanted, err := readLinks(ctx, tx, links)
		if err != nil {
			return "", nil, nil, err
		}
		var before any
		if id > 0 {
			old, err := FindClause(ctx, tx, id)
			if err != nil {
				return "", nil, nil, err
			}
			before = old
			_, err = tx.NewRaw(`UPDATE clauses SET regulation = ?, reference = ?, summary = ?, ordinal = ?, retired_at = CASE WHEN ? THEN coalesce(retired_at, ?) END WHERE id = ?`,
				strings.TrimSpace(c.Regulation), strings.TrimSpace(c.Reference), strings.TrimSpace(c.Summary), c.Ordinal, retired, now, id).Exec(ctx)
			if err != nil {
				return "", nil, nil, clauseError(err)
			}
		} else {
			err := tx.NewRaw(`INSERT INTO clauses (regulation, reference, summary, ordinal, recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
				strings.TrimSpace(c.Regulation), strings.TrimSpace(c.Reference), strings.TrimSpace(c.Summary), c.Ordinal, now, by.ID).Scan(ctx, &id)
			if err != nil {
				return "", nil, nil, clauseError(err)
			}
		}
		if _, err := tx.NewRaw(`DELETE FROM clause_links WHERE clause_id = ?`, id).Exec(ctx); err != nil {
			return "", nil, nil, fmt.Errorf("unlink the clause: %w", err)
		}
		for _, l := range wanted {
			if _, err := tx.NewRaw(`INSERT INTO clause_links (clause_id, kind, code, linked_at) VALUES (?, ?, ?, ?)`, id, l.Kind, l.Code, now).Exec(ctx); err != nil {
				return "", nil, nil, fmt.Errorf("link the clause: %w", err)
			}
		}
		return "clause " + strconv.FormatInt(id, 10), before, map[string]any{"reference": c.Reference, "links": wanted}, nil
	})
	return id, err
}

func clauseError(err error) error {
	if postgres.Violates(err, "clauses_reference_key") {
		return Problems{{"letak", "Klausul itu sudah ada dalam daftar."}}
	}
	return fmt.Errorf("write the clause: %w", err)
}

// readLinks reads links, each of which must lead to something of the newest roadmap or to a service.
func readLinks(ctx context.Context, tx bun.Tx, text string) ([]ClauseLink, error) {
	known, err := linkable(ctx, tx)
	if err != nil {
		return nil, err
	}
	var ps Problems
	var links []ClauseLink
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 || !slices.Contains(LinkKinds, strings.ToLower(fields[0])) {
			ps.add("kaitan", "“%s”: tulis jenis lalu kode, misalnya indikator TEPAT-WAKTU.", strings.TrimSpace(line))
			continue
		}
		l := ClauseLink{Kind: strings.ToLower(fields[0]), Code: fields[1]}
		if !known[l] {
			ps.add("kaitan", "%s %s tidak ada dalam peta jalan.", upper(l.Kind), l.Code)
			continue
		}
		if !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	return links, ps.orNil()
}

func linkable(ctx context.Context, db bun.IDB) (map[ClauseLink]bool, error) {
	var rows []ClauseLink
	err := db.NewRaw(`
		WITH v AS (SELECT id FROM roadmap_versions ORDER BY number DESC LIMIT 1)
		SELECT 'tujuan' AS kind, code FROM goals WHERE version_id = (SELECT id FROM v)
		UNION ALL SELECT 'sasaran', o.code FROM objectives o JOIN goals g ON g.id = o.goal_id WHERE g.version_id = (SELECT id FROM v)
		UNION ALL SELECT 'indikator', i.code FROM indicator_sheets s JOIN indicators i ON i.id = s.indicator_id WHERE s.version_id = (SELECT id FROM v)
		UNION ALL SELECT 'standar', code FROM services`).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read what clauses can be linked to: %w", err)
	}
	known := make(map[ClauseLink]bool, len(rows))
	for _, r := range rows {
		known[r] = true
	}
	return known, nil
}

// Uncovered are the gaps between regulations and roadmap.
type Uncovered struct {
	Clauses    []Clause // in force, without anything that follows from them
	Indicators []UncoveredIndicator
}

// UncoveredIndicator is an indicator of the newest roadmap that no clause asks for.
type UncoveredIndicator struct{ Code, Name string }

// Gaps lists the clauses that nothing follows from, and the indicators without a clause.
func Gaps(ctx context.Context, db bun.IDB) (*Uncovered, error) {
	all, err := Clauses(ctx, db)
	if err != nil {
		return nil, err
	}
	u := &Uncovered{}
	for _, c := range all {
		if !c.Retired && len(c.Links) == 0 {
			u.Clauses = append(u.Clauses, c)
		}
	}
	err = db.NewRaw(`
		SELECT i.code, s.name FROM indicator_sheets s JOIN indicators i ON i.id = s.indicator_id
		WHERE s.version_id = (SELECT id FROM roadmap_versions ORDER BY number DESC LIMIT 1)
			AND NOT EXISTS (SELECT FROM clause_links l JOIN clauses c ON c.id = l.clause_id WHERE c.retired_at IS NULL AND l.kind = 'indikator' AND l.code = i.code)
		ORDER BY i.code COLLATE "C"`).Scan(ctx, &u.Indicators)
	if err != nil {
		return nil, fmt.Errorf("read indicators without a clause: %w", err)
	}
	return u, nil
}

// targetClause is how the targets name their line of the annex.
var targetClause = regexp.MustCompile(`^(.*), baris ([A-Z][A-Z0-9-]{1,39})$`)

// nationalClauses are duties of national rules that the roadmap answers to, by the codes of the seeds that track
// them. The texts are short summaries; where a sentence is recalled and not read again it says so (†).
var nationalClauses = []struct {
	regulation, reference, summary, kind string
	codes                                []string
}{
	{"UU 25/2009", "Pasal 15", "Penyelenggara menyusun dan menetapkan standar pelayanan†", "indikator", []string{"SP-LENGKAP", "STANDAR-SAMA"}},
	{"UU 25/2009", "Pasal 22", "Penyelenggara menyusun dan menetapkan maklumat pelayanan†", "indikator", []string{"MAKLUMAT"}},
	{"UU 25/2009", "Pasal 36", "Penyelenggara menyediakan sarana pengaduan dan menugaskan pelaksananya†", "indikator", []string{"ADUAN-TEPAT", "ADUAN-HARI"}},
	{"UU 25/2009", "Pasal 29", "Pelayanan dengan perlakuan khusus kepada anggota masyarakat tertentu†", "indikator", []string{"RENTAN"}},
	{"UU 25/2009", "Pasal 23", "Sistem informasi pelayanan publik yang dikelola menteri (SIPPN)†", "indikator", nil},
	{"UU 14/2008", "Pasal 9", "Informasi berkala diumumkan paling sedikit setiap 6 bulan", "indikator", []string{"INFO-BERKALA", "KIP-KOTA"}},
	{"PermenPANRB 14/2017", "Pasal 1 ayat (1)", "Survei kepuasan masyarakat paling sedikit sekali setahun", "indikator", []string{"IKM", "IKM-KOTA", "SKM-RTL"}},
	{"PermenPANRB 15/2014", "Lampiran", "Standar pelayanan memuat 14 komponen dan ditinjau berkala†", "indikator", []string{"SP-LENGKAP", "SP-TINJAU"}},
	{"PermenPANRB 16/2017", "Forum konsultasi publik", "Forum konsultasi publik dengan masyarakat dan tindak lanjutnya†", "indikator", []string{"FKP", "FKP-TL"}},
	{"PermenPANRB 29/2022", "PEKPPP", "Pemantauan dan evaluasi kinerja penyelenggaraan pelayanan publik†", "indikator", []string{"IPP-KOTA"}},
}

// ImportClauses adds the clauses that the targets name and the duties of national rules, each linked to what
// tracks it. What is in the list already stays as it is. It returns how many were added.
func ImportClauses(ctx context.Context, db *bun.DB, by *account.User, now time.Time) (added int, err error) {
	err = change(ctx, db, by, "import clauses", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		known, err := linkable(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		add := func(regulation, reference, summary string, ordinal int, links []ClauseLink) error {
			var id int64
			err := tx.NewRaw(`
				INSERT INTO clauses (regulation, reference, summary, ordinal, recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (regulation, reference) DO NOTHING RETURNING id`, regulation, reference, summary, ordinal, now, by.ID).Scan(ctx, &id)
			if postgres.NoRows(err) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("add the clause %s %s: %w", regulation, reference, err)
			}
			added++
			for _, l := range links {
				if !known[l] {
					continue
				}
				if _, err := tx.NewRaw(`INSERT INTO clause_links (clause_id, kind, code, linked_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, l.Kind, l.Code, now).Exec(ctx); err != nil {
					return fmt.Errorf("link the clause: %w", err)
				}
			}
			return nil
		}
		var rows []struct{ Clause, Code, Name string }
		err = tx.NewRaw(`
			SELECT DISTINCT t.clause, i.code, sh.name FROM targets t JOIN target_series s ON s.id = t.series_id JOIN indicators i ON i.id = s.indicator_id
			JOIN indicator_sheets sh ON sh.indicator_id = i.id AND sh.version_id = (SELECT id FROM roadmap_versions ORDER BY number DESC LIMIT 1)
			ORDER BY t.clause, i.code`).Scan(ctx, &rows)
		if err != nil {
			return "", nil, nil, fmt.Errorf("read the clauses of targets: %w", err)
		}
		regulation := "Perwali Peta Jalan Pelayanan Publik"
		for n, r := range rows {
			reference := r.Clause
			if m := targetClause.FindStringSubmatch(r.Clause); m != nil {
				reference = m[1] + ", baris " + m[2]
			}
			if err := add(regulation, reference, "Target "+r.Name, n+1, []ClauseLink{{Kind: "indikator", Code: r.Code}}); err != nil {
				return "", nil, nil, err
			}
		}
		for n, c := range nationalClauses {
			var links []ClauseLink
			for _, code := range c.codes {
				links = append(links, ClauseLink{Kind: c.kind, Code: code})
			}
			if err := add(c.regulation, c.reference, c.summary, n+1, links); err != nil {
				return "", nil, nil, err
			}
		}
		return "clauses", nil, map[string]int{"added": added}, nil
	})
	return added, err
}
