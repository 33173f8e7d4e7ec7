package server

import (
	"time"

	"strings"
	"unicode"
	"unicode/utf8"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// outcome is the status of a target with what a reader should know beside it.
type outcome struct {
	status
	Why string // why there is no figure, or from which period it is; often empty
}

// outcomeOf says what became of a target.
func outcomeOf(e *edition, a *scorecard.Achievement) outcome {
	o := outcome{status: targetStatus(e, a)}
	switch {
	case a.State == scoring.Scored && a.IsCarried():
		o.Why = "Hasil " + formatPeriod(a.AsOf) + ". " + frequencySentence(a.Frequency)
	case a.State == scoring.Scored:
	case a.StateReason != nil && *a.StateReason != "":
		o.Why = sentence(*a.StateReason)
		if a.StateUntil != nil {
			if until, err := time.Parse(time.DateOnly, *a.StateUntil); err == nil {
				o.Why += " Berlaku sampai " + formatDate(until, time.UTC) + "."
			}
		}
	case a.State == scoring.NotDue:
		o.Why = frequencySentence(a.Frequency)
	}
	return o
}

// stateWord names a state in a word or two.
func stateWord(s scoring.State) string {
	switch s {
	case scoring.Scored:
		return "Dinilai"
	case scoring.AwaitingVerification:
		return "Menunggu verifikasi"
	case scoring.NotReported:
		return "Belum lapor"
	case scoring.Late:
		return "Terlambat lapor"
	case scoring.NotDue:
		return "Belum jatuh tempo"
	case scoring.NotApplicable:
		return "Tidak berlaku"
	case scoring.Exempted:
		return "Dikecualikan"
	case scoring.NoTarget:
		return "Tidak ada target"
	}
	return string(s)
}

// stateMeaning explains a state in one or two sentences.
func stateMeaning(s scoring.State) string {
	switch s {
	case scoring.Scored:
		return "Laporan sudah diverifikasi, dan capaiannya dihitung."
	case scoring.AwaitingVerification:
		return "Laporan sudah masuk, tetapi belum selesai diperiksa. Data ini belum ikut dihitung."
	case scoring.NotReported:
		return "Belum ada laporan, dan batas waktunya belum lewat."
	case scoring.Late:
		return "Belum ada laporan yang lengkap, padahal batas waktunya sudah lewat."
	case scoring.NotDue:
		return "Indikator ini belum waktunya dilaporkan."
	case scoring.NotApplicable:
		return "Indikator ini tidak berlaku pada periode ini, dan alasannya sudah diverifikasi. Ia tidak ikut dihitung."
	case scoring.Exempted:
		return "Ada pengecualian yang disetujui sampai tanggal tertentu. Selama itu indikator ini tidak ikut dihitung."
	case scoring.NoTarget:
		return "Tidak ada target untuk periode ini, jadi tidak ada yang dinilai."
	}
	return ""
}

// frequencySentence says when an indicator is due.
func frequencySentence(f scoring.Frequency) string {
	switch f {
	case scoring.HalfYearly:
		return "Dihitung tiap semester: pada Triwulan II dan IV."
	case scoring.Yearly:
		return "Dihitung tiap akhir tahun: pada Triwulan IV."
	}
	return "Dihitung tiap triwulan."
}

// directionSentence says which way is better.
func directionSentence(d scoring.Direction) string {
	switch d {
	case scoring.LowerIsBetter:
		return "Makin kecil makin baik"
	case scoring.OnTarget:
		return "Paling baik bila tepat pada target"
	case scoring.YesNo:
		return "Baik bila dilakukan"
	case scoring.Milestones:
		return "Makin jauh tahapnya makin baik"
	case scoring.Predicate:
		return "Makin tinggi predikatnya makin baik"
	}
	return "Makin besar makin baik"
}

// consolidationSentence says how the periods of a year become one value.
func consolidationSentence(ind *scorecard.Indicator) string {
	switch {
	case ind.Consolidation == scoring.Sum && ind.Kind == scoring.KindFraction:
		return "Pembilang dan penyebut dijumlahkan sejak awal tahun, lalu dibagi. Persentase tidak pernah dirata-ratakan."
	case ind.Consolidation == scoring.Sum:
		return "Nilai dijumlahkan sejak awal tahun."
	case ind.Consolidation == scoring.Average:
		return "Nilai dirata-ratakan sejak awal tahun."
	}
	return "Yang dipakai adalah nilai terakhir."
}

// formulaOf is the formula of an achievement in words.
func formulaOf(d scoring.Direction) string {
	switch d {
	case scoring.LowerIsBetter:
		return "(2 − realisasi ÷ target) × 100"
	case scoring.OnTarget:
		return "100 − selisih realisasi dan target ÷ target × 100"
	case scoring.YesNo:
		return "100 bila dilakukan, 0 bila tidak"
	case scoring.Milestones:
		return "persen tahap yang dicapai ÷ persen tahap yang dijanjikan × 100"
	case scoring.Predicate:
		return "urutan predikat yang dicapai ÷ urutan predikat yang dijanjikan × 100"
	}
	return "realisasi ÷ target × 100"
}

// rangeFormulaOf is the formula against a range, in words.
func rangeFormulaOf(d scoring.Direction) string {
	switch d {
	case scoring.LowerIsBetter:
		return "Di bawah rentang: (2 − realisasi ÷ batas bawah) × 100. Di dalam: 100. Di atas: (2 − realisasi ÷ batas atas) × 100."
	case scoring.OnTarget:
		return "Di dalam rentang: 100. Di luar: 100 − jarak ke batas ÷ batas × 100."
	case scoring.HigherIsBetter:
		return "Di bawah rentang: realisasi ÷ batas bawah × 100. Di dalam: 100. Di atas: realisasi ÷ batas atas × 100."
	}
	return "Tidak memakai rentang."
}

// evidenceWord names the grade of the evidence behind a verified value.
func evidenceWord(grade string) string {
	switch grade {
	case scoring.EvidenceFeed:
		return "Umpan sistem"
	case scoring.EvidenceChecked:
		return "Dokumen diperiksa"
	case scoring.EvidenceStatement:
		return "Pernyataan unit"
	case scoring.EvidenceNone:
		return "Tanpa bukti"
	}
	return grade
}

// evidenceMeaning explains a grade of evidence in a sentence.
func evidenceMeaning(grade string) string {
	switch grade {
	case scoring.EvidenceFeed:
		return "Angka datang langsung dari sistem pencatat, tanpa diketik ulang."
	case scoring.EvidenceChecked:
		return "Verifikator membuka dokumennya dan mencocokkan angkanya."
	case scoring.EvidenceStatement:
		return "Unit menyatakan angka ini; dokumennya belum dicocokkan."
	case scoring.EvidenceNone:
		return "Angka diterima tanpa bukti. Bacalah dengan hati-hati."
	}
	return ""
}

// evidenceKind names what a piece of evidence is.
func evidenceKind(kind string) string {
	switch kind {
	case "berkas":
		return "Berkas"
	case "tautan":
		return "Tautan"
	case "umpan":
		return "Umpan sistem"
	}
	return kind
}

// roleWord names the role of an office in the life of a report.
func roleWord(role string) string {
	switch role {
	case "operator":
		return "Operator"
	case "kepala":
		return "Kepala unit"
	case "organisasi":
		return "Verifikator"
	}
	return role
}

// planStatus says how firm a target or an indicator is.
func planStatus(s string) string {
	switch s {
	case "contoh":
		return "Contoh, bukan lampiran resmi"
	case "rancangan":
		return "Rancangan"
	case "resmi":
		return "Resmi"
	}
	return s
}

// kindOfAgency names a kind of agency.
func kindOfAgency(kind string) string {
	switch kind {
	case "sekretariat":
		return "Sekretariat"
	case "inspektorat":
		return "Inspektorat"
	case "dinas":
		return "Dinas"
	case "badan":
		return "Badan"
	case "satuan":
		return "Satuan"
	case "kecamatan":
		return "Kecamatan"
	case "rsud":
		return "Rumah sakit"
	case "bagian":
		return "Bagian"
	case "unit":
		return "Unit layanan"
	case "puskesmas":
		return "Puskesmas"
	case "kelurahan":
		return "Kelurahan"
	}
	return kind
}

// sentence makes a text begin with a capital and end with a full stop.
func sentence(text string) string {
	text = capital(strings.TrimSpace(text))
	if text == "" {
		return ""
	}
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// capital makes a text begin with a capital.
func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(r)) + text[size:]
}
