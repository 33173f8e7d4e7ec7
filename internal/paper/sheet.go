// Package paper makes files to be printed, signed and sent: the quarterly sheet of an agency
// as PDF and as workbook. It is given words and lays them out; it computes nothing.
package paper

import (
	"time"
)

// Sheet (lembar triwulanan) is what an agency answers for at the end of a quarter, on paper.
type Sheet struct {
	Title    string // "Laporan capaian triwulanan"
	Agency   string // "Dinas Lingkungan Hidup Kota Blitar"
	Period   string // "Triwulan III 2026"
	Standing string // which figures these are: "Menurut Terbitan 7, 31 Oktober 2026"
	Summary  []string
	Rows     []Row
	Signer   Signer
	Footer   string    // source and address, on every page
	Mark     string    // "DATA PERAGAAN"; empty: real figures
	Made     time.Time // of the file
}

// Row is one indicator. All fields are text for the reader.
type Row struct {
	Indicator   string
	Target      string
	Actual      string // with numerator and denominator
	Achievement string // "96,2"
	Word        string // "Hampir tercapai"
	Status      string // of the report
	Evidence    string // label
	Explanation string // cause, obstacle, next step
}

// Signer is who signs: the place and day are left open for the pen.
type Signer struct {
	Place  string // "Blitar"
	Office string // "Kepala Dinas Lingkungan Hidup"
	Name   string // empty: a dotted line
}

// columns are the headings of the table and their share of twelve.
var columns = [...]struct {
	name  string
	width int
}{
	{"Indikator", 3}, {"Target", 1}, {"Realisasi", 2}, {"Capaian", 1}, {"Keterangan capaian", 1}, {"Status dan bukti", 1}, {"Penjelasan dan rencana", 3},
}

// cells are the texts of a row in the order of the columns.
func (r Row) cells() [len(columns)]string {
	state := r.Status
	if r.Evidence != "" {
		state += ". Bukti: " + r.Evidence
	}
	return [...]string{r.Indicator, r.Target, r.Actual, r.Achievement, r.Word, state, r.Explanation}
}
