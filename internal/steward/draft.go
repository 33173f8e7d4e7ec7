package steward

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/seeds"
)

// DraftState says what became of a draft.
type DraftState string

// A draft is worked on until it becomes a version or is thrown away.
const (
	Open      DraftState = "draf"
	Activated DraftState = "berlaku"
	Discarded DraftState = "dibuang"
)

// Draft is a version of the roadmap in the making.
type Draft struct {
	ID        int64
	Version   int // counts edits
	BasedOn   int // number of the version it was copied from
	State     DraftState
	Origin    string // name of the workbook it came from; empty: made in the pages
	CreatedAt time.Time
	CreatedBy string // name of the person; empty: not known
	UpdatedAt time.Time
	UpdatedBy string
	Became    int // number of the version it became; 0: none
	// Title, FirstYear and Status are those of the version it would be.
	Title     string
	FirstYear string
	Status    string
	Document  *seeds.Document `bun:"-"` // only of LoadDraft
}

const draftColumns = `
	d.id, d.version, d.based_on, d.state, d.origin, d.created_at, coalesce(c.name, '') AS created_by, d.updated_at, coalesce(u.name, '') AS updated_by,
	coalesce(d.became, 0) AS became, d.document -> 'version' ->> 'title' AS title, d.document -> 'version' ->> 'first_year' AS first_year,
	d.document -> 'version' ->> 'status' AS status
	FROM roadmap_drafts d LEFT JOIN users c ON c.id = d.created_by LEFT JOIN users u ON u.id = d.updated_by`

// Drafts lists all drafts, those that are open first, then the newest.
func Drafts(ctx context.Context, db bun.IDB) ([]Draft, error) {
	var drafts []Draft
	if err := db.NewRaw(`SELECT `+draftColumns+` ORDER BY d.state <> 'draf', d.id DESC LIMIT 100`).Scan(ctx, &drafts); err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return drafts, nil
}

// LoadDraft reads one draft with its document, or a NotFound fault.
func LoadDraft(ctx context.Context, db bun.IDB, id int64) (*Draft, error) {
	return loadDraft(ctx, db, id, "")
}

func loadDraft(ctx context.Context, db bun.IDB, id int64, lock string) (*Draft, error) {
	var row struct {
		Draft    `bun:",extend"`
		Document json.RawMessage `bun:"document"`
	}
	err := db.NewRaw(`SELECT d.document, `+draftColumns+` WHERE d.id = ? `+lock, id).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return nil, fault.New(fault.NotFound, "Tidak ada rancangan peta jalan dengan nomor itu.")
	case err != nil:
		return nil, fmt.Errorf("read draft %d: %w", id, err)
	}
	d := row.Draft
	d.Document = &seeds.Document{}
	if err := json.Unmarshal(row.Document, d.Document); err != nil {
		return nil, fmt.Errorf("read the document of draft %d: %w", id, err)
	}
	return &d, nil
}

// StartDraft copies the newest version of the roadmap into a draft that would hold from firstYear on.
func StartDraft(ctx context.Context, db *bun.DB, by *account.User, firstYear int, now time.Time) (id int64, err error) {
	err = change(ctx, db, by, "start draft", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		versions, err := roadmap.Versions(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		if len(versions) == 0 {
			return "", nil, nil, fault.New(fault.Conflict, "Belum ada peta jalan yang dapat disalin.")
		}
		v := versions[len(versions)-1]
		if firstYear < v.FirstYear || firstYear > v.LastYear {
			return "", nil, nil, Problems{{"tahun", fmt.Sprintf("Tahun mulai berlaku harus antara %d dan %d.", v.FirstYear, v.LastYear)}}
		}
		d, err := seeds.Export(ctx, tx, firstYear)
		if err != nil {
			return "", nil, nil, err
		}
		d.Version["version"], d.Version["first_year"] = strconv.Itoa(v.Number+1), strconv.Itoa(firstYear)
		d.Version["regulation_number"], d.Version["regulation_date"] = "", ""
		if v.Status == roadmap.Official {
			d.Version["status"] = string(roadmap.Draft)
		}
		id, err = addDraft(ctx, tx, by, d, v.Number, "", now)
		return "draft " + strconv.FormatInt(id, 10), nil, map[string]string{"first_year": strconv.Itoa(firstYear)}, err
	})
	return id, err
}

