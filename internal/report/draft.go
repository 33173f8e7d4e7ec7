package report

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/roadmap"
)

// DraftRow is a row as somebody edits it.
type DraftRow struct {
	Key
	Version int // of the row that was edited; 0: there was none
	Value   Value
	Typed   map[string]string // text as typed, by field; kept beside the value
}

// IsEmpty says that nothing is filled in.
func (d *DraftRow) IsEmpty() bool {
	for _, text := range d.Typed {
		if text != "" {
			return false
		}
	}
	return d.Value.isEmpty()
}

// SaveOutcome says what became of one draft.
type SaveOutcome struct {
	Key
	Saved   bool // written, or it was the same already
	Version int  // of the row as it is now
	// Theirs is what stands there instead, when somebody else changed the row since; nothing of
	// the draft was written then.
	Theirs *Theirs
	Text   string // why it was not saved, in words for the reader; empty when it was
}

// Theirs is the row that somebody else changed.
type Theirs struct {
	Version int
	Status  Status
	Value   Value
	Typed   map[string]string
	By      string // name; empty: unknown
	At      time.Time
}

// Problem is what keeps a row from being handed in.
type Problem struct {
	Key
	Field string // one of the Field constants; empty: the whole row
	Text  string // in words for the reader
	// Theirs is set where somebody else changed the row since.
	Theirs *Theirs
}

// SaveDrafts keeps drafts, of any number of rows, in one transaction. Only an operator of
// the agency may (Forbidden). A row that somebody else changed since, that is not open or
// that does not exist is told in its outcome and not written; the others are. Outcomes
// stand in the order of the drafts. Saving what is there already changes nothing.
func SaveDrafts(ctx context.Context, db bun.IDB, by *account.User, drafts []DraftRow, now time.Time) ([]SaveOutcome, error) {
	return saveDrafts(ctx, db, by, drafts, now)
}

// SubmitAll saves the drafts and hands all of them in to the head of the agency: all, or,
// when it returns problems, none. The same submissionID (a UUID that the form carries) is
// taken once: again it changes nothing and is no error. Evidence of the drafts goes with
// them. Forbidden for others than operators of the agency.
func SubmitAll(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, drafts []DraftRow, submissionID string, now time.Time) ([]Problem, error) {
	return submitAll(ctx, db, by, agency, p, drafts, submissionID, now)
}

// DraftEvidence is evidence of a row: of the working copy, or, once it is handed in, of its
// newest revision.
type DraftEvidence struct {
	PublicID  string // under which it is addressed
	Kind      string // EvidenceFile, EvidenceLink or EvidenceFeed
	Statement bool   // a signed statement, and no document that shows the figure
	Title     string
	SHA256    string
	MediaType string
	Size      int64
	URL       string
	AddedAt   time.Time
	AddedBy   string // name; empty: unknown, or it is handed in
}
