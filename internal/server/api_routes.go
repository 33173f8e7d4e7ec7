package server

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// apiRoutes are all addresses of the API, in the order of its document.
func apiRoutes() []apiRoute {
	return []apiRoute{
		{
			path: "/publications", id: "listPublications", list: true,
			summary: "Semua terbitan, dari yang pertama.",
			record:  reflect.TypeFor[publicationRecord](),
			answer: func(_ context.Context, q apiQuery) (any, error) {
				return listPublications(q)
			},
		},
		{
			path: "/publications/:number", id: "getPublication",
			summary: "Satu terbitan: periode, alasan, sidik (SHA-256), dan alamat isinya.",
			record:  reflect.TypeFor[publicationRecord](),
			params:  []apiParam{{name: "number", about: "Nomor terbitan.", inPath: true, schema: schema{Type: "integer", Minimum: new(1)}}},
			answer: func(_ context.Context, q apiQuery) (any, error) {
				return getPublication(q)
			},
		},
		listing("/agencies", "listAgencies", "Perangkat daerah dan kelurahan, urut kode.",
			func(e *edition) []scorecard.Agency { return e.Content.Agencies },
			func(a *scorecard.Agency) string { return a.Code }),
		single("/agencies/:code", "getAgency", "Satu perangkat daerah atau kelurahan.", "Instansi",
			func(e *edition, code string) *scorecard.Agency { return e.Agency(code) }),
		listing("/goals", "listGoals", "Tujuan peta jalan dengan sasarannya, urut kode.",
			func(e *edition) []scorecard.Goal { return e.Content.Goals },
			func(g *scorecard.Goal) string { return g.Code }),
		listing("/indicators", "listIndicators", "Indikator dengan definisi dan rumusnya, urut kode.",
			func(e *edition) []scorecard.Indicator { return e.Content.Indicators },
			func(i *scorecard.Indicator) string { return i.Code }),
		single("/indicators/:code", "getIndicator", "Satu indikator.", "Indikator",
			func(e *edition, code string) *scorecard.Indicator { return e.Indicator(code) }),
		listing("/targets", "listTargets", "Target semua tahun dengan semua perubahannya, urut instansi, indikator, tahun, dan perubahan.",
			func(e *edition) []scorecard.Target { return e.Content.Targets },
			func(t *scorecard.Target) string {
				return t.Agency + "/" + t.Indicator + "/" + strconv.Itoa(t.Year) + "/" + strconv.Itoa(t.Revision)
			}),
		listing("/achievements", "listAchievements", "Capaian tiap target di tiap periode, urut periode, instansi, dan indikator.",
			func(e *edition) []scorecard.Achievement { return e.Content.Achievements },
			func(a *scorecard.Achievement) string { return a.Period.String() + "/" + a.Agency + "/" + a.Indicator },
			filter[scorecard.Achievement]{periodParam, func(a *scorecard.Achievement) string { return a.Period.String() }},
			filter[scorecard.Achievement]{agencyParam, func(a *scorecard.Achievement) string { return a.Agency }},
			filter[scorecard.Achievement]{indicatorParam, func(a *scorecard.Achievement) string { return a.Indicator }}),
		listing("/scores", "listScores", "Nilai kota, tujuan, sasaran, dan instansi di tiap periode.",
			func(e *edition) []scorecard.Score { return e.Content.Scores },
			func(s *scorecard.Score) string { return s.Period.String() + "/" + string(s.Level) + "/" + s.Code },
			filter[scorecard.Score]{levelParam, func(s *scorecard.Score) string { return string(s.Level) }},
			filter[scorecard.Score]{periodParam, func(s *scorecard.Score) string { return s.Period.String() }},
			filter[scorecard.Score]{scoreCodeParam, func(s *scorecard.Score) string { return s.Code }}),
		listing("/services", "listServices", "Layanan dengan standar pelayanannya, urut kode.",
			func(e *edition) []scorecard.Service { return e.Content.Services },
			func(s *scorecard.Service) string { return s.Code }),
		{
			path: "/methods/:id", id: "getMethod", editions: true,
			summary: "Aturan menilai: batas atas, kategori, skala, dan cara merangkum.",
			record:  reflect.TypeFor[scorecard.Method](),
			params:  []apiParam{{name: "id", about: "Kode aturan, seperti pada kolom method.", inPath: true, schema: schema{Type: "string"}}},
			answer:  getMethod,
		},
	}
}

