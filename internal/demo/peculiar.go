package demo

import (
	"time"

	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// peculiar bends a few values so that every check has something to find.
func (q *quarter) peculiar(a *roadmap.Agency, i *roadmap.Indicator, v report.Value) report.Value {
	switch {
	case v.NotApplicable:
	case i.Code == "KEL-JEMPUT": // the same in many kelurahan
		v.Actual = number(12, 0)
	case a.Code == "rsud-mardi-waluyo" && i.Code == "RSUD-TUNGGU": // not plausible
		v.Actual = number(212, 0)
	case a.Code == "bpbd" && i.Code == "BPBD-TANGGAP": // a jump
		v.Actual = number(unscaled(*v.Actual, i.Decimals)*8/5, i.Decimals)
	case a.Code == "dpmptsp" && i.Code == "PTSP-IZIN": // more done than there was
		v.Numerator = number(unscaled(*v.Denominator, 0)+3, 0)
	case a.Code == "35.72.03.1003" && i.Code == "DIGITAL": // exactly as promised
		if t := q.targets[targetKey{a.Code, i.Code, current.Year}]; t != nil && t.Value != nil {
			v.Numerator, v.Denominator = number(unscaled(*t.Value, 0), 0), number(100, 0)
		}
	}
	return v
}

// explained is v with what a value off target asks for.
func (q *quarter) explained(a *roadmap.Agency, i *roadmap.Indicator, v report.Value) report.Value {
	if v.NotApplicable || q.performance(a, i, current) >= whole {
		return v
	}
	return q.explanation(a, i, v)
}

// explanation adds cause, obstacle and next step.
func (q *quarter) explanation(a *roadmap.Agency, i *roadmap.Indicator, v report.Value) report.Value {
	d := newDice("explain", a.Code, i.Code)
	if v.Note == "" {
		v.Note = d.one(
			"Jumlah berkas naik pada akhir tahun, sedangkan petugas tetap.",
			"Sebagian kegiatan baru selesai sesudah tanggal laporan ini.",
			"Dua pekan sistem tidak dapat dipakai dan berkas dikerjakan dengan tangan.")
	}
	v.Obstacle = d.one(
		"Petugas yang terlatih hanya satu orang.",
		"Kelengkapan berkas pemohon sering kurang.",
		"Perangkat di loket sudah tua dan sering mati.")
	v.NextStep = d.one(
		"Melatih dua petugas lagi dan membagi giliran loket.",
		"Menempel daftar syarat di loket dan mengirimkannya lewat WhatsApp sebelum pemohon datang.",
		"Mengganti dua komputer loket lewat anggaran awal tahun.")
	v.NextStepOwner = d.one("Sekretariat", "Seksi pelayanan", "Subbagian umum")
	if i.Kind == scoring.KindMilestone {
		v.NextStepOwner = "Sekretariat"
	}
	due := time.Date(q.now.Year(), q.now.Month()+2, 15, 0, 0, 0, 0, time.UTC)
	v.NextStepDue = &due
	return v
}
