package report

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/scoring"
)

// Decision is what a head or a verifier says of one row.
type Decision struct {
	Key
	Version int    // of the row that was looked at
	Grade   string // of the evidence, when verifying; empty otherwise
	Reason  string // when returning; empty otherwise
}

// Outcome says what became of a decision.
type Outcome struct {
	Key
	Done    bool
	Version int    // of the row as it is now
	Status  Status // as it is now
	Text    string // why it was not done, in words for the reader; empty when it was
}

// ApproveAll puts the head behind the rows. A row that moved on or was typed by the head is
// skipped and told in its outcome; the others are done. Forbidden when by is head of none of
// the agencies.
func ApproveAll(ctx context.Context, db bun.IDB, by *account.User, decisions []Decision, now time.Time) ([]Outcome, error) {
	return decideAll(ctx, db, by, EventApproved, decisions, now)
}

// VerifyAll makes the rows count, each with the grade of its evidence. A row that moved on or
// was typed by the verifier is skipped and told in its outcome; the others are done.
func VerifyAll(ctx context.Context, db bun.IDB, by *account.User, decisions []Decision, now time.Time) ([]Outcome, error) {
	return decideAll(ctx, db, by, EventVerified, decisions, now)
}

// ReturnAll sends rows back, each with its reason.
func ReturnAll(ctx context.Context, db bun.IDB, by *account.User, decisions []Decision, now time.Time) ([]Outcome, error) {
	return decideAll(ctx, db, by, EventReturned, decisions, now)
}

// SuggestGrade is the evidence grade that follows from what was handed in: a feed, a document
// or link, a signed statement, or nothing.
func SuggestGrade(evidence []DraftEvidence) string {
	grade := scoring.EvidenceNone
	for _, e := range evidence {
		switch {
		case e.Kind == EvidenceFeed:
			return scoring.EvidenceFeed
		case !e.Statement:
			grade = scoring.EvidenceChecked
		case grade == scoring.EvidenceNone:
			grade = scoring.EvidenceStatement
		}
	}
	return grade
}
