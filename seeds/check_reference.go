package seeds

import (
	"fmt"
	"slices"

	"petajalan/internal/roadmap"
)

var areaLevels = []string{"kota", "kecamatan", "kelurahan"}

// areaAbove is the level that an area's parent must have.
var areaAbove = map[string]string{"kecamatan": "kota", "kelurahan": "kecamatan"}

func (c *checker) checkAreas(rows []areaRow) {
	c.areaLevels = map[string]areaRow{}
	codes, slugs := map[string]int{}, map[string]int{}
	for _, row := range rows {
		if row.Code != "" && c.unique(codes, areasFile, row.line, "kode", row.Code) {
			c.areaLevels[row.Code] = row
		}
		if row.Slug != "" {
			c.unique(slugs, areasFile, row.line, "slug", row.Slug)
		}
	}
	cities := 0
	for _, row := range rows {
		if row.Level == string(roadmap.AreaCity) {
			cities++
		}
		c.checkAreaParent(row)
		drawn := row.Slug != "" && row.Outline != "" && whole(row.LabelX) > 0 && whole(row.LabelY) > 0 && whole(row.LabelRoom) > 0
		blank := row.Slug+row.Outline+row.LabelX+row.LabelY+row.LabelRoom == ""
		switch isKelurahan := row.Level == string(roadmap.AreaKelurahan); {
		case isKelurahan && !drawn:
			c.problems.add(areasFile, row.line, "kelurahan tanpa slug, outline, atau label", "Isi slug, label_x, label_y, label_room (lebih dari 0), dan outline")
		case !isKelurahan && !blank:
			c.problems.add(areasFile, row.line, "slug, outline, dan label hanya untuk kelurahan", "Kosongkan kolom-kolom itu")
		}
		c.areas = append(c.areas, roadmap.Area{
			Code: row.Code, Level: roadmap.AreaLevel(row.Level), ParentCode: row.Parent, Name: row.Name, Slug: row.Slug,
			Outline: row.Outline, LabelX: whole(row.LabelX), LabelY: whole(row.LabelY), LabelRoom: whole(row.LabelRoom), Source: row.Source,
		})
	}
	if cities != 1 && !c.broken[areasFile] {
		c.problems.add(areasFile, 0, fmt.Sprintf("ada %d wilayah berlevel kota, seharusnya 1", cities), "Sisakan satu baris kota")
	}
}

func (c *checker) checkAreaParent(row areaRow) {
	above, needsParent := areaAbove[row.Level]
	parent, known := c.areaLevels[row.Parent]
	switch {
	case row.Level == string(roadmap.AreaCity) && row.Parent != "":
		c.problems.add(areasFile, row.line, "kota tidak punya induk", "Kosongkan parent")
	case needsParent && !known && c.broken[areasFile]:
	case needsParent && !known:
		c.problems.add(areasFile, row.line, "parent "+quote(row.Parent)+" tidak ada", "Isi kode "+above+" yang ada di berkas ini")
	case needsParent && parent.Level != above && slices.Contains(areaLevels, parent.Level):
		c.problems.add(areasFile, row.line, "parent "+quote(row.Parent)+" bukan "+above, "Isi kode "+above+" yang ada di berkas ini")
	}
}

func (c *checker) checkAgencies(rows []agencyRow) {
	c.agenciesByCode = map[string]*roadmap.Agency{}
	codes := map[string]int{}
	byCode := map[string]agencyRow{}
	for _, row := range rows {
		if row.Code != "" && c.unique(codes, agenciesFile, row.line, "kode", row.Code) {
			byCode[row.Code] = row
		}
	}
	for _, row := range rows {
		from, to := c.period(agenciesFile, &row.record, row.ValidFrom, row.ValidTo)
		if missing(c, areasFile, c.areaLevels, row.Area) {
			c.problems.add(agenciesFile, row.line, "area "+quote(row.Area)+" tidak ada di "+areasFile, "Isi kode wilayah yang ada")
		}
		if missing(c, agenciesFile, byCode, row.Parent) {
			c.problems.add(agenciesFile, row.line, "parent "+quote(row.Parent)+" tidak ada", "Isi kode perangkat daerah yang ada di berkas ini, atau kosongkan")
		}
		c.checkCycle(row, byCode)
		c.checkKelurahanOffice(row, byCode)
		c.agencies = append(c.agencies, roadmap.Agency{
			Code: row.Code, Kind: roadmap.AgencyKind(row.Kind), Name: row.Name, ShortName: row.ShortName, ParentCode: row.Parent,
			AreaCode: row.Area, PublicFacing: row.PublicFacing == "ya", Reports: row.Reports == "ya", Website: row.Website,
			ValidFrom: valueOf(from), ValidTo: to, Source: row.Source, Confidence: row.Confidence, Note: row.Note,
		})
	}
	for i := range c.agencies {
		c.agenciesByCode[c.agencies[i].Code] = &c.agencies[i]
	}
}