// Parameters that choose records.
var (
	periodParam = apiParam{
		name: "period", about: "Hanya periode ini, misalnya 2026-TW3.",
		schema: schema{Type: "string", Pattern: "^20[0-9]{2}-TW[1-4]$"},
		check: func(e *edition, value string) error {
			p, err := scoring.ParsePeriod(value)
			if err != nil {
				return badParameter("period", "Parameter period ditulis seperti 2026-TW3: tahun, lalu triwulan 1 sampai 4.")
			}
			if e != nil && !hasPeriod(e, p) {
				return unknownValue("period", fmt.Sprintf("Periode %s tidak ada di terbitan %d, yang memuat %s sampai %s.",
					value, e.Number, e.Periods[0].Period, e.Period))
			}
			return nil
		},
	}
	agencyParam = apiParam{
		name: "agency", about: "Hanya instansi dengan kode ini; untuk kelurahan kode Kemendagri.", schema: schema{Type: "string"},
		check: func(e *edition, value string) error {
			return known("agency", "Instansi", e, value, e != nil && e.Agency(value) != nil)
		},
	}
	indicatorParam = apiParam{
		name: "indicator", about: "Hanya indikator dengan kode ini.", schema: schema{Type: "string"},
		check: func(e *edition, value string) error {
			return known("indicator", "Indikator", e, value, e != nil && e.Indicator(value) != nil)
		},
	}
	levelParam = apiParam{
		name: "level", about: "Hanya tingkat ini: kota, tujuan, sasaran, atau instansi.",
		schema: schema{Type: "string", Enum: levels},
		check: func(_ *edition, value string) error {
			for _, level := range levels {
				if value == level {
					return nil
				}
			}
			return badParameter("level", "Parameter level adalah salah satu dari city, goal, objective, agency.", levels...)
		},
	}
	scoreCodeParam = apiParam{
		name: "code", about: "Hanya kode ini: kota, atau kode tujuan, sasaran, atau instansi.", schema: schema{Type: "string"},
		check: func(e *edition, value string) error {
			return known("code", "Kode", e, value, e != nil && hasCode(e, value))
		},
	}

	levels = []string{string(scoring.LevelCity), string(scoring.LevelGoal), string(scoring.LevelObjective), string(scoring.LevelAgency)}
)

// known refuses a code that names nothing in the edition. Before the first publication
// every code is let through, since nobody knows better.
func known(parameter, what string, e *edition, value string, found bool) error {
	if e == nil || found {
		return nil
	}
	return unknownValue(parameter, fmt.Sprintf("%s “%s” tidak ada di terbitan %d.", what, shorten(value, 40), e.Number))
}

func hasPeriod(e *edition, p scoring.Period) bool {
	for _, info := range e.Periods {
		if info.Period == p {
			return true
		}
	}
	return false
}

func hasCode(e *edition, code string) bool {
	objective, _ := e.Objective(code)
	return code == scoring.CityCode || e.Goal(code) != nil || objective != nil || e.Agency(code) != nil
}

// filter chooses the records whose text, as of gives it, is the value of a parameter.
type filter[T any] struct {
	apiParam
	of func(*T) string
}

// listing makes the route of a list that is part of a publication. key tells its records
// apart and stands in the cursor.
func listing[T any](path, id, summary string, all func(*edition) []T, key func(*T) string, filters ...filter[T]) apiRoute {
	route := apiRoute{path: path, id: id, summary: summary, record: reflect.TypeFor[T](), list: true, editions: true}
	for _, f := range filters {
		route.params = append(route.params, f.apiParam)
	}
	route.answer = func(_ context.Context, q apiQuery) (any, error) {
		if q.edition == nil {
			return apiList{Data: []T{}}, nil
		}
		chosen := func(record *T) bool {
			for _, f := range filters {
				if value, ok := q.values[f.name]; ok && f.of(record) != value {
					return false
				}
			}
			return true
		}
		data, last, err := cut(all(q.edition), key, chosen, q.after, q.limit)
		if err != nil {
			return nil, err
		}
		answer := apiList{Data: data}
		if last != "" {
			answer.Next = new(strconv.Itoa(q.edition.Number) + ":" + last)
		}
		return answer, nil
	}
	return route
}

