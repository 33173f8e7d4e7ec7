package seeds

import (
	"slices"
	"strings"
)

// Document is a whole version of the roadmap with its targets and services, as it is edited in
// pages and workbooks: the same rows as the files, flat, everything text as it was written.
type Document struct {
	Version    Row   `json:"version"`
	Goals      []Row `json:"goals"`
	Objectives []Row `json:"objectives"`
	Indicators []Row `json:"indicators"`
	Targets    []Row `json:"targets"`
	Services   []Row `json:"services"`
}

// Row is a record by the keys of its table's columns. A key that is not there is empty.
type Row map[string]string

// Table names a part of a Document.
type Table string

// The tables of a Document, in the order of the plan.
const (
	VersionTable    Table = "version"
	GoalsTable      Table = "goals"
	ObjectivesTable Table = "objectives"
	IndicatorsTable Table = "indicators"
	TargetsTable    Table = "targets"
	ServicesTable   Table = "services"
)

// Tables are all tables of a Document, in the order of the plan.
var Tables = []Table{VersionTable, GoalsTable, ObjectivesTable, IndicatorsTable, TargetsTable, ServicesTable}

// fileOf is the file that holds the rows of a table, for the checks that name it.
var fileOf = map[Table]string{
	VersionTable: roadmapFile, GoalsTable: goalsFile, ObjectivesTable: objectivesFile,
	IndicatorsTable: indicatorsFile, TargetsTable: targetsFile, ServicesTable: servicesFile,
}

// Column is a key of a table with what a person calls it.
type Column struct {
	Key, Label string
	Choices    []string // the words it takes; nil: any text
	Long       bool     // more than a line
	Number     bool     // a number with a point, or nothing
}

var planStatuses = []string{"contoh", "rancangan", "resmi"}

// columns of each table, in the order of a workbook.
var columns = map[Table][]Column{
	VersionTable: {
		{Key: "version", Label: "Nomor versi", Number: true}, {Key: "title", Label: "Judul"},
		{Key: "first_year", Label: "Berlaku mulai tahun", Number: true}, {Key: "last_year", Label: "Sampai tahun", Number: true},
		{Key: "status", Label: "Status", Choices: planStatuses}, {Key: "regulation_number", Label: "Nomor peraturan"},
		{Key: "regulation_date", Label: "Tanggal peraturan"}, {Key: "note", Label: "Catatan", Long: true},
	},
	GoalsTable:      {{Key: "code", Label: "Kode"}, {Key: "name", Label: "Nama tujuan"}, {Key: "weight", Label: "Bobot", Number: true}},
	ObjectivesTable: {{Key: "code", Label: "Kode"}, {Key: "goal", Label: "Kode tujuan"}, {Key: "name", Label: "Nama sasaran"}},
	IndicatorsTable: {
		{Key: "code", Label: "Kode"}, {Key: "objective", Label: "Kode sasaran"}, {Key: "name", Label: "Nama indikator"},
		{Key: "definition", Label: "Definisi", Long: true},
		{Key: "kind", Label: "Jenis", Choices: []string{"fraction", "number", "index", "predicate", "milestone", "yesno", "range"}},
		{Key: "direction", Label: "Arah", Choices: []string{"naik", "turun", "tepat", "ya_tidak", "tahapan", "predikat"}},
		{Key: "consolidation", Label: "Penggabungan", Choices: []string{"sum", "last", "average"}},
		{Key: "frequency", Label: "Frekuensi", Choices: []string{"triwulanan", "semesteran", "tahunan"}},
		{Key: "unit", Label: "Satuan"}, {Key: "decimals", Label: "Angka di belakang koma", Choices: []string{"0", "1", "2", "3", "4"}},
		{Key: "applies_to", Label: "Berlaku untuk"}, {Key: "numerator", Label: "Pembilang"}, {Key: "denominator", Label: "Penyebut"},
		{Key: "data_source", Label: "Sumber data"}, {Key: "evidence", Label: "Bukti yang diminta"}, {Key: "scale", Label: "Skala predikat"},
		{Key: "steps", Label: "Tahap", Long: true}, {Key: "announced_month", Label: "Bulan pengumuman", Number: true},
		{Key: "key", Label: "Indikator kunci", Choices: []string{"", "true", "false"}}, {Key: "break_note", Label: "Catatan putus deret", Long: true},
		{Key: "baseline_year", Label: "Tahun kondisi awal", Number: true}, {Key: "baseline_value", Label: "Kondisi awal"},
		{Key: "baseline_source", Label: "Sumber kondisi awal"}, {Key: "status", Label: "Status", Choices: planStatuses},
	},
	TargetsTable: {
		{Key: "agency", Label: "Perangkat daerah"}, {Key: "indicator", Label: "Indikator"}, {Key: "year", Label: "Tahun", Number: true},
		{Key: "target", Label: "Target"}, {Key: "steps", Label: "Target per periode"}, {Key: "weight", Label: "Bobot", Number: true},
		{Key: "clause", Label: "Letak dalam lampiran"}, {Key: "status", Label: "Status", Choices: planStatuses},
		{Key: "reason", Label: "Alasan perubahan", Long: true}, {Key: "legal_basis", Label: "Dasar hukum perubahan"},
	},
	ServicesTable: {
		{Key: "code", Label: "Kode"}, {Key: "name", Label: "Nama layanan"}, {Key: "offered_by", Label: "Diselenggarakan oleh", Long: true},
		{Key: "requirements", Label: "Persyaratan", Long: true}, {Key: "procedure", Label: "Sistem, mekanisme, dan prosedur", Long: true},
		{Key: "duration_value", Label: "Jangka waktu", Number: true},
		{Key: "duration_unit", Label: "Satuan jangka waktu", Choices: []string{"", "menit", "jam", "hari_kerja", "hari"}},
		{Key: "fee_kind", Label: "Biaya", Choices: []string{"", "gratis", "retribusi", "campuran"}}, {Key: "fee_rupiah", Label: "Biaya (rupiah)", Number: true},
		{Key: "fee_note", Label: "Catatan biaya", Long: true}, {Key: "product", Label: "Produk layanan", Long: true},
		{Key: "complaints", Label: "Penanganan pengaduan, saran, dan masukan", Long: true}, {Key: "legal_basis", Label: "Dasar hukum", Long: true},
		{Key: "facilities", Label: "Sarana, prasarana, dan fasilitas", Long: true}, {Key: "competence", Label: "Kompetensi pelaksana", Long: true},
		{Key: "supervision", Label: "Pengawasan internal", Long: true}, {Key: "staff_number", Label: "Jumlah pelaksana", Long: true},
		{Key: "service_guarantee", Label: "Jaminan pelayanan", Long: true}, {Key: "safety_guarantee", Label: "Jaminan keamanan dan keselamatan", Long: true},
		{Key: "evaluation", Label: "Evaluasi kinerja pelaksana", Long: true}, {Key: "decree_number", Label: "Nomor keputusan"},
		{Key: "decided_on", Label: "Tanggal keputusan"}, {Key: "reviewed_on", Label: "Terakhir ditinjau"}, {Key: "provenance", Label: "Asal komponen", Long: true},
		{Key: "sources", Label: "Sumber", Long: true}, {Key: "note", Label: "Catatan", Long: true}, {Key: "standard_status", Label: "Status standar", Choices: append([]string{""}, planStatuses...)},
	},
}