// UploadDraft keeps the document of a workbook as a draft.
func UploadDraft(ctx context.Context, db *bun.DB, by *account.User, d *seeds.Document, name string, now time.Time) (id int64, err error) {
	err = change(ctx, db, by, "upload draft", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		versions, err := roadmap.Versions(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		basedOn := 0
		if len(versions) > 0 {
			basedOn = versions[len(versions)-1].Number
		}
		if d.Version["version"] == "" || d.Version["version"] == strconv.Itoa(basedOn) {
			d.Version["version"] = strconv.Itoa(basedOn + 1)
		}
		id, err = addDraft(ctx, tx, by, d, basedOn, name, now)
		return "draft " + strconv.FormatInt(id, 10), nil, map[string]string{"file": name}, err
	})
	return id, err
}

func addDraft(ctx context.Context, tx bun.Tx, by *account.User, d *seeds.Document, basedOn int, origin string, now time.Time) (id int64, err error) {
	document, err := json.Marshal(d)
	if err != nil {
		return 0, fmt.Errorf("write down a draft: %w", err)
	}
	err = tx.NewRaw(`
		INSERT INTO roadmap_drafts (based_on, document, origin, created_at, created_by, updated_at, updated_by)
		VALUES (?, ?::jsonb, ?, ?, ?, ?, ?) RETURNING id`, basedOn, string(document), origin, now, by.ID, now, by.ID).Scan(ctx, &id)
	if err != nil {
		return 0, fmt.Errorf("add a draft: %w", err)
	}
	return id, nil
}

// EditDraft changes the document of an open draft. version is the one that was seen; when
// somebody else has edited it since, it is a Conflict.
func EditDraft(ctx context.Context, db *bun.DB, by *account.User, id int64, version int, what string, now time.Time,
	edit func(ctx context.Context, tx bun.Tx, d *seeds.Document) error) error {
	return change(ctx, db, by, "edit draft", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		d, err := lockDraft(ctx, tx, id, version)
		if err != nil {
			return "", nil, nil, err
		}
		before := d.Document.Clone()
		if err := edit(ctx, tx, d.Document); err != nil {
			return "", nil, nil, err
		}
		d.Document.Normalize()
		difference := seeds.Compare(&before, d.Document)
		if err := d.save(ctx, tx, by, now); err != nil {
			return "", nil, nil, err
		}
		return "draft " + strconv.FormatInt(id, 10) + " " + what, nil, difference.Sentence(), nil
	})
}

// lockDraft reads an open draft for writing.
func lockDraft(ctx context.Context, tx bun.Tx, id int64, version int) (*Draft, error) {
	d, err := loadDraft(ctx, tx, id, "FOR UPDATE OF d")
	switch {
	case err != nil:
		return nil, err
	case d.State != Open:
		return nil, fault.New(fault.Conflict, "Rancangan ini sudah %s, jadi tidak diubah lagi.", map[DraftState]string{Activated: "diberlakukan", Discarded: "dibuang"}[d.State])
	case d.Version != version:
		return nil, errMoved("Rancangan ini")
	}
	return d, nil
}

func (d *Draft) save(ctx context.Context, tx bun.Tx, by *account.User, now time.Time) error {
	document, err := json.Marshal(d.Document)
	if err != nil {
		return fmt.Errorf("write down draft %d: %w", d.ID, err)
	}
	_, err = tx.NewRaw(`UPDATE roadmap_drafts SET document = ?::jsonb, version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?`,
		string(document), now, by.ID, d.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save draft %d: %w", d.ID, err)
	}
	return nil
}

// PutRow changes the row with the key in a table of a draft, or adds it when key is empty. Removing
// a goal, objective, indicator or service is refused while something hangs on it, except that an
// indicator takes its targets with it.
func PutRow(d *seeds.Document, t seeds.Table, key string, row seeds.Row) error {
	rows := d.Rows(t)
	if key == "" {
		if d.Find(t, t.Key(row)) >= 0 {
			return Problems{{"code", upper(t.Name()) + " " + t.Key(row) + " sudah ada."}}
		}
		d.SetRows(t, append(rows, row))
		return nil
	}
	at := d.Find(t, key)
	if at < 0 {
		return fault.New(fault.NotFound, "%s %s tidak ada dalam rancangan ini.", upper(t.Name()), key)
	}
	if next := t.Key(row); next != key && d.Find(t, next) >= 0 {
		return Problems{{"code", upper(t.Name()) + " " + next + " sudah ada."}}
	}
	next := seeds.Row{}
	for k, v := range rows[at] {
		next[k] = v
	}
	for k, v := range row {
		next[k] = v
	}
	rows[at] = next
	if t == seeds.VersionTable {
		d.Version = next
	}
	if was, is := key, next["code"]; was != is && t != seeds.TargetsTable && t != seeds.VersionTable {
		rename(d, t, was, is)
	}
	return nil
}