// cut returns the chosen records that follow the one with the key after, at most limit,
// and the key of the last one when more follow.
func cut[T any](all []T, key func(*T) string, chosen func(*T) bool, after string, limit int) (data []*T, last string, err error) {
	start := 0
	if after != "" {
		for start < len(all) && key(&all[start]) != after {
			start++
		}
		if start == len(all) {
			return nil, "", badCursor()
		}
		start++
	}
	data = []*T{}
	for i := start; i < len(all); i++ {
		if !chosen(&all[i]) {
			continue
		}
		if len(data) == limit {
			return data, key(data[limit-1]), nil
		}
		data = append(data, &all[i])
	}
	return data, "", nil
}

// single makes the route of one thing in a publication, by its code.
func single[T any](path, id, summary, what string, find func(*edition, string) *T) apiRoute {
	return apiRoute{
		path: path, id: id, summary: summary, record: reflect.TypeFor[T](), editions: true,
		params: []apiParam{{name: "code", about: "Kodenya.", inPath: true, schema: schema{Type: "string"}}},
		answer: func(_ context.Context, q apiQuery) (any, error) {
			if q.edition == nil {
				return nil, unknownValue("code", "Belum ada yang diterbitkan.")
			}
			found := find(q.edition, q.values["code"])
			if err := known("code", what, q.edition, q.values["code"], found != nil); err != nil {
				return nil, err
			}
			return apiOne{found}, nil
		},
	}
}

// publicationRecord is what the API says of a publication.
type publicationRecord struct {
	Number         int            `json:"number"`
	Period         scoring.Period `json:"period"`
	PublishedAt    time.Time      `json:"published_at"`
	AsOf           time.Time      `json:"as_of"`
	Reason         string         `json:"reason"`
	Status         string         `json:"status"`
	SHA256         string         `json:"sha256"`
	PreviousSHA256 *string        `json:"previous_sha256"`
	Method         string         `json:"method"`
	URL            string         `json:"url"`   // of the bytes that were hashed
	Bytes          int            `json:"bytes"` // how many they are
}

func newPublicationRecord(i *editionInfo) publicationRecord {
	return publicationRecord{
		Number:         i.Number,
		Period:         i.Period,
		PublishedAt:    i.PublishedAt,
		AsOf:           i.AsOf,
		Reason:         i.Reason,
		Status:         i.Status,
		SHA256:         i.SHA256,
		PreviousSHA256: i.PreviousSHA256,
		Method:         i.Method,
		URL:            bytesPath(i.Number),
		Bytes:          i.Size,
	}
}

func listPublications(q apiQuery) (any, error) {
	if q.shelf.latest == nil {
		return apiList{Data: []publicationRecord{}}, nil
	}
	infos, last, err := cut(q.shelf.latest.Others, func(i *editionInfo) string { return strconv.Itoa(i.Number) },
		func(*editionInfo) bool { return true }, q.after, q.limit)
	if err != nil {
		return nil, err
	}
	records := make([]publicationRecord, len(infos))
	for i, info := range infos {
		records[i] = newPublicationRecord(info)
	}
	answer := apiList{Data: records}
	if last != "" {
		answer.Next = &last
	}
	return answer, nil
}

func getPublication(q apiQuery) (any, error) {
	number, err := strconv.Atoi(q.values["number"])
	info := q.shelf.info(number)
	if err != nil || info.Number == 0 {
		return nil, unknownValue("number", q.shelf.missing(q.values["number"]))
	}
	return apiOne{newPublicationRecord(&info)}, nil
}

// getMethod answers the rule set of the publication asked for; where none was, of the
// latest publication that used it.
func getMethod(ctx context.Context, q apiQuery) (any, error) {
	if q.edition == nil {
		return nil, unknownValue("id", "Belum ada yang diterbitkan.")
	}
	id := q.values["id"]
	if q.edition.Method.ID == id {
		return apiOne{q.edition.Method}, nil
	}
	if !q.chosen {
		for i := len(q.edition.Others) - 1; i >= 0; i-- {
			if info := q.edition.Others[i]; info.Method == id {
				e, err := q.site.open(ctx, q.shelf, info.Number)
				if err != nil {
					return nil, err
				}
				return apiOne{e.Method}, nil
			}
		}
	}
	return nil, known("id", "Aturan", q.edition, id, false)
}