// Columns are the columns of a table in their order.
func Columns(t Table) []Column { return columns[t] }

// Rows are the rows of a table; the version is a table of one.
func (d *Document) Rows(t Table) []Row {
	if t == VersionTable {
		return []Row{d.Version}
	}
	return *d.list(t)
}

// SetRows replaces the rows of a table. Of the version it takes the first.
func (d *Document) SetRows(t Table, rows []Row) {
	if t == VersionTable {
		d.Version = Row{}
		if len(rows) > 0 {
			d.Version = rows[0]
		}
		return
	}
	*d.list(t) = rows
}

func (d *Document) list(t Table) *[]Row {
	switch t {
	case GoalsTable:
		return &d.Goals
	case ObjectivesTable:
		return &d.Objectives
	case IndicatorsTable:
		return &d.Indicators
	case TargetsTable:
		return &d.Targets
	}
	return &d.Services
}

// Key is what names a row in its table: its code, or agency, indicator and year of a target.
func (t Table) Key(r Row) string {
	switch t {
	case VersionTable:
		return "versi"
	case TargetsTable:
		return r["agency"] + " " + r["indicator"] + " " + r["year"]
	}
	return r["code"]
}

// Find returns the place of the row with the key, or -1.
func (d *Document) Find(t Table, key string) int {
	return slices.IndexFunc(d.Rows(t), func(r Row) bool { return t.Key(r) == key })
}

// Clone returns a copy that shares nothing with d.
func (d *Document) Clone() Document {
	var c Document
	for _, t := range Tables {
		rows := make([]Row, 0, len(d.Rows(t)))
		for _, r := range d.Rows(t) {
			next := make(Row, len(r))
			for k, v := range r {
				next[k] = v
			}
			rows = append(rows, next)
		}
		c.SetRows(t, rows)
	}
	return c
}

// Remark is what is wrong at a place of a Document, in plain Indonesian.
type Remark struct {
	Table     Table
	Row       int    // place in the table from 0; -1: the table as a whole
	Key       string // of the column; empty: the row as a whole
	What, Fix string // without a full stop
}

// String is the remark as a sentence or two.
func (r Remark) String() string { return strings.ToUpper(r.What[:1]) + r.What[1:] + ". " + r.Fix + "." }

// Remarks are all that is wrong with a Document; as an error they refuse it.
type Remarks []Remark

// Error tells the remarks, one a line.
func (rs Remarks) Error() string {
	lines := make([]string, len(rs))
	for i, r := range rs {
		lines[i] = r.String()
	}
	return strings.Join(lines, "\n")
}