// rename carries a new code to what names it.
func rename(d *seeds.Document, t seeds.Table, was, is string) {
	child := map[seeds.Table]struct {
		table seeds.Table
		key   string
	}{
		seeds.GoalsTable: {seeds.ObjectivesTable, "goal"}, seeds.ObjectivesTable: {seeds.IndicatorsTable, "objective"},
		seeds.IndicatorsTable: {seeds.TargetsTable, "indicator"},
	}
	if c, ok := child[t]; ok {
		for _, r := range d.Rows(c.table) {
			if r[c.key] == was {
				r[c.key] = is
			}
		}
	}
}

// DropRow removes the row with the key from a table of a draft; an indicator takes its targets along.
func DropRow(d *seeds.Document, t seeds.Table, key string) error {
	at := d.Find(t, key)
	if at < 0 {
		return fault.New(fault.NotFound, "%s %s tidak ada dalam rancangan ini.", upper(t.Name()), key)
	}
	holds := func(table seeds.Table, column string) bool {
		return slices.ContainsFunc(d.Rows(table), func(r seeds.Row) bool { return r[column] == key })
	}
	switch {
	case t == seeds.GoalsTable && holds(seeds.ObjectivesTable, "goal"):
		return fault.New(fault.Conflict, "Tujuan %s masih punya sasaran. Pindahkan atau hapus sasarannya dulu.", key)
	case t == seeds.ObjectivesTable && holds(seeds.IndicatorsTable, "objective"):
		return fault.New(fault.Conflict, "Sasaran %s masih punya indikator. Pindahkan atau hapus indikatornya dulu.", key)
	case t == seeds.IndicatorsTable:
		d.Targets = slices.DeleteFunc(d.Targets, func(r seeds.Row) bool { return r["indicator"] == key })
	}
	d.SetRows(t, slices.Delete(d.Rows(t), at, at+1))
	return nil
}

// SetFirstYear moves the year a draft holds from: targets of earlier years leave it, those of years
// that come in are copied from the ones in force.
func SetFirstYear(ctx context.Context, db bun.IDB, d *seeds.Document, year string) error {
	first, err := strconv.Atoi(year)
	if err != nil {
		return nil //nolint:nilerr // the checks say so at the field
	}
	stored, err := seeds.Export(ctx, db, first)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(d.Targets))
	for _, r := range d.Targets {
		known[seeds.TargetsTable.Key(r)] = true
	}
	indicators := map[string]bool{}
	for _, r := range d.Indicators {
		indicators[r["code"]] = true
	}
	d.Targets = slices.DeleteFunc(d.Targets, func(r seeds.Row) bool { return len(r["year"]) == 4 && r["year"] < year })
	for _, r := range stored.Targets {
		if !known[seeds.TargetsTable.Key(r)] && indicators[r["indicator"]] {
			d.Targets = append(d.Targets, r)
		}
	}
	return nil
}

// DraftReview is what there is to say of a draft before it is activated.
type DraftReview struct {
	Difference seeds.Difference // from the version in force
	Remarks    seeds.Remarks    // what keeps it from being activated; nil: nothing
}

