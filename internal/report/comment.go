package report

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
)

// Remark is a comment on a report.
type Remark struct {
	ID        int64
	At        time.Time
	Name      string
	Role      string
	RoleLabel string
	Agency    string // code; empty: of the city
	Body      string
}

// Comment says something about a report that exists, as MayComment allows (Forbidden for others
// who see it). The agency and Bagian Organisasi are told. A body is 1 to 2000 characters
// (Invalid).
func Comment(ctx context.Context, db bun.IDB, by *account.User, k Key, body string, now time.Time) (*Remark, error) {
	body = cleanText(body)
	remark := &Remark{At: now, Name: by.Name, Body: body}
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		r, err := find(ctx, tx, by, k)
		if err != nil {
			return err
		}
		remark.Role, remark.Agency = speaker(by, k.Agency, r.Parent)
		remark.RoleLabel = account.Role(remark.Role).Label()
		switch {
		case remark.Role == "":
			return fault.New(fault.Forbidden, "Peran Anda dapat membaca, tetapi tidak berkomentar di sini.")
		case body == "":
			return fault.New(fault.Invalid, "Tulis komentarnya.")
		case utf8.RuneCountInString(body) > maxText:
			return fault.New(fault.Invalid, "Komentar paling banyak 2.000 karakter.")
		}
		n := notice.Note{Kind: notice.News, Agency: k.Agency, Roles: []string{roleOperator, roleHead, roleReviewer}, Except: by.ID,
			Text: shorten(fmt.Sprintf("%s berkomentar pada %s, %s: %s", by.Name, r.Name, k.Period.Words(), body), 900),
			Href: fmt.Sprintf("/kerja/laporan/%s/%s/%s", k.Agency, k.Period, k.Indicator)}
		err = tx.NewRaw(`INSERT INTO report_comments (report_id, at, by_user, by_role, by_agency_id, body) VALUES (?, ?, ?, ?, (SELECT id FROM agencies WHERE code = ?), ?) RETURNING id`,
			r.ID, now, by.ID, remark.Role, remark.Agency, body).Scan(ctx, &remark.ID)
		if err != nil {
			return fmt.Errorf("comment on %s: %w", k, err)
		}
		n.Key = fmt.Sprintf("comment %d", remark.ID)
		if err := notice.Tell(ctx, tx, n, now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: k.Agency, At: now, Actor: by.ID, Role: remark.Role, Agency: remark.Agency, Action: "comment on report", Object: k.object(),
			After: struct {
				Comment int64 `json:"comment"`
			}{remark.ID}})
	})
	if err != nil {
		return nil, err
	}
	return remark, nil
}

// Comments are what was said about a report, oldest first, for those who may see it.
func Comments(ctx context.Context, db bun.IDB, by *account.User, k Key) ([]Remark, error) {
	r, err := find(ctx, db, by, k)
	if err != nil {
		return nil, err
	}
	var remarks []Remark
	err = db.NewRaw(`
		SELECT c.id, c.at, u.name, c.by_role AS role, coalesce(a.code, '') AS agency, c.body
		FROM report_comments c JOIN users u ON u.id = c.by_user LEFT JOIN agencies a ON a.id = c.by_agency_id
		WHERE c.report_id = ? ORDER BY c.id`, r.ID).Scan(ctx, &remarks)
	if err != nil {
		return nil, fmt.Errorf("read comments on %s: %w", k, err)
	}
	for i := range remarks {
		remarks[i].RoleLabel = account.Role(remarks[i].Role).Label()
	}
	return remarks, nil
}
