package opendata

import (
	"encoding/json"
	"fmt"
)

// Schema writes the metadata of the CSV files after CSV on the Web (CSVW), by which programs
// know type, meaning and key of every column. URLs are relative, so that it holds on the
// site and in the archive alike.
func Schema(p *Publication) ([]byte, error) {
	type object = map[string]any
	tables := make([]object, 0, len(Sets))
	for _, s := range Sets {
		columns := make([]object, 0, len(s.Columns))
		for _, c := range s.Columns {
			column := object{
				"name":           c.Name,
				"titles":         c.Name,
				"dc:description": object{"id": c.ID, "en": c.EN},
				"required":       !c.MayBeEmpty,
				"datatype":       c.Type.xsd(),
			}
			if c.Unit != "" {
				column["schema:unitText"] = c.Unit
			}
			if c.Type == List {
				column["separator"] = " | "
			}
			columns = append(columns, column)
		}
		tables = append(tables, object{
			"url":            s.Name + ".csv",
			"dc:title":       object{"id": s.Title, "en": s.TitleEN},
			"dc:description": object{"id": s.About, "en": s.AboutEN},
			"tableSchema":    object{"columns": columns, "primaryKey": s.Key},
		})
	}
	b, err := json.MarshalIndent(object{
		"@context":     []any{"http://www.w3.org/ns/csvw", object{"@language": "id"}},
		"dc:title":     fmt.Sprintf("Rapor Layanan Kota Blitar, terbitan %d", p.Number),
		"dc:publisher": Publisher,
		"dc:license":   object{"@id": LicenceURL},
		"dc:modified":  object{"@value": moment(p.PublishedAt), "@type": "xsd:dateTime"},
		"dialect":      object{"encoding": "utf-8", "delimiter": ",", "header": true, "lineTerminators": []string{"\r\n"}},
		"tables":       tables,
	}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return append(b, '\n'), nil
}

// xsd is the type as CSVW names it.
func (t Type) xsd() any {
	switch t {
	case Integer, Decimal, Boolean, Date:
		return string(t)
	case Moment:
		return "dateTime"
	case Period:
		return map[string]any{"base": "string", "format": "^20[0-9]{2}-TW[1-4]$"}
	}
	return "string"
}