// ReviewDraft checks a document and compares it with the newest version. now has the zone of the city.
func ReviewDraft(ctx context.Context, db *bun.DB, d *seeds.Document, now time.Time) (*DraftReview, error) {
	var r DraftReview
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		first, _ := strconv.Atoi(d.Version["first_year"]) // 0 when it is none: all years
		stored, err := seeds.Export(ctx, tx, first)
		if err != nil {
			return err
		}
		if first > 0 {
			stored.Version["first_year"] = max(stored.Version["first_year"], d.Version["first_year"])
		}
		r.Difference = seeds.Compare(stored, d)
		r.Remarks, err = seeds.Check(ctx, tx, d, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// Activation is what is asked when a draft becomes a version.
type Activation struct {
	Status           string // contoh, rancangan, resmi
	FirstYear        string
	RegulationNumber string
	RegulationDate   string // 2026-12-31; empty: none
	Reason           string // of the targets it changes
}

// Activate makes the draft the next version of the roadmap. Remarks refuse it.
func Activate(ctx context.Context, db *bun.DB, by *account.User, id int64, version int, a Activation, now time.Time) error {
	var ps Problems
	ps.required("alasan", "alasan perubahan target", a.Reason, 500)
	if a.Status == string(roadmap.Official) {
		ps.required("nomor", "nomor peraturan", a.RegulationNumber, 120)
		ps.required("tanggal", "tanggal peraturan", a.RegulationDate, 10)
	}
	if err := ps.orNil(); err != nil {
		return err
	}
	return change(ctx, db, by, "activate roadmap", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		d, err := lockDraft(ctx, tx, id, version)
		if err != nil {
			return "", nil, nil, err
		}
		doc := d.Document
		if a.FirstYear != doc.Version["first_year"] {
			if err := SetFirstYear(ctx, tx, doc, a.FirstYear); err != nil {
				return "", nil, nil, err
			}
		}
		stored, err := seeds.Export(ctx, tx, 0)
		if err != nil {
			return "", nil, nil, err
		}
		doc.Version["status"], doc.Version["first_year"] = a.Status, a.FirstYear
		doc.Version["regulation_number"], doc.Version["regulation_date"] = strings.TrimSpace(a.RegulationNumber), a.RegulationDate
		difference := seeds.Compare(stored, doc)
		basis := strings.TrimSpace(a.RegulationNumber)
		if basis == "" {
			basis = fmt.Sprintf("Peta jalan versi %s (%s)", doc.Version["version"], a.Status)
		}
		summary, err := seeds.Activate(ctx, tx, doc, seeds.Amendment{Reason: strings.TrimSpace(a.Reason), LegalBasis: basis}, now)
		if err != nil {
			return "", nil, nil, err
		}
		// New indicators get the rule of evidence that their sheet suggests.
		if _, err := tx.NewRaw(`SELECT fill_evidence_rules()`).Exec(ctx); err != nil {
			return "", nil, nil, fmt.Errorf("fill the rules of evidence: %w", err)
		}
		became, err := strconv.Atoi(doc.Version["version"])
		if err != nil {
			return "", nil, nil, fmt.Errorf("read the number of the version: %w", err)
		}
		if err := d.save(ctx, tx, by, now); err != nil {
			return "", nil, nil, err
		}
		if _, err := tx.NewRaw(`UPDATE roadmap_drafts SET state = 'berlaku', ended_at = ?, became = ? WHERE id = ?`, now, became, id).Exec(ctx); err != nil {
			return "", nil, nil, fmt.Errorf("end draft %d: %w", id, err)
		}
		err = notice.Tell(ctx, tx, notice.Note{
			Key: fmt.Sprintf("roadmap version %d", became), Kind: notice.News, Except: by.ID, Href: "/kerja/peta-jalan/versi/" + strconv.FormatInt(id, 10),
			Roles: []string{string(account.Leader), string(account.Inspector), string(account.Admin)},
			Text:  fmt.Sprintf("Peta jalan versi %d berlaku mulai %s. %s", became, a.FirstYear, difference.Sentence()),
		}, now)
		return fmt.Sprintf("version %d", became), nil, map[string]any{"difference": difference.Summary, "wrote": summary.String()}, err
	})
}

// Discard throws an open draft away; it stays in the list.
func Discard(ctx context.Context, db *bun.DB, by *account.User, id int64, version int, now time.Time) error {
	return change(ctx, db, by, "discard draft", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		if _, err := lockDraft(ctx, tx, id, version); err != nil {
			return "", nil, nil, err
		}
		if _, err := tx.NewRaw(`UPDATE roadmap_drafts SET state = 'dibuang', ended_at = ?, updated_at = ?, updated_by = ? WHERE id = ?`, now, now, by.ID, id).Exec(ctx); err != nil {
			return "", nil, nil, fmt.Errorf("discard draft %d: %w", id, err)
		}
		return "draft " + strconv.FormatInt(id, 10), nil, nil, nil
	})
}

// IsRefused reports whether the error is Remarks, and returns them.
func IsRefused(err error) (seeds.Remarks, bool) { return errors.AsType[seeds.Remarks](err) }
