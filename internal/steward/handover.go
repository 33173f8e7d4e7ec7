package steward

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// Handover is everything an officer leaves to the next one, when it was asked for.
type Handover struct {
	User  account.User
	At    time.Time
	Parts []HandoverPart
}

// HandoverPart is one list of it.
type HandoverPart struct {
	Name  string
	Head  []string
	Rows  [][]string
	Empty string // said when there is nothing
}

// LoadHandover gathers what the person is responsible for: roles to end, targets of the year, open reports,
// late entries, follow-ups, and the last decisions. Bagian Organisasi and administrators see it of everybody,
// everyone else of oneself. now has the zone of the city.
func LoadHandover(ctx context.Context, db bun.IDB, by *account.User, login string, now time.Time) (*Handover, error) {
	if login != by.Login && !by.MayPublish() && !by.Holds(account.Admin) {
		return nil, fault.New(fault.NotFound, "Tidak ada petugas dengan nama itu.")
	}
	users, err := account.List(ctx, db)
	if err != nil {
		return nil, err
	}
	h := &Handover{At: now}
	for _, u := range users {
		if u.Login == login {
			h.User = *u
		}
	}
	if h.User.ID == 0 {
		return nil, fault.New(fault.NotFound, "Tidak ada petugas dengan nama itu.")
	}
	roles := HandoverPart{Name: "Peran yang diakhiri", Head: []string{"Peran", "Instansi", "Sejak", "Sampai"}, Empty: "Tidak ada peran yang masih berlaku."}
	var agencies []string
	today := now.Format(time.DateOnly)
	for _, a := range h.User.Appointments {
		to := ""
		if !a.To.IsZero() {
			to = a.To.Format(time.DateOnly)
		}
		if to != "" && to < today {
			continue
		}
		if a.Agency != "" {
			agencies = append(agencies, a.Agency)
		}
		label := a.Role.Label()
		if a.Acting {
			label += " (Plt)"
		}
		roles.Rows = append(roles.Rows, []string{label, a.Agency, a.From.Format(time.DateOnly), to})
	}
	h.Parts = append(h.Parts, roles)
	codes := strings.Join(agencies, " ")
	for _, q := range []struct {
		HandoverPart
		query string
		args  []any
	}{
		{HandoverPart{Name: "Target tahun ini", Head: []string{"Instansi", "Indikator", "Nama", "Bobot"}, Empty: "Tidak memegang target instansi."}, `
			SELECT a.code, i.code, sh.name, t.weight::text
			FROM (SELECT DISTINCT ON (series_id) * FROM targets WHERE year = ?0 ORDER BY series_id, revision DESC) t
			JOIN target_series s ON s.id = t.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
			JOIN indicator_sheets sh ON sh.indicator_id = i.id AND sh.version_id = (SELECT id FROM roadmap_versions WHERE ?0 BETWEEN first_year AND last_year ORDER BY number DESC LIMIT 1)
			WHERE a.code = ANY (string_to_array(?1, ' ')) ORDER BY a.code, i.code`, []any{now.Year(), codes}},
		{HandoverPart{Name: "Laporan yang belum selesai", Head: []string{"Instansi", "Indikator", "Triwulan", "Keadaan"}, Empty: "Tidak ada draf, kiriman, atau pengembalian yang menunggu."}, `
			SELECT a.code, i.code, r.year || '-TW' || r.quarter,
				CASE r.status WHEN 'draft' THEN 'draf' WHEN 'submitted' THEN 'menunggu kepala' WHEN 'approved' THEN 'menunggu verifikasi' ELSE 'dikembalikan' END
			FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
			WHERE r.status <> 'verified' AND (a.code = ANY (string_to_array(?0, ' ')) OR ?1 AND r.status = 'approved')
			ORDER BY r.year DESC, r.quarter DESC, a.code, i.code LIMIT 500`, []any{codes, h.holds(account.Reviewer)}},
		{HandoverPart{Name: "Izin isi susulan yang masih berlaku", Head: []string{"Instansi", "Triwulan", "Sampai", "Alasan"}, Empty: "Tidak ada izin isi susulan."}, `
			SELECT a.code, l.year || '-TW' || l.quarter, to_char(l.ends_at AT TIME ZONE 'Asia/Jakarta', 'YYYY-MM-DD HH24:MI'), l.reason
			FROM late_entries l JOIN agencies a ON a.id = l.agency_id
			WHERE l.revoked_at IS NULL AND l.ends_at > ?0 AND (a.code = ANY (string_to_array(?1, ' ')) OR l.granted_by = ?2)
			ORDER BY l.ends_at`, []any{now, codes, h.User.ID}},
		{HandoverPart{Name: "Tindak lanjut yang berjalan", Head: []string{"Instansi", "Tindakan", "Penanggung jawab", "Tenggat"}, Empty: "Tidak ada tindak lanjut yang berjalan."}, `
			SELECT a.code, f.action, f.owner, coalesce(due.due::text, '')
			FROM follow_ups f JOIN agencies a ON a.id = f.agency_id
			JOIN LATERAL (SELECT kind FROM follow_up_events e WHERE e.follow_up_id = f.id ORDER BY id DESC LIMIT 1) last ON last.kind NOT IN ('done', 'dropped')
			LEFT JOIN LATERAL (SELECT due FROM follow_up_events e WHERE e.follow_up_id = f.id AND due IS NOT NULL ORDER BY id DESC LIMIT 1) due ON true
			WHERE a.code = ANY (string_to_array(?0, ' ')) ORDER BY due.due NULLS LAST, f.id LIMIT 500`, []any{codes}},
		{HandoverPart{Name: "Keputusan terakhir", Head: []string{"Waktu", "Apa", "Instansi dan indikator", "Triwulan", "Alasan"}, Empty: "Belum ada keputusan yang tercatat."}, `
			SELECT to_char(e.at AT TIME ZONE 'Asia/Jakarta', 'YYYY-MM-DD HH24:MI'),
				CASE e.kind WHEN 'submitted' THEN 'mengirim' WHEN 'withdrawn' THEN 'menarik' WHEN 'approved' THEN 'menyetujui' WHEN 'returned' THEN 'mengembalikan'
					WHEN 'verified' THEN 'memverifikasi' WHEN 'reopened' THEN 'membuka kembali' ELSE 'menyimpan' END,
				a.code || ' ' || i.code, r.year || '-TW' || r.quarter, e.reason
			FROM report_events e JOIN reports r ON r.id = e.report_id JOIN target_series s ON s.id = r.series_id
			JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
			WHERE e.by_user = ? AND e.kind <> 'saved' ORDER BY e.at DESC, e.id DESC LIMIT 30`, []any{h.User.ID}},
	} {
		part := q.HandoverPart
		if part.Rows, err = readRows(ctx, db, len(part.Head), q.query, q.args...); err != nil {
			return nil, fmt.Errorf("gather %q of %s: %w", part.Name, login, err)
		}
		h.Parts = append(h.Parts, part)
	}
	return h, nil
}

