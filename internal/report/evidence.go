package report

import (
	"context"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
)

// maxEvidence is how many pieces of evidence a value may have.
const maxEvidence = 20

var sha256Pattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// AddEvidence adds evidence to the working copy and makes that where there is none. It
// returns the public id. Only an operator of the agency may (Forbidden), while the row can be
// edited (Conflict). It changes no version: evidence is added beside what others type. A
// feed is no evidence that a person adds: it goes with the value that was taken from it. What
// is there already is not added again.
func AddEvidence(ctx context.Context, tx bun.Tx, by *account.User, k Key, e DraftEvidence, now time.Time) (string, error) {
	f, err := openForEvidence(ctx, tx, by, k, now)
	if err != nil {
		return "", err
	}
	e.Title = cleanLine(e.Title)
	switch {
	case e.Kind != EvidenceFile && e.Kind != EvidenceLink, !sha256Pattern.MatchString(e.SHA256):
		return "", fmt.Errorf("add evidence to %s: kind %q with hash %q", k, e.Kind, e.SHA256)
	case e.Title == "":
		return "", fault.New(fault.Invalid, "Beri nama pada bukti dukung ini.")
	case utf8.RuneCountInString(e.Title) > 120:
		return "", fault.New(fault.Invalid, "Nama bukti dukung paling banyak 120 karakter.")
	}
	if err := create(ctx, tx, by, map[Key]*file{k: f}, now); err != nil {
		return "", err
	}
	var same []string
	err = tx.NewRaw(`SELECT public_id FROM draft_evidence WHERE report_id = ? AND kind = ? AND sha256 = ? AND statement = ?`, f.ID, e.Kind, e.SHA256, e.Statement).Scan(ctx, &same)
	if err != nil {
		return "", fmt.Errorf("look for the same evidence of %s: %w", k, err)
	}
	if len(same) > 0 { // the form came twice
		return same[0], nil
	}
	var n int
	if err := tx.NewRaw(`SELECT count(*) FROM draft_evidence WHERE report_id = ?`, f.ID).Scan(ctx, &n); err != nil {
		return "", fmt.Errorf("count evidence of %s: %w", k, err)
	}
	if n >= maxEvidence {
		return "", fault.New(fault.Invalid, "Bukti dukung paling banyak %d buah untuk satu angka.", maxEvidence)
	}
	id, err := keepEvidence(ctx, tx, by, f.ID, e, now)
	if err != nil {
		return "", err
	}
	return id, f.noteEvidence(ctx, tx, by, "add evidence", e.Title, e.SHA256, now)
}

// RemoveEvidence takes evidence from the working copy; what was handed in keeps it. NotFound
// when the row has no such evidence.
func RemoveEvidence(ctx context.Context, tx bun.Tx, by *account.User, k Key, publicID string, now time.Time) error {
	f, err := openForEvidence(ctx, tx, by, k, now)
	if err != nil {
		return err
	}
	missing := fault.New(fault.NotFound, "Bukti dukung itu tidak ditemukan.")
	if f.ID == 0 || !uuidPattern.MatchString(publicID) {
		return missing
	}
	var removed []struct{ Title, SHA256 string }
	err = tx.NewRaw(`DELETE FROM draft_evidence WHERE report_id = ? AND public_id = ? RETURNING title, sha256`, f.ID, publicID).Scan(ctx, &removed)
	switch {
	case err != nil:
		return fmt.Errorf("remove evidence of %s: %w", k, err)
	case len(removed) == 0:
		return missing
	}
	return f.noteEvidence(ctx, tx, by, "remove evidence", removed[0].Title, removed[0].SHA256, now)
}

func openForEvidence(ctx context.Context, tx bun.Tx, by *account.User, k Key, now time.Time) (*file, error) {
	f, err := open(ctx, tx, by, k, now)
	if err != nil {
		return nil, err
	}
	if !by.MayReport(k.Agency) {
		return nil, fault.New(fault.Forbidden, "Hanya operator instansi ini yang dapat mengubah bukti dukungnya.")
	}
	if text := f.refuses(&DraftRow{Key: k}, now); text != "" {
		return nil, fault.New(fault.Conflict, "%s", text)
	}
	return f, nil
}

// keepEvidence writes the row of evidence; by is nil where the program adds it.
func keepEvidence(ctx context.Context, tx bun.Tx, by *account.User, reportID int64, e DraftEvidence, now time.Time) (string, error) {
	id := fmt.Sprintf("%x", newPublicID(now))
	var adder *int64
	if by != nil {
		adder = &by.ID
	}
	err := tx.NewRaw(`INSERT INTO draft_evidence (public_id, report_id, kind, statement, title, sha256, media_type, size_bytes, url, added_at, added_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING public_id`,
		id, reportID, e.Kind, e.Statement, shorten(e.Title, 119), e.SHA256, e.MediaType, e.Size, e.URL, now, adder).Scan(ctx, &id)
	if err != nil {
		return "", fmt.Errorf("keep evidence %q: %w", e.Title, err)
	}
	return id, nil
}

func (f *file) noteEvidence(ctx context.Context, tx bun.Tx, by *account.User, action, title, hash string, now time.Time) error {
	return audit.Append(ctx, tx, audit.Entry{
		Stream: f.Agency, At: now, Actor: by.ID, Role: roleOperator, Agency: f.Agency, Action: action, Object: f.object(),
		After: struct {
			Title  string `json:"title"`
			SHA256 string `json:"sha256"`
		}{title, hash},
	})
}
