package report_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/report"
)

// TestFormsThatComeTwiceDoOneThing: a second press of the button gives no second leave that
// stays when the first is taken back, no second exception and no second copy of a file.
func TestFormsThatComeTwiceDoOneThing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	var ids [2]int64
	for i := range ids {
		var err error
		leave := report.LateEntry{Agency: "dinas-a", Period: quarter, EndsAt: october.AddDate(0, 0, 3), Reason: "Gangguan jaringan."}
		if ids[i], err = report.GrantLateEntry(ctx, o.db, o.reviewer, leave, october); err != nil {
			t.Fatal(err)
		}
	}
	if err := report.RevokeLateEntry(ctx, o.db, o.reviewer, ids[0], october); err != nil {
		t.Fatal(err)
	}
	if ids[0] != ids[1] || o.text(t, `SELECT count(*)::text FROM late_entries WHERE revoked_at IS NULL`) != "0" {
		t.Errorf("leaves %v, one still holds", ids)
	}
	for i := range ids {
		var err error
		e := report.Exception{Agency: "dinas-a", Indicator: "FRACTION", StartsOn: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), Reason: "Gedung direnovasi."}
		if ids[i], err = report.AcceptException(ctx, o.db, o.reviewer, e, october); err != nil {
			t.Fatal(err)
		}
	}
	if ids[0] != ids[1] {
		t.Errorf("exceptions %v", ids)
	}
	file := report.DraftEvidence{Kind: report.EvidenceFile, Title: "Rekap.pdf", SHA256: strings.Repeat("a", 64), MediaType: "application/pdf", Size: 10}
	for range ids {
		err := o.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			_, err := report.AddEvidence(ctx, tx, o.clerk, key("FRACTION"), file, october)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := o.text(t, `SELECT count(*)::text FROM draft_evidence`); n != "1" {
		t.Errorf("%s copies of a file", n)
	}
}
