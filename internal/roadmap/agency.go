package roadmap

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// AgencyKind is the legal form of an agency.
type AgencyKind string

// Kinds of agencies.
const (
	AgencySecretariat  AgencyKind = "sekretariat"
	AgencyInspectorate AgencyKind = "inspektorat"
	AgencyDinas        AgencyKind = "dinas"
	AgencyBadan        AgencyKind = "badan"
	AgencySatuan       AgencyKind = "satuan"
	AgencyKecamatan    AgencyKind = "kecamatan"
	AgencyHospital     AgencyKind = "rsud"
	AgencyBagian       AgencyKind = "bagian"
	AgencyUnit         AgencyKind = "unit"
	AgencyPuskesmas    AgencyKind = "puskesmas"
	AgencyKelurahan    AgencyKind = "kelurahan"
)

// Agency (perangkat daerah, kelurahan, bagian, unit) is an organisation that has
// targets and reports, or that offers services. Agencies form a tree; what a
// child achieves never enters its parent's score. The code of a kelurahan is its
// Kemendagri code.
type Agency struct {
	ID           int64  `bun:",pk,autoincrement"`
	Code         string // in addresses
	Kind         AgencyKind
	Name         string
	ShortName    string
	ParentID     int64 `bun:",nullzero"` // 0 at the top of the tree
	AreaCode     string
	PublicFacing bool
	Reports      bool // has targets of its own
	Website      string
	ValidFrom    time.Time  `bun:"type:date"`
	ValidTo      *time.Time `bun:"type:date"` // last day; nil: still there
	Source       string
	Confidence   string // high, medium or low: how sure the source makes us
	Note         string
	ParentCode   string `bun:",scanonly"` // empty at the top of the tree
}

// AgencyName is another name of an agency, or one that it had before.
type AgencyName struct {
	AgencyID   int64      `bun:",pk"`
	Name       string     `bun:",pk"`
	ValidFrom  *time.Time `bun:"type:date"` // nil: not known
	ValidTo    *time.Time `bun:"type:date"` // nil: still used, or not known
	AgencyCode string     `bun:",scanonly"`
}

// IsKelurahan reports whether the agency is the office of a kelurahan, whose
// page has the address /kelurahan/… and not /instansi/….
func (a *Agency) IsKelurahan() bool { return a.Kind == AgencyKelurahan }

// ExistsIn reports whether the agency was there on any day of the year.
func (a *Agency) ExistsIn(year int) bool {
	first, last := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)
	return !a.ValidFrom.After(last) && (a.ValidTo == nil || !a.ValidTo.Before(first))
}

// Agencies returns all agencies by code, also those that do not report and
// those that exist no more.
func Agencies(ctx context.Context, db bun.IDB) ([]Agency, error) {
	return selectAgencies(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

// AgencyByCode returns the agency of that code, or a NotFound fault.
func AgencyByCode(ctx context.Context, db bun.IDB, code string) (*Agency, error) {
	found, err := selectAgencies(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("agency.code = ?", code)
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "Tidak ada perangkat daerah atau kelurahan dengan kode “%s”.", code)
	}
	return &found[0], nil
}

func selectAgencies(ctx context.Context, db bun.IDB, which func(*bun.SelectQuery) *bun.SelectQuery) ([]Agency, error) {
	var agencies []Agency
	err := db.NewSelect().Model(&agencies).
		ColumnExpr("agency.*, coalesce(parent.code, '') AS parent_code").
		Join("LEFT JOIN agencies AS parent ON parent.id = agency.parent_id").
		Apply(which).
		OrderExpr(`agency.code COLLATE "C"`).
		Scan(ctx)
	if err != nil && !postgres.NoRows(err) {
		return nil, fmt.Errorf("read agencies: %w", err)
	}
	return agencies, nil
}

// PutAgencies adds agencies or corrects them in place, by code. Parents are
// taken from ParentCode and must be among them. It returns how many were new or
// different.
func PutAgencies(ctx context.Context, db bun.IDB, agencies []Agency) (int, error) {
	ids, err := AgencyIDs(ctx, db)
	if err != nil {
		return 0, err
	}
	// A parent needs an id before its children can name it, so new rows come first without one.
	changed := 0
	var added []Agency
	for _, a := range agencies {
		if _, known := ids[a.Code]; known {
			continue
		}
		if a.ParentCode == "" {
			changed++ // the others are counted when they get their parent
		}
		a.ParentID = 0
		added = append(added, a)
	}
	if len(added) > 0 {
		if _, err := db.NewInsert().Model(&added).Exec(ctx); err != nil {
			return 0, fmt.Errorf("add agencies: %w", err)
		}
		if ids, err = AgencyIDs(ctx, db); err != nil {
			return 0, err
		}
	}
	complete := slices.Clone(agencies)
	for i := range complete {
		complete[i].ParentID = ids[complete[i].ParentCode]
	}
	n, err := upsert(ctx, db, complete, "agencies", "code", "kind", "name", "short_name", "parent_id", "area_code",
		"public_facing", "reports", "website", "valid_from", "valid_to", "source", "confidence", "note")
	if err != nil {
		return 0, fmt.Errorf("write agencies: %w", err)
	}
	return changed + n, nil
}

// AgencyIDs returns the id of each agency by its code.
func AgencyIDs(ctx context.Context, db bun.IDB) (map[string]int64, error) {
	var rows []struct {
		ID   int64
		Code string
	}
	if err := db.NewSelect().Table("agencies").Column("id", "code").OrderExpr(`code COLLATE "C"`).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read codes of agencies: %w", err)
	}
	ids := make(map[string]int64, len(rows))
	for _, r := range rows {
		ids[r.Code] = r.ID
	}
	return ids, nil
}

// ReplaceAgencyNames makes names, whose agencies are given by AgencyCode, the
// only other names there are. It returns how many were new, different or gone.
func ReplaceAgencyNames(ctx context.Context, db bun.IDB, names []AgencyName) (int, error) {
	ids, err := AgencyIDs(ctx, db)
	if err != nil {
		return 0, err
	}
	rows := slices.Clone(names)
	var agencyIDs []int64
	var texts []string
	for i := range rows {
		rows[i].AgencyID = ids[rows[i].AgencyCode]
		agencyIDs, texts = append(agencyIDs, rows[i].AgencyID), append(texts, rows[i].Name)
	}
	changed, err := upsert(ctx, db, rows, "agency_names", "agency_id, name", "valid_from", "valid_to")
	if err != nil {
		return 0, fmt.Errorf("write names of agencies: %w", err)
	}
	result, err := db.NewRaw(`
		DELETE FROM agency_names
		WHERE (agency_id, name) NOT IN (SELECT * FROM unnest(?::bigint[], ?::text[]))`,
		pgdialect.Array(agencyIDs), pgdialect.Array(texts)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("delete names of agencies: %w", err)
	}
	gone, err := result.RowsAffected()
	return changed + int(gone), err
}

// ParentCode is the code of the agency above one; empty where none is. NotFound when there
// is no such agency.
func ParentCode(ctx context.Context, db bun.IDB, code string) (string, error) {
	var parent string
	err := db.NewRaw(`SELECT coalesce(up.code, '') FROM agencies a LEFT JOIN agencies up ON up.id = a.parent_id WHERE a.code = ?`, code).Scan(ctx, &parent)
	switch {
	case postgres.NoRows(err):
		return "", fault.New(fault.NotFound, "Tidak ada instansi itu, atau bukan instansi Anda.")
	case err != nil:
		return "", fmt.Errorf("read the agency above %s: %w", code, err)
	}
	return parent, nil
}
