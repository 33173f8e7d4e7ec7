package report

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Link is one step in the chain of a report, with the person. Only people of the workspace
// see it.
type Link struct {
	Kind      EventKind
	At        time.Time
	Name      string // of the person; empty: it came without accounts
	Role      string // operator, kepala or organisasi
	RoleLabel string // in words
	Agency    string // code; empty: of the city
	Reason    string
	Grade     string
	Revision  int        // 0: concerns the draft
	Value     *Value     // of the revision handed in; nil for other steps and in rows of a list
	Evidence  []Evidence // of the revision handed in
	Late      bool       // handed in after the deadline
}

// Chain is the whole life of a report, oldest first, with the values of every revision.
// NotFound where by may not see it or there is none.
func Chain(ctx context.Context, db bun.IDB, by *account.User, k Key) ([]Link, error) {
	r, err := find(ctx, db, by, k)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Link
		RevisionID int64
		Due        time.Time
		reportValues
	}
	err = db.NewRaw(`
		SELECT e.kind, e.at, coalesce(u.name, '') AS name, e.by_role AS role, coalesce(a.code, '') AS agency, e.reason, coalesce(e.evidence_grade, '') AS grade,
			e.revision, coalesce(v.id, 0) AS revision_id, p.due_at AS due, v.actual, v.numerator, v.denominator, coalesce(v.not_applicable, false) AS not_applicable,
			coalesce(v.note, '') AS note, coalesce(v.obstacle, '') AS obstacle, coalesce(v.next_step, '') AS next_step,
			coalesce(v.next_step_owner, '') AS next_step_owner, v.next_step_due
		FROM report_events e
		JOIN reports r ON r.id = e.report_id
		JOIN periods p ON p.year = r.year AND p.quarter = r.quarter
		LEFT JOIN users u ON u.id = e.by_user
		LEFT JOIN agencies a ON a.id = e.by_agency_id
		LEFT JOIN report_revisions v ON e.kind = 'submitted' AND v.report_id = e.report_id AND v.revision = e.revision
		WHERE e.report_id = ? ORDER BY e.id`, r.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the events of %s: %w", k, err)
	}
	var evidence []struct {
		RevisionID int64
		Evidence
	}
	err = db.NewRaw(`
		SELECT e.revision_id, e.kind, e.title, e.sha256, e.media_type, e.size_bytes AS size, e.url, e.is_public AS public, e.statement, e.added_at
		FROM evidence e JOIN report_revisions v ON v.id = e.revision_id WHERE v.report_id = ? ORDER BY e.id`, r.ID).Scan(ctx, &evidence)
	if err != nil {
		return nil, fmt.Errorf("read the evidence of %s: %w", k, err)
	}
	links := make([]Link, len(rows))
	for i, row := range rows {
		l := row.Link
		l.RoleLabel = account.Role(l.Role).Label()
		if l.Kind == EventSubmitted {
			v := trimmed(Value(row.reportValues))
			l.Value, l.Late = &v, !l.At.Before(row.Due)
			for _, e := range evidence {
				if e.RevisionID == row.RevisionID {
					l.Evidence = append(l.Evidence, e.Evidence)
				}
			}
		}
		links[i] = l
	}
	return links, nil
}

// found is a report that somebody may see.
type found struct {
	ID       int64
	Parent   string
	Revision int
	Name     string // of the indicator
}

// find reads what names a report, for one who may see it (else NotFound).
func find(ctx context.Context, db bun.IDB, by *account.User, k Key) (*found, error) {
	var r found
	err := db.NewRaw(`
		SELECT r.id, coalesce(up.code, '') AS parent, r.revision, coalesce(s.name, i.code) AS name
		FROM reports r JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id LEFT JOIN agencies up ON up.id = a.parent_id
		JOIN indicators i ON i.id = ts.indicator_id
		LEFT JOIN LATERAL (SELECT s.name FROM indicator_sheets s JOIN roadmap_versions v ON v.id = s.version_id
			WHERE s.indicator_id = i.id AND v.first_year <= r.year ORDER BY v.number DESC LIMIT 1) s ON true
		WHERE a.code = ? AND i.code = ? AND r.year = ? AND r.quarter = ?`, k.Agency, k.Indicator, k.Period.Year, k.Period.Quarter).Scan(ctx, &r)
	switch {
	case postgres.NoRows(err), err == nil && !by.MaySeeAgency(k.Agency, r.Parent):
		return nil, fault.New(fault.NotFound, "Laporan itu tidak ditemukan.")
	case err != nil:
		return nil, fmt.Errorf("find %s: %w", k, err)
	}
	return &r, nil
}
