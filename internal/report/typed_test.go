package report_test

import (
	"strings"
	"testing"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// TestFiguresHandedInAgainAreStillTheirTypists: that a colleague sends the same figures once
// more does not let the one who typed them approve or verify them.
func TestFiguresHandedInAgainAreStillTheirTypists(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, is := t.Context(), must(t)
	k := key("FRACTION")
	is(submit(ctx, o.db, o.both, entry(fraction("80", "100")), october))
	r := is(report.Withdraw(ctx, o.db, o.clerk, k, october))
	is(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: explained(fraction("80", "100")), Version: r.Version}, october))
	if row := o.row(t, o.both, "FRACTION", october); !row.TypedByMe || row.MayApprove {
		t.Errorf("the sheet says typed by me %v, may approve %v", row.TypedByMe, row.MayApprove)
	}
	_, err := report.Approve(ctx, o.db, o.both, k, october)
	wantKind(t, "Approve figures a colleague sent again", err, fault.Forbidden)
	is(report.Approve(ctx, o.db, o.head, k, october))
	_, err = report.Verify(ctx, o.db, o.both, k, "pernyataan", october)
	wantKind(t, "Verify figures a colleague sent again", err, fault.Forbidden)
	is(report.Verify(ctx, o.db, o.reviewer, k, "pernyataan", october))
}

// TestWhoBroughtAFileInDoesNotVerifyItsFigures: a feed by hand is typed by somebody too.
func TestWhoBroughtAFileInDoesNotVerifyItsFigures(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, is := t.Context(), must(t)
	k := key("FRACTION")
	v := explained(fraction("80", "100"))
	err := report.AddFeedValues(ctx, o.db, o.both, []report.FeedValue{{Key: k, Source: "SIAK", Value: fraction("80", "100"), SHA256: strings.Repeat("a", 64)}}, october)
	if err != nil {
		t.Fatal(err)
	}
	is(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: v}, october))
	_, err = report.Approve(ctx, o.db, o.both, k, october)
	wantKind(t, "Approve figures of one's own file", err, fault.Forbidden)
	is(report.Approve(ctx, o.db, o.head, k, october))
	_, err = report.Verify(ctx, o.db, o.both, k, scoring.EvidenceFeed, october)
	wantKind(t, "Verify figures of one's own file", err, fault.Forbidden)
	is(report.Verify(ctx, o.db, o.reviewer, k, scoring.EvidenceFeed, october))
}
