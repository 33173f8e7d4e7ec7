package exchange

import (
	"slices"
	"strings"

	"petajalan/internal/report"
)

// FormatVersion is kept in every workbook the program makes.
const FormatVersion = "petajalan-isian-1"

// Names of sheets that the program makes. Those with a line before them are hidden and
// belong to the program.
const (
	sheetEntry   = "Isian"
	sheetGuide   = "Petunjuk"
	sheetAbout   = "_petajalan"
	sheetChoices = "_pilihan"
)

// Fields of a sheet beside those of package report.
const (
	fieldAgencyCode    = "agency_code"
	fieldIndicatorCode = "indicator_code"
	fieldVersion       = "version"
	fieldPeriod        = "period"
	fieldAgency        = "agency"
	fieldIndicator     = "indicator"
	fieldGuide         = "guide"
	fieldUnit          = "unit"
	fieldTarget        = "target"
	fieldLast          = "last"
	fieldPrefill       = "prefill"
	fieldStatus        = "status"
	fieldMessage       = "message"
	fieldAchievement   = "achievement" // in sheets of others: shown beside, never kept
)

// column is a column of the sheet.
type column struct {
	field   string
	title   string
	width   float64
	hidden  bool
	input   bool     // may be filled in
	number  bool     // its texts are numbers
	aliases []string // other titles under which it is found, in lower case
}

// columns are those of the sheet, in order. A sheet that is handed back may have them in any.
var columns = []column{
	{field: fieldAgencyCode, title: "Kode instansi", hidden: true, aliases: []string{"kode_instansi", "kode opd", "kode unit", "instansi_kode"}},
	{field: fieldIndicatorCode, title: "Kode indikator", hidden: true, aliases: []string{"kode_indikator", "indikator_kode"}},
	{field: fieldVersion, title: "Versi", hidden: true, aliases: []string{"version"}},
	{field: fieldAgency, title: "Instansi", width: 24, aliases: []string{"opd", "perangkat daerah", "unit", "unit kerja", "nama instansi", "kelurahan"}},
	{field: fieldIndicator, title: "Indikator", width: 38, aliases: []string{"nama indikator", "indikator kinerja"}},
	{field: fieldGuide, title: "Cara mengisi", width: 42},
	{field: fieldUnit, title: "Satuan", width: 13},
	{field: fieldTarget, title: "Target tahun ini", width: 15, aliases: []string{"target"}},
	{field: fieldLast, title: "Laporan sebelumnya", width: 17, aliases: []string{"triwulan lalu"}},
	{field: report.FieldActual, title: "Realisasi", width: 14, input: true, number: true, aliases: []string{"nilai", "hasil", "realisasi kinerja"}},
	{field: report.FieldNumerator, title: "Pembilang", width: 14, input: true, number: true},
	{field: report.FieldDenominator, title: "Penyebut", width: 14, input: true, number: true},
	{field: report.FieldNotApplicable, title: "Tidak berlaku", width: 10, input: true},
	{field: report.FieldNote, title: "Penyebab", width: 32, input: true, aliases: []string{"keterangan", "penyebab atau alasan", "alasan"}},
	{field: report.FieldObstacle, title: "Kendala", width: 28, input: true, aliases: []string{"hambatan"}},
	{field: report.FieldNextStep, title: "Tindak lanjut", width: 28, input: true, aliases: []string{"rencana tindak lanjut", "rtl"}},
	{field: report.FieldNextStepOwner, title: "Penanggung jawab", width: 20, input: true, aliases: []string{"pj"}},
	{field: report.FieldNextStepDue, title: "Tenggat tindak lanjut", width: 14, input: true, aliases: []string{"tenggat", "batas waktu"}},
	{field: fieldStatus, title: "Status", width: 14},
	{field: fieldPrefill, title: "Isian awal dari", width: 18},
	{field: fieldMessage, title: "Pesan", width: 60},
}

// foreignColumns are not in our own sheet, but understood in those of others.
var foreignColumns = []column{
	{field: fieldPeriod, title: "Periode", aliases: []string{"triwulan", "period"}},
	{field: fieldAchievement, title: "Capaian", number: true, aliases: []string{"capaian (%)", "% capaian", "persentase capaian", "capaian kinerja"}},
}

// findColumn finds a column by its title as somebody wrote it.
func findColumn(title string) *column {
	t := normalTitle(title)
	if t == "" {
		return nil
	}
	for _, list := range [][]column{columns, foreignColumns} {
		for i := range list {
			c := &list[i]
			if t == strings.ToLower(c.title) || t == c.field || slices.Contains(c.aliases, t) {
				return c
			}
		}
	}
	return nil
}

// columnOf is the column of a field.
func columnOf(field string) *column {
	for _, list := range [][]column{columns, foreignColumns} {
		for i := range list {
			if list[i].field == field {
				return &list[i]
			}
		}
	}
	return nil
}

// normalTitle is a title without capitals, doubled spaces and a star.
func normalTitle(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.Trim(s, "*: \n"))), " ")
}
