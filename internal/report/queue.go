package report

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/roadmap"
)

// QueueFilter says which rows of the verification desk are asked for.
type QueueFilter struct {
	Period    roadmap.Period // zero: all periods
	Agency    string         // code; empty: all
	Indicator string         // code; empty: all
	Statuses  []Status       // empty: approved ones
	Finding   string         // code of a check; empty: all; "*": any finding
	Limit     int            // 0: all
	Offset    int
}

// Queue is a page of the desk.
type Queue struct {
	Rows  []WorksheetRow // oldest first: by the moment of approval, or of handing in
	Total int            // without limit and offset
	// Findings counts the rows of all that match but for Finding, by code of the check.
	Findings map[string]int
}

// LoadQueue reads the rows that wait for verification, oldest first, with their findings,
// evidence, eight quarters and preview. For those who see the whole city (Forbidden).
func LoadQueue(ctx context.Context, db bun.IDB, by *account.User, f QueueFilter, now time.Time) (*Queue, error) {
	return loadQueue(ctx, db, by, f, now)
}

// ApprovalQueue reads the rows of the agency that wait for its head, as a sheet. It is for
// those who may see the agency.
func ApprovalQueue(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, now time.Time) (*Worksheet, error) {
	return approvalQueue(ctx, db, by, agency, p, now)
}

// Peer is the newest value handed in by one agency.
type Peer struct {
	Agency AgencyName
	Value  Value
	Result string // of the figure, in words: "92,41"; empty: it does not apply
}

// Peers reads the newest values handed in of the indicator and period by all agencies, by
// code, for those who see the whole city (Forbidden).
func Peers(ctx context.Context, db bun.IDB, by *account.User, indicator string, p roadmap.Period) ([]Peer, error) {
	return peers(ctx, db, by, indicator, p)
}
