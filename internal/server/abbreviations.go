package server

import (
	"slices"
	"strings"
	"unicode"

	"petajalan/internal/scorecard"
)

// shortForm is an abbreviation and what it stands for.
type shortForm struct{ Short, Long string }

// shortForms are the abbreviations that officials use in the names and sources of
// indicators, in order of the alphabet. A page that shows such a text lists those in it.
var shortForms = []shortForm{
	{"AKIP", "akuntabilitas kinerja instansi pemerintah"},
	{"APBD", "anggaran pendapatan dan belanja daerah"},
	{"BSKDN", "Badan Strategi Kebijakan Dalam Negeri"},
	{"DPRD", "Dewan Perwakilan Rakyat Daerah"},
	{"IKM", "indeks kepuasan masyarakat"},
	{"KIR", "uji berkala kendaraan bermotor"},
	{"KPK", "Komisi Pemberantasan Korupsi"},
	{"LHE", "laporan hasil evaluasi"},
	{"LKPJ", "laporan keterangan pertanggungjawaban wali kota"},
	{"MCP", "pemantauan pencegahan korupsi oleh KPK"},
	{"MPP", "mal pelayanan publik"},
	{"OSS", "sistem perizinan berusaha daring milik pemerintah pusat"},
	{"PANRB", "Pendayagunaan Aparatur Negara dan Reformasi Birokrasi"},
	{"PEKPPP", "pemantauan dan evaluasi kinerja penyelenggaraan pelayanan publik"},
	{"PPID", "pejabat pengelola informasi dan dokumentasi"},
	{"RI", "Republik Indonesia"},
	{"RSUD", "rumah sakit umum daerah"},
	{"SIAK", "sistem informasi administrasi kependudukan"},
	{"SIMRS", "sistem informasi manajemen rumah sakit"},
	{"SK", "surat keputusan"},
	{"SKM", "survei kepuasan masyarakat"},
	{"SPBE", "sistem pemerintahan berbasis elektronik"},
	{"SPI", "survei penilaian integritas"},
	{"TPA", "tempat pemrosesan akhir sampah"},
}

// shortFormsIn are the known abbreviations that stand as words in any of the texts.
func shortFormsIn(texts ...string) []shortForm {
	words := strings.FieldsFunc(strings.Join(texts, " "), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var found []shortForm
	for _, s := range shortForms {
		if slices.Contains(words, s.Short) {
			found = append(found, s)
		}
	}
	return found
}

// indicatorShortForms are the known abbreviations in what is shown of an indicator.
func indicatorShortForms(ind *scorecard.Indicator) []shortForm {
	return shortFormsIn(ind.Name, ind.Definition, ind.NumeratorLabel, ind.DenominatorLabel, ind.DataSource, ind.EvidenceRule, ind.BreakNote)
}