// checkCycle notes an agency that is its own ancestor.
func (c *checker) checkCycle(row agencyRow, byCode map[string]agencyRow) {
	for at, steps := byCode[row.Parent], 0; at.Code != "" && steps <= len(byCode); at, steps = byCode[at.Parent], steps+1 {
		if at.Code == row.Code {
			c.problems.add(agenciesFile, row.line, "induk "+quote(row.Code)+" melingkar kembali ke dirinya sendiri", "Betulkan parent")
			return
		}
	}
}

// checkKelurahanOffice notes a kelurahan whose code, area and parent do not say
// the same place.
func (c *checker) checkKelurahanOffice(row agencyRow, byCode map[string]agencyRow) {
	if row.Kind != string(roadmap.AgencyKelurahan) {
		return
	}
	area, known := c.areaLevels[row.Area]
	parent := byCode[row.Parent]
	switch {
	case row.Code != row.Area || known && area.Level != string(roadmap.AreaKelurahan):
		c.problems.add(agenciesFile, row.line, "kode kelurahan "+quote(row.Code)+" tidak sama dengan kode wilayahnya", "Isi code dan area dengan kode Kemendagri kelurahan itu")
	case parent.Kind != string(roadmap.AgencyKecamatan) || known && parent.Area != area.Parent:
		c.problems.add(agenciesFile, row.line, "induk kelurahan "+quote(row.Code)+" bukan kecamatannya", "Isi parent dengan kode perangkat daerah kecamatan itu")
	}
}

func (c *checker) checkNames(rows []nameRow) {
	seen := map[string]int{}
	for _, row := range rows {
		if missing(c, agenciesFile, c.agenciesByCode, row.Agency) {
			c.problems.add(namesFile, row.line, "agency "+quote(row.Agency)+" tidak ada di "+agenciesFile, "Isi kode yang ada")
		}
		c.unique(seen, namesFile, row.line, "nama", row.Agency+" "+row.Name)
		from, to := c.period(namesFile, &row.record, row.ValidFrom, row.ValidTo)
		c.names = append(c.names, roadmap.AgencyName{AgencyCode: row.Agency, Name: row.Name, ValidFrom: from, ValidTo: to})
	}
}

func (c *checker) checkBaselines(rows []baselineRow) {
	seen := map[string]int{}
	for _, row := range rows {
		c.unique(seen, baselinesFile, row.line, "kode dan tahun", row.Code+" "+row.Year)
		b := roadmap.Baseline{
			Code: row.Code, Indicator: row.Indicator, Year: whole(row.Year), Unit: row.Unit, Predicate: row.Predicate,
			Assessor: row.Assessor, Status: row.Status, Confidence: row.Confidence, Source: row.Source, Note: row.Note,
		}
		if row.Value != "" {
			if value, ok := c.number(baselinesFile, row.line, "value", row.Value, 4); ok {
				b.Value = &value
			}
		}
		if (row.Status == "published") != (row.Value != "") {
			c.problems.add(baselinesFile, row.line, "status "+quote(row.Status)+" tidak cocok dengan value "+quote(row.Value), "published berarti ada angka; selain itu kosongkan value")
		}
		if (row.Status == "not_found") != (row.Source == "") {
			c.problems.add(baselinesFile, row.line, "status "+quote(row.Status)+" tidak cocok dengan source "+quote(row.Source), "Setiap angka punya sumber; yang tidak ditemukan tidak")
		}
		c.baselines = append(c.baselines, b)
	}
}

func (c *checker) checkHolidays(rows []holidayRow) {
	if len(rows) == 0 && !c.broken[holidaysFile] {
		c.problems.add(holidaysFile, 0, "tidak ada hari libur, sehingga hari kerja tidak dapat dihitung", "Isi hari libur nasional")
	}
	seen := map[string]int{}
	for _, row := range rows {
		c.unique(seen, holidaysFile, row.line, "tanggal", row.Day)
		c.holidays = append(c.holidays, roadmap.Holiday{
			Day: valueOf(date(row.Day)), Name: row.Name, NeedsCheck: row.NeedsCheck == "ya", Source: row.Source,
		})
	}
}