func (h *Handover) holds(r account.Role) bool {
	for _, a := range h.User.Appointments {
		if a.Role == r {
			return true
		}
	}
	return false
}

// readRows reads so many columns of text.
func readRows(ctx context.Context, db bun.IDB, columns int, query string, args ...any) (all [][]string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		texts := make([]string, columns)
		places := make([]any, columns)
		for i := range texts {
			places[i] = &texts[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		all = append(all, texts)
	}
	return all, rows.Err()
}

// WriteHandover writes the pack as a workbook, a sheet for each list.
func WriteHandover(h *Handover) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, fmt.Errorf("style the pack: %w", err)
	}
	for n, p := range h.Parts {
		name := p.Name
		if len(name) > 31 {
			name = strings.TrimSpace(name[:31]) // a sheet has no longer name
		}
		if n == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return nil, fmt.Errorf("write the sheet %s: %w", name, err)
		}
		lines := append([][]string{{p.Name}, {"Petugas: " + h.User.Name + " (" + h.User.Login + ")", h.At.Format("2006-01-02 15:04 MST")}, p.Head}, p.Rows...)
		for i, line := range lines {
			for k, text := range line {
				cell, err := excelize.CoordinatesToCellName(k+1, i+1)
				if err == nil {
					err = f.SetCellStr(name, cell, text)
				}
				if err != nil {
					return nil, fmt.Errorf("write the sheet %s: %w", name, err)
				}
			}
			if i < 3 {
				if err := f.SetRowStyle(name, i+1, i+1, bold); err != nil {
					return nil, fmt.Errorf("style row %s: %w", strconv.Itoa(i+1), err)
				}
			}
		}
		if err := f.SetColWidth(name, "A", "F", 26); err != nil {
			return nil, fmt.Errorf("size the sheet %s: %w", name, err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("write the pack: %w", err)
	}
	return out.Bytes(), nil
}
