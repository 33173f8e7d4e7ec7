package roadmap

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// AreaLevel is the height of an area in the map.
type AreaLevel string

// Levels of areas, from the whole to the part.
const (
	AreaCity      AreaLevel = "kota"
	AreaKecamatan AreaLevel = "kecamatan"
	AreaKelurahan AreaLevel = "kelurahan"
)

// Area (wilayah) is a piece of the map, by its Kemendagri code. The office in it
// is an Agency. Slug, outline and label are those of a kelurahan; the others
// have none.
type Area struct {
	Code       string `bun:",pk"`
	Level      AreaLevel
	ParentCode string `bun:",nullzero"` // empty for the city
	Name       string
	Slug       string `bun:",nullzero"` // address of a kelurahan's page
	Outline    string `bun:",nullzero"` // SVG path, schematic and no legal reference
	LabelX     int    `bun:"label_x,nullzero"`
	LabelY     int    `bun:"label_y,nullzero"`
	LabelRoom  int    `bun:",nullzero"` // radius around the label that no border crosses
	Source     string
}

// Areas returns all areas by code: city, kecamatan and kelurahan.
func Areas(ctx context.Context, db bun.IDB) ([]Area, error) {
	var areas []Area
	if err := db.NewSelect().Model(&areas).OrderExpr(`code COLLATE "C"`).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read areas: %w", err)
	}
	return areas, nil
}

// PutAreas adds areas or corrects them in place, by code. It returns how many
// were new or different.
func PutAreas(ctx context.Context, db bun.IDB, areas []Area) (int, error) {
	n, err := upsert(ctx, db, areas, "areas", "code",
		"level", "parent_code", "name", "slug", "outline", "label_x", "label_y", "label_room", "source")
	if err != nil {
		return 0, fmt.Errorf("write areas: %w", err)
	}
	return n, nil
}
