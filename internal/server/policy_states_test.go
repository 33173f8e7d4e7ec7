package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// reportAct is something that is done to a report: who does it, with which form, and what becomes
// of a report in each state. What is not listed stays as it is. The table is written by hand
// from the flow of domain.md: draft, submitted, approved, verified, returned.
type reportAct struct {
	path, form string
	becomes    map[string]map[string]string // principal → state before → state after
}

// stateActs has VERSION where a form says which state of the report was looked at.
var stateActs = map[string]reportAct{
	"withdraw": {
		path:    "/kerja/laporan/dispendukcapil/2026-TW3/DUK-KTP/tarik",
		becomes: map[string]map[string]string{opOwn: {"submitted": "draft"}},
	},
	"approve": {
		path: "/kerja/setujui/dispendukcapil/2026-TW3", form: "aksi=setujui&pilih=PICK",
		becomes: map[string]map[string]string{headOwn: {"submitted": "approved"}},
	},
	"return by the head": {
		path: "/kerja/setujui/dispendukcapil/2026-TW3", form: "aksi=kembalikan&baris=PICK&alasan=Angkanya+keliru",
		becomes: map[string]map[string]string{headOwn: {"submitted": "returned"}},
	},
	"verify": {
		path: "/kerja/verifikasi/dispendukcapil/2026-TW3/DUK-KTP", form: "aksi=verifikasi&baris=PICK&mutu=dokumen_diperiksa",
		becomes: map[string]map[string]string{orgRole: {"approved": "verified"}},
	},
	"return by the verifier": {
		path: "/kerja/verifikasi/dispendukcapil/2026-TW3/DUK-KTP", form: "aksi=kembalikan&baris=PICK&catatan=Angkanya+keliru",
		becomes: map[string]map[string]string{orgRole: {"submitted": "returned", "approved": "returned"}},
	},
}

// TestPolicy_StatesOfAReport does each act as each principal on a report in each state, in
// an open and in a closed period: only what the table says may happen.
func TestPolicy_StatesOfAReport(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t)
	visitors := principals(t, s)
	delete(visitors, closed)
	exec(t, s.Owner, `UPDATE user_roles SET valid_to = '2026-10-07' WHERE user_id = (SELECT id FROM users WHERE login = '`+expired+`')`)
	within := time.Date(2026, 10, 8, 9, 0, 0, 0, wib) // TW3 is open
	s.at(within)
	for who, login := range map[string]string{opOwn: "operator.dispendukcapil", headOwn: "kepala.dispendukcapil", orgRole: orgRole, adminRole: adminRole, inspector: inspector, leader: leader, council: council, opOther: opOther, headOther: headOther} {
		visitors[who] = s.as(login)
	}
	const report = `(SELECT r.id FROM reports r JOIN target_series t ON t.id = r.series_id JOIN agencies a ON a.id = t.agency_id JOIN indicators i ON i.id = t.indicator_id
		WHERE a.code = 'dispendukcapil' AND i.code = 'DUK-KTP' AND r.year = 2026 AND r.quarter = 3)`
	var id, version int64
	if err := s.Owner.NewRaw(`SELECT id, version FROM reports WHERE id = `+report).Scan(t.Context(), &id, &version); err != nil {
		t.Fatal(err)
	}
	cells := 0
	for _, open := range []bool{true, false} {
		if open {
			exec(t, s.Owner, `UPDATE periods SET closed_at = NULL WHERE year = 2026 AND quarter = 3`)
		} else {
			exec(t, s.Owner, `UPDATE periods SET closed_at = '2026-10-07 16:00+07' WHERE year = 2026 AND quarter = 3`)
		}
		for name, a := range stateActs {
			for who, v := range visitors {
				for _, before := range []string{"draft", "submitted", "approved", "verified", "returned"} {
					cells++
					// The version stands still, so that the form is not refused because it is old.
					exec(t, s.Owner, fmt.Sprintf(`UPDATE reports SET status = '%s', version = %d, updated_by = NULL WHERE id = %d`, before, version, id))
					form := strings.ReplaceAll(a.form, "PICK", url.QueryEscape(fmt.Sprintf("dispendukcapil|2026-TW3|DUK-KTP|%d", version)))
					res := v.do(http.MethodPost, a.path, strings.NewReader(form))
					var after string
					if err := s.Owner.NewRaw(`SELECT status FROM reports WHERE id = ?`, id).Scan(t.Context(), &after); err != nil {
						t.Fatal(err)
					}
					want := before
					if to, ok := a.becomes[who][before]; ok && open {
						want = to
					}
					if after != want {
						t.Errorf("%s as %s, open %v: %s became %s, want %s (status %d: %s)", name, who, open, before, after, want, res.Status, res.text("[role=alert], [role=status]"))
					}
					if res.Status >= http.StatusInternalServerError {
						t.Errorf("%s as %s on %s: status %d", name, who, before, res.Status)
					}
				}
			}
		}
	}
	if cells < 500 {
		t.Errorf("only %d cells", cells)
	}
}
