package server

import "petajalan/internal/machine"

// openapiWords are the meanings of fields that no table of the open data has. What a column
// means is declared in opendata, once for files, API and dictionary.
var openapiWords = map[string]string{
	"Publication.url":   "Alamat isi terbitan: bita yang SHA-256-nya ada di sha256.",
	"Publication.bytes": "Ukuran isi terbitan, dalam bita.",

	"Goal.code": "Kode tujuan.", "Goal.name": "Tujuan.", "Goal.weight": "Bobot tujuan dalam nilai kota; semua tujuan berjumlah 100.", "Goal.objectives": "Sasaran di bawah tujuan ini.",
	"Objective.code": "Kode sasaran.", "Objective.name": "Sasaran.",
	"MilestoneStep.percent": "Persen yang dicapai bila tahap ini selesai.", "MilestoneStep.name": "Nama tahap.",
	"Achievement.provenance": "Asal nilai triwulan ini; null bila belum ada laporan.",
	"Provenance.reported":    "Kapan dan oleh kantor mana dilaporkan.", "Provenance.approved": "Kapan dan oleh kantor mana disetujui; null bila belum.", "Provenance.verified": "Kapan dan oleh kantor mana diverifikasi; null bila belum.",
	"ReportStep.role": "Peran: operator, kepala, atau organisasi.", "ReportStep.office": "Kantor; tidak pernah nama orang.", "ReportStep.at": "Waktunya.",
	"EvidenceLabel.kind": "Jenis bukti: berkas, tautan, atau umpan.", "EvidenceLabel.date": "Waktu bukti dilampirkan.", "EvidenceLabel.sha256": "Sidik jari SHA-256 bukti.",
	"Score.counts": "Banyak target di bawah nilai ini.", "Counts.ratings": "Banyak target yang dinilai, per kategori.", "Counts.states": "Banyak target, per status.",
	"Service.standard": "Standar layanan; null bila belum tercatat.", "Standard.provenance": "Asal tiap komponen, menurut nama komponennya.",

	"Method.id": "Kode aturan penilaian.", "Method.formula_version": "Versi rumus penilaian.", "Method.cap": "Batas atas nilai satu target.", "Method.floor": "Batas bawah nilai satu target.",
	"Method.bands": "Kategori nilai, yang tertinggi dahulu.", "Method.words": "Sebutan untuk satu target, menurut capaian aslinya; yang tertinggi dahulu.",
	"Method.scales": "Skala predikat.", "Method.rollup": "Cara menggabungkan nilai.", "Method.basis": "Dasar aturan.",
	"Band.from": "Berlaku mulai angka ini; null pada yang terendah.", "Band.rating": "Kode kategori.", "Band.label": "Sebutannya.",
	"Scale.code": "Kode skala.", "Scale.name": "Nama skala.", "Scale.basis": "Dasar skala.", "Scale.status": "Kedudukan: contoh, rancangan, atau resmi.", "Scale.steps": "Tingkat skala, yang terendah dahulu.",
	"ScaleStep.ordinal": "Urutan; yang terendah 1.", "ScaleStep.code": "Kode tingkat.", "ScaleStep.label": "Sebutannya.", "ScaleStep.from": "Berlaku mulai angka ini; null pada yang terendah.", "ScaleStep.exclusive": "true: angka itu sendiri belum termasuk.",
	"Rule.level": "Tingkat yang dihitung.", "Rule.rule": "Aturannya, dalam kata.",

	"Problem.type": "Selalu about:blank: status sudah mengatakan semuanya.", "Problem.title": "Ringkasan masalah.", "Problem.status": "Status HTTP.", "Problem.detail": "Penjelasan dan cara membetulkannya.",
	"Problem.parameter": "Parameter yang keliru, bila ada.", "Problem.allowed": "Nilai yang boleh, bila daftarnya pendek.",

	"Due.agency": "Kode instansi.", "Due.agency_name": "Nama instansi.", "Due.indicator": "Kode indikator.", "Due.name": "Nama indikator.", "Due.period": "Triwulan yang dilaporkan.",
	"Due.kind": "Jenis nilai: menentukan bagian mana yang diisi.", "Due.direction": "Arah yang lebih baik.", "Due.frequency": "Seberapa sering dilaporkan.", "Due.unit": "Satuan.", "Due.decimals": "Banyak angka di belakang koma saat ditampilkan.",
	"Due.numerator_label": "Arti pembilang; kosong bila bukan perbandingan.", "Due.denominator_label": "Arti penyebut; kosong bila bukan perbandingan.", "Due.choices": "Nilai yang boleh dipilih; kosong bila angkanya bebas.",
	"Due.state": "Keadaan laporan; empty: belum ada isinya.", "Due.writable": "true: kiriman untuk laporan ini diterima sekarang.", "Due.version": "Versi laporan; 0: belum ada isinya.", "Due.draft": "Isi draf; null bila belum ada.",
	"Choice.value": "Angkanya.", "Choice.code": "Kodenya.", "Choice.label": "Sebutannya.",
	"Draft.value": "Realisasi.", "Draft.numerator": "Pembilang.", "Draft.denominator": "Penyebut.", "Draft.not_applicable": "true: orang menyatakan indikator ini tidak berlaku.",
	"Draft.own": "true: yang terakhir mengubahnya token ini; false: orang atau token lain.", "Draft.edited_at": "Waktu perubahan terakhir.",
	"Saved.agency": "Kode instansi.", "Saved.indicator": "Kode indikator.", "Saved.period": "Triwulan.", "Saved.state": "Keadaan laporan sesudah disimpan.", "Saved.version": "Versi laporan sesudah disimpan.", "Saved.reference": "Tanda dari pengirim.",
	"Refusals.type": "Selalu about:blank.", "Refusals.title": "Ringkasan masalah.", "Refusals.status": "Status HTTP.", "Refusals.detail": "Penjelasan masalah pertama.", "Refusals.errors": "Semua masalah, masing-masing dengan tempatnya.",
	"Refusal.pointer": "Tempat di isi permintaan (JSON Pointer); kosong: seluruhnya.", "Refusal.detail": "Penjelasan dan cara membetulkannya.", "Refusal.status": "Status HTTP seandainya butir ini dikirim sendirian.",
	"Refusal.state": "Keadaan laporan sekarang.", "Refusal.version": "Versi laporan sekarang.",
	"NewReport.agency": "Kode instansi.", "NewReport.indicator": "Kode indikator.", "NewReport.period": "Triwulan.", "NewReport.version": "Versi yang Anda lihat; wajib bila laporan sudah berisi.",
}

// deliveryWords are the meanings of the fields that NewReport and NewFigures share.
var deliveryWords = map[string]string{
	"value": "Realisasi, untuk indikator satu angka: angka JSON atau teks dengan titik desimal.", "numerator": "Pembilang, untuk indikator perbandingan.", "denominator": "Penyebut, untuk indikator perbandingan.",
	"predicate": "Kode atau sebutan predikat, seperti pada choices.", "step": "Persen tahap yang dicapai, seperti pada choices.", "yes": "true untuk ya, false untuk tidak.",
	"note": "Penjelasan. Tidak menimpa penjelasan yang ditulis orang.", "reference": "Tanda kiriman ini di sistem Anda.",
}

// bound adds to a property how long it may be, as machine holds it to.
func bound(s *schema, name string) {
	switch name {
	case "NewReport.note", "NewFigures.note":
		s.MaxLength = new(machine.MaxNote)
	case "NewReport.reference", "NewFigures.reference":
		s.MaxLength = new(machine.MaxReference)
	case "NewReport.period":
		s.Pattern = periodParam.schema.Pattern
	case "NewReport.version":
		s.Minimum = new(0)
	}
}
