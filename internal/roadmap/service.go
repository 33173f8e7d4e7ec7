package roadmap

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Service (layanan) is what a citizen asks for at the counter.
type Service struct {
	ID       int64 `bun:",pk,autoincrement"`
	Code     string
	Name     string
	Agencies []string  `bun:"-"` // codes of those that offer it, in order
	Standard *Standard `bun:"-"` // the newest one that all of them share; nil: none recorded
}

// Standard (standar pelayanan) is what is promised for a service, one version
// after the other. A component that nobody has stated is nil, which is not the
// same as empty: the public six, then the internal eight.
type Standard struct {
	ID            int64 `bun:",pk,autoincrement"`
	ServiceID     int64
	AgencyID      *int64 // nil: shared by all agencies that offer the service
	Version       int
	Requirements  []string `bun:",array"`
	Procedure     *string
	DurationValue *decimal.Decimal
	DurationUnit  *string // menit, jam, hari_kerja, hari
	FeeKind       *string // gratis, retribusi, campuran
	FeeRupiah     *int64
	FeeNote       *string
	Product       *string
	Complaints    *string

	LegalBasis       *string
	Facilities       *string
	Competence       *string
	Supervision      *string
	StaffNumber      *string
	ServiceGuarantee *string
	SafetyGuarantee  *string
	Evaluation       *string

	DecreeNumber string
	DecidedOn    *time.Time        `bun:"type:date"`
	ReviewedOn   *time.Time        `bun:"type:date"`
	Provenance   map[string]string `bun:"type:jsonb"` // per component: blitar, daerah_lain, regulasi, ilustratif
	Sources      []string          `bun:",array"`
	Note         string
	Status       Status
	RecordedAt   time.Time
}

// Services returns all services by code, each with the codes of the agencies
// that offer it and its newest shared standard.
func Services(ctx context.Context, db bun.IDB) ([]Service, error) {
	var services []Service
	if err := db.NewSelect().Model(&services).OrderExpr(`code COLLATE "C"`).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read services: %w", err)
	}
	var offerings []struct {
		ServiceID int64
		Code      string
	}
	err := db.NewSelect().TableExpr("offerings AS o").
		ColumnExpr("o.service_id, a.code").
		Join("JOIN agencies AS a ON a.id = o.agency_id").
		OrderExpr(`o.service_id, a.code COLLATE "C"`).
		Scan(ctx, &offerings)
	if err != nil {
		return nil, fmt.Errorf("read offerings: %w", err)
	}
	var standards []Standard
	err = db.NewSelect().Model(&standards).
		DistinctOn("service_id").
		Where("agency_id IS NULL").
		OrderExpr("service_id, version DESC").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read standards: %w", err)
	}
	byID := make(map[int64]*Service, len(services))
	for i := range services {
		byID[services[i].ID] = &services[i]
	}
	for _, o := range offerings {
		s := byID[o.ServiceID]
		s.Agencies = append(s.Agencies, o.Code)
	}
	for i := range standards {
		s := &standards[i]
		s.trim()
		byID[s.ServiceID].Standard = s
	}
	return services, nil
}

// PutServices adds services or corrects their names in place, by code, and adds
// the agencies that offer them. It gives the services their ids and returns how
// many services were new or different and how many offerings were new.
func PutServices(ctx context.Context, db bun.IDB, services []Service) (changed, offered int, err error) {
	if changed, err = upsert(ctx, db, services, "services", "code", "name"); err != nil {
		return 0, 0, fmt.Errorf("write services: %w", err)
	}
	var stored []Service
	if err := db.NewSelect().Model(&stored).OrderExpr(`code COLLATE "C"`).Scan(ctx); err != nil {
		return 0, 0, fmt.Errorf("read services: %w", err)
	}
	ids := make(map[string]int64, len(stored))
	for _, s := range stored {
		ids[s.Code] = s.ID
	}
	var offers []int64
	var agencies []string
	for i := range services {
		services[i].ID = ids[services[i].Code]
		for _, code := range services[i].Agencies {
			offers, agencies = append(offers, services[i].ID), append(agencies, code)
		}
	}
	result, err := db.NewRaw(`
		INSERT INTO offerings (service_id, agency_id)
		SELECT o.service_id, a.id
		FROM unnest(?::bigint[], ?::text[]) AS o (service_id, agency)
		JOIN agencies AS a ON a.code = o.agency
		ON CONFLICT (service_id, agency_id) DO NOTHING`,
		pgdialect.Array(offers), pgdialect.Array(agencies)).Exec(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("write offerings: %w", err)
	}
	n, err := result.RowsAffected()
	return changed, int(n), err
}

// AddStandards records versions of standards. They are never changed.
func AddStandards(ctx context.Context, db bun.IDB, standards []Standard) error {
	if _, err := db.NewInsert().Model(&standards).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("add standards: %w", err)
	}
	return nil
}

// SharedStandards returns all versions of the standards that all agencies of a
// service share, oldest first, by the code of the service.
func SharedStandards(ctx context.Context, db bun.IDB) (map[string][]Standard, error) {
	var rows []struct {
		Standard `bun:",extend"`
		Code     string
	}
	err := db.NewSelect().TableExpr("standards AS standard").
		ColumnExpr("standard.*, s.code").
		Join("JOIN services AS s ON s.id = standard.service_id").
		Where("standard.agency_id IS NULL").
		OrderExpr(`s.code COLLATE "C", standard.version`).
		Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read standards: %w", err)
	}
	byCode := map[string][]Standard{}
	for _, row := range rows {
		row.trim()
		byCode[row.Code] = append(byCode[row.Code], row.Standard)
	}
	return byCode, nil
}

// trim takes the zeros away that the column's scale adds.
func (s *Standard) trim() {
	if s.DurationValue != nil {
		*s.DurationValue = s.DurationValue.Trim(0)
	}
}
