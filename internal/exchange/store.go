package exchange

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

// Kind says what a file is handed in for.
type Kind string

// Kinds of files.
const (
	KindWorksheet Kind = "laporan" // the sheet of a period, kept as drafts
	KindHistory   Kind = "lampau"  // quarters before the first publication
	KindFeed      Kind = "sumber"  // of another system
)

// File is a file between its dry run and its confirmation.
type File struct {
	ID          string
	Kind        Kind
	Agency      string         // code, of a worksheet; empty: of any
	Period      roadmap.Period // of a worksheet; else zero
	Name        string
	SHA256      string
	Content     []byte
	Choices     Choices
	CreatedAt   time.Time
	ExpiresAt   time.Time
	ConfirmedAt *time.Time // nil: nothing is kept yet
	Result      *Result    // nil until confirmed
}

// Result is what was kept of a file.
type Result struct {
	Saved   int          `json:"saved"`
	Skipped []ResultLine `json:"skipped,omitempty"` // with the reason
	Refused int          `json:"refused,omitempty"` // rows that the dry run left out
}

// ResultLine is a row that was not kept after all.
type ResultLine struct {
	Agency    string `json:"agency"`
	Indicator string `json:"indicator"`
	Text      string `json:"text"`
}

// lifetime is how long a file waits for its confirmation.
const lifetime = 24 * time.Hour

// maxWaiting is how many files of one user may wait; the oldest goes for a new one.
const maxWaiting = 10

// Keep holds a file for its dry run and returns its id. Nothing of it is imported. by must
// be allowed to (Forbidden): an operator of the agency, an operator or Bagian Organisasi for
// the sheet of many agencies, Bagian Organisasi for all other files. A file that cannot be read is refused (Invalid).
func Keep(ctx context.Context, db bun.IDB, by *account.User, f File, now time.Time) (string, error) {
	if err := mayImport(by, &f); err != nil {
		return "", err
	}
	book, err := Read(f.Content)
	if err != nil {
		return "", err
	}
	if f.Kind == KindFeed {
		if err := prepareFeed(ctx, db, book, &f); err != nil {
			return "", err
		}
	}
	choices, err := json.Marshal(f.Choices)
	if err != nil {
		return "", fmt.Errorf("write the choices of a file: %w", err)
	}
	sum := sha256.Sum256(f.Content)
	id := newID(now)
	var agency *string
	var year, quarter *int
	if f.Agency != "" {
		agency = &f.Agency
	}
	if f.Kind == KindWorksheet {
		year, quarter = &f.Period.Year, &f.Period.Quarter
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`DELETE FROM imports WHERE by_user = ? AND confirmed_at IS NULL AND id NOT IN (
			SELECT id FROM imports WHERE by_user = ? AND confirmed_at IS NULL ORDER BY created_at DESC LIMIT ?)`, by.ID, by.ID, maxWaiting-1).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO imports (id, kind, by_user, agency_code, year, quarter, file_name, sha256, content, choices, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)`,
			id, f.Kind, by.ID, agency, year, quarter, fileName(f.Name), hex.EncodeToString(sum[:]), f.Content, string(choices), now, now.Add(lifetime)).Exec(ctx)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("keep a file for its dry run: %w", err)
	}
	return id, nil
}

// mayImport refuses a user who may not hand in such a file.
func mayImport(by *account.User, f *File) error {
	switch {
	case f.Kind == KindWorksheet && f.Agency != "" && !by.MayReport(f.Agency):
		return fault.New(fault.Forbidden, "Hanya operator instansi ini yang dapat mengimpor lembarnya.")
	case f.Kind == KindWorksheet && f.Agency == "" && by.Holds(account.Operator):
	case (f.Kind != KindWorksheet || f.Agency == "") && !by.MayVerify():
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat mengimpor berkas ini.")
	}
	return nil
}

// prepareFeed gives the file the mapping that was saved for such a one, or a guess.
func prepareFeed(ctx context.Context, db bun.IDB, book *Book, f *File) error {
	m := f.Choices.Mapping
	if m == nil || strings.TrimSpace(m.Source) == "" || utf8.RuneCountInString(m.Source) > 60 {
		return fault.New(fault.Invalid, "Isi nama sistem asal berkas ini, paling panjang 60 karakter.")
	}
	if m.Target != TargetSurveys {
		m.Target = TargetValues
	}
	_, _, titles, err := feedTable(book)
	if err != nil {
		return err
	}
	saved, err := savedMapping(ctx, db, titles, m.Source)
	switch {
	case err != nil:
		return err
	case saved != nil && saved.Target == m.Target:
		f.Choices.Mapping = saved
	default:
		f.Choices.Mapping = guessMapping(titles, m.Source, m.Target)
	}
	return nil
}

var idPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// newID makes a UUID that nobody guesses and that begins with the moment.
func newID(at time.Time) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	ms := at.UnixMilli()
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// fileName is the name of a file without its folders, short enough to be kept.
func fileName(s string) string {
	s = cleanText(s)
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	if r := []rune(s); len(r) > 120 {
		s = string(r[len(r)-120:])
	}
	if s == "" {
		return "berkas"
	}
	return s
}

// Find returns a file of the user. NotFound for one of somebody else, or after a day.
func Find(ctx context.Context, db bun.IDB, by *account.User, id string, now time.Time) (*File, error) {
	return find(ctx, db, by, id, now, "")
}

func find(ctx context.Context, db bun.IDB, by *account.User, id string, now time.Time, lock string) (*File, error) {
	missing := fault.New(fault.NotFound, "Berkas ini tidak ada lagi. Berkas yang belum disimpan dihapus setelah sehari; unggah sekali lagi.")
	if !idPattern.MatchString(id) {
		return nil, missing
	}
	var row struct {
		ID            string
		Kind          Kind
		AgencyCode    string
		Year, Quarter int
		FileName      string
		SHA256        string `bun:"sha256"`
		Content       []byte
		Choices       string
		CreatedAt     time.Time
		ExpiresAt     time.Time
		ConfirmedAt   *time.Time
		Result        string
	}
	err := db.NewRaw(`SELECT id::text, kind, coalesce(agency_code, '') AS agency_code, coalesce(year, 0) AS year, coalesce(quarter, 0) AS quarter, file_name, sha256, content,
		choices::text, created_at, expires_at, confirmed_at, coalesce(result::text, '') AS result
		FROM imports WHERE id = ? AND by_user = ? AND expires_at > ? ?`, id, by.ID, now, bun.Safe(lock)).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return nil, missing
	case err != nil:
		return nil, fmt.Errorf("find a file: %w", err)
	}
	f := &File{ID: row.ID, Kind: row.Kind, Agency: row.AgencyCode, Period: roadmap.Period{Year: row.Year, Quarter: row.Quarter}, Name: row.FileName, SHA256: row.SHA256,
		Content: row.Content, CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, ConfirmedAt: row.ConfirmedAt}
	if err := json.Unmarshal([]byte(row.Choices), &f.Choices); err != nil {
		return nil, fmt.Errorf("read the choices of a file: %w", err)
	}
	if row.Result != "" {
		if err := json.Unmarshal([]byte(row.Result), &f.Result); err != nil {
			return nil, fmt.Errorf("read the result of a file: %w", err)
		}
	}
	return f, mayImport(by, f)
}

// Choose keeps what the user decided about a file. Conflict once it is confirmed.
func Choose(ctx context.Context, db bun.IDB, by *account.User, id string, choices Choices, now time.Time) error {
	f, err := Find(ctx, db, by, id, now)
	if err != nil {
		return err
	}
	if f.ConfirmedAt != nil {
		return errConfirmed()
	}
	if m := choices.Mapping; m != nil && f.Choices.Mapping != nil {
		m.Source, m.Target = f.Choices.Mapping.Source, f.Choices.Mapping.Target
	}
	text, err := json.Marshal(choices)
	if err != nil {
		return fmt.Errorf("write the choices of a file: %w", err)
	}
	if _, err := db.NewRaw(`UPDATE imports SET choices = ?::jsonb WHERE id = ? AND confirmed_at IS NULL`, string(text), id).Exec(ctx); err != nil {
		return fmt.Errorf("keep the choices of a file: %w", err)
	}
	return nil
}

func errConfirmed() error {
	return fault.New(fault.Conflict, "Berkas ini sudah disimpan. Unggah berkas baru untuk mengubahnya lagi.")
}

// Try says what would become of the file as things are now; nothing is kept.
func Try(ctx context.Context, db bun.IDB, by *account.User, f *File, zone *time.Location, now time.Time) (*DryRun, error) {
	book, err := Read(f.Content)
	if err != nil {
		return nil, err
	}
	switch f.Kind {
	case KindHistory:
		p, err := loadPast(ctx, db, by, now, zone)
		if err != nil {
			return nil, err
		}
		p.reason = fmt.Sprintf("Dimuat oleh Bagian Organisasi dari arsip %s (sha256 %s).", f.Name, f.SHA256[:12])
		return tryHistory(ctx, db, book, p, f.Choices)
	case KindFeed:
		return tryFeed(ctx, db, book, by, f.SHA256, f.Choices)
	}
	rows, err := loadSheet(ctx, db, by, f.Agency, f.Period, now.In(zone))
	if err != nil {
		return nil, err
	}
	return TryWorksheet(book, rows, by, f.Agency, f.Period, f.Choices)
}

// Fingerprint names what a dry run would keep, so that a confirmation keeps what was shown
// and nothing else.
func (d *DryRun) Fingerprint() (string, error) {
	text, err := json.Marshal([]any{d.Drafts, d.Feed, d.Surveys, len(d.Histories), d.Changes})
	if err != nil {
		return "", fmt.Errorf("name a dry run: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}

// ErrChanged is returned by Confirm when things have changed since the dry run that was
// shown. Nothing was kept then.
var ErrChanged = fault.New(fault.Conflict, "Keadaan berubah sejak hasil baca ini tampil. Periksa hasil yang baru, lalu simpan.")

// Confirm keeps what the dry run with the fingerprint showed, in one transaction.
// Confirmed twice, the first result is returned again. ErrChanged when it would be
// something else now; Conflict while a column is undecided, and, of past quarters, while
// there is a mistake.
func Confirm(ctx context.Context, db *bun.DB, by *account.User, id, fingerprint string, zone *time.Location, now time.Time) (*Result, error) {
	var result *Result
	err := postgres.InTx(ctx, db, nil, func(ctx context.Context, tx postgres.Tx) error {
		f, err := find(ctx, tx, by, id, now, "FOR UPDATE")
		if err != nil {
			return err
		}
		if f.Result != nil {
			result = f.Result
			return nil
		}
		d, err := Try(ctx, tx, by, f, zone, now)
		if err != nil {
			return err
		}
		print, err := d.Fingerprint()
		if err != nil {
			return err
		}
		switch {
		case d.Ask:
			return fault.New(fault.Conflict, "Masih ada kolom yang harus Anda tentukan sebelum berkas ini dapat disimpan.")
		case print != fingerprint:
			return ErrChanged
		case len(d.Changes) == 0:
			return fault.New(fault.Conflict, "Tidak ada yang perlu disimpan dari berkas ini.")
		case f.Kind == KindHistory && d.CountOf(Mistake) > 0:
			return fault.New(fault.Conflict, "Angka masa lalu disimpan seluruhnya atau tidak sama sekali. Betulkan dahulu semua galatnya.")
		}
		if result, err = f.keep(ctx, tx, by, d, now); err != nil {
			return err
		}
		text, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("write the result of a file: %w", err)
		}
		if _, err := tx.NewRaw(`UPDATE imports SET confirmed_at = ?, result = ?::jsonb WHERE id = ?`, now, string(text), id).Exec(ctx); err != nil {
			return fmt.Errorf("note the confirmation of a file: %w", err)
		}
		return f.appendAudit(ctx, tx, by, d, result, now)
	})
	return result, err
}

// keep writes what the dry run would.
func (f *File) keep(ctx context.Context, tx postgres.Tx, by *account.User, d *DryRun, now time.Time) (*Result, error) {
	result := &Result{Refused: d.Refused + d.Foreign}
	switch f.Kind {
	case KindHistory:
		result.Saved = len(d.Histories)
		return result, report.ImportTx(ctx, tx, d.Histories)
	case KindFeed:
		if err := report.AddFeedValues(ctx, tx, by, d.Feed, now); err != nil {
			return nil, err
		}
		n, err := roadmap.AddSatisfaction(ctx, tx, d.Surveys, now)
		if err != nil {
			return nil, err
		}
		result.Saved = len(d.Feed) + n
		return result, saveMapping(ctx, tx, by, d.Headers, f.Choices.Mapping, now)
	}
	outcomes, err := report.SaveDrafts(ctx, tx, by, d.Drafts, now)
	if err != nil {
		return nil, err
	}
	for _, o := range outcomes {
		switch {
		case o.Saved:
			result.Saved++
		case o.Theirs != nil:
			result.Skipped = append(result.Skipped, ResultLine{o.Agency, o.Indicator, strings.TrimSpace("Diubah " + o.Theirs.By + " sebelum berkas ini disimpan.")})
		default:
			result.Skipped = append(result.Skipped, ResultLine{o.Agency, o.Indicator, o.Text})
		}
	}
	return result, nil
}

// appendAudit notes the import: in the stream of the agency, or, of the last agency in
// which drafts were kept, which that has locked already; else in the city's.
func (f *File) appendAudit(ctx context.Context, tx postgres.Tx, by *account.User, d *DryRun, result *Result, now time.Time) error {
	e := audit.Entry{Stream: audit.Publish, At: now, Actor: by.ID, Role: string(account.Reviewer), Agency: f.Agency,
		Action: "import " + string(f.Kind), Object: f.Name,
		After: map[string]any{"sha256": f.SHA256, "saved": result.Saved, "skipped": len(result.Skipped), "refused": result.Refused}}
	if f.Kind == KindWorksheet {
		e.Object += " " + f.Period.String()
		for _, draft := range d.Drafts {
			if e.Stream == audit.Publish || draft.Agency > e.Stream {
				e.Stream, e.Agency, e.Role = draft.Agency, draft.Agency, string(account.Operator)
			}
		}
	}
	return audit.Append(ctx, tx, e)
}

// Purge removes files that have waited or stood for a day, and returns how many.
func Purge(ctx context.Context, db bun.IDB, now time.Time) (int, error) {
	done, err := db.NewRaw(`DELETE FROM imports WHERE expires_at <= ?`, now).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("purge imported files: %w", err)
	}
	n, err := done.RowsAffected()
	return int(n), err
}
