package opendata

import (
	"reflect"
	"time"

	"petajalan/internal/scorecard"
)

// editionRow is what a publication says of itself.
type editionRow struct {
	Number         int       `json:"number"`
	Period         string    `json:"period"`
	PublishedAt    time.Time `json:"published_at"`
	AsOf           time.Time `json:"as_of"`
	Reason         string    `json:"reason"`
	Status         string    `json:"status"`
	Demo           bool      `json:"demo"`
	SHA256         string    `json:"sha256"`
	PreviousSHA256 *string   `json:"previous_sha256"`
	InputHash      string    `json:"input_hash"`
	Method         string    `json:"method"`
	Format         string    `json:"format"`
	Size           int       `json:"size"`

	Roadmap scorecard.RoadmapInfo `json:"roadmap"`
}

var editionSet = &Set{
	Name: "terbitan", Title: "Terbitan", TitleEN: "Publication",
	About:   "Satu baris tentang terbitan ini sendiri: periode, waktu terbit, kedudukan, dan sidik jarinya (SHA-256).",
	AboutEN: "One row about this publication itself: period, time, standing and hash (SHA-256).",
	Key:     []string{"number"},
	record:  reflect.TypeFor[editionRow](),
	rows: func(p *Publication) any {
		return []editionRow{{
			p.Number, p.Period.String(), p.PublishedAt, p.AsOf, p.Reason, p.Content.Status, p.Demo, p.SHA256, p.PreviousSHA256,
			p.InputHash, p.Method.ID, p.Format, p.Size, p.Roadmap,
		}}
	},
	Columns: []Column{
		col("number", Integer, "Nomor terbitan", "Number of the publication"),
		col("period", Period, "Triwulan yang diterbitkan", "Quarter that is published"),
		col("published_at", Moment, "Waktu terbit", "Moment of publication"),
		col("as_of", Moment, "Laporan dan target yang diketahui sampai waktu ini", "Reports and targets known up to this moment"),
		col("reason", Text, "Alasan terbit, juga alasan koreksi", "Why it was published, also why it was corrected"),
		col("status", Code, "Kedudukan peta jalan: contoh, rancangan, atau resmi", "Standing of the roadmap: contoh (example), rancangan (draft) or resmi (official)"),
		col("demo", Boolean, "true: angka hasilnya rekaan, untuk peragaan", "true: the results are invented, for a demonstration"),
		col("sha256", Code, "Sidik jari (SHA-256) isi terbitan", "Checksum (SHA-256) of the bytes of the publication"),
		opt("previous_sha256", Code, "Sidik jari terbitan sebelumnya; kosong pada terbitan pertama", "Checksum (SHA-256) of the publication before; empty for the first"),
		col("input_hash", Code, "Sidik jari semua masukan perhitungan", "Hash of all inputs of the computation"),
		col("method", Code, "Kode aturan penilaian", "Code of the rule set"),
		col("format", Code, "Nama format isi terbitan", "Name of the format of the publication"),
		col("size", Integer, "Ukuran isi terbitan (JSON)", "Size of the publication (JSON)").in("bita"),
		col("roadmap_version", Integer, "Versi peta jalan", "Version of the roadmap").at("roadmap.version"),
		col("roadmap_title", Text, "Judul peta jalan", "Title of the roadmap").at("roadmap.title"),
		opt("roadmap_regulation_number", Text, "Nomor peraturan wali kota; kosong sampai ditetapkan", "Number of the mayor's regulation; empty until it is issued").at("roadmap.regulation_number"),
		opt("roadmap_regulation_date", Date, "Tanggal peraturan", "Date of the regulation").at("roadmap.regulation_date"),
		col("roadmap_first_year", Integer, "Tahun pertama peta jalan", "First year of the roadmap").at("roadmap.first_year").in("tahun"),
		col("roadmap_last_year", Integer, "Tahun terakhir peta jalan", "Last year of the roadmap").at("roadmap.last_year").in("tahun"),
	},
}

var agencySet = &Set{
	Name: "instansi", Title: "Instansi", TitleEN: "Agencies",
	About:   "Perangkat daerah, kelurahan, dan unit lain yang melapor atau memberi layanan.",
	AboutEN: "Departments, kelurahan (urban villages) and other units that report or offer services.",
	Key:     []string{"code"},
	record:  reflect.TypeFor[scorecard.Agency](),
	rows:    func(p *Publication) any { return p.Agencies },
	Columns: []Column{
		col("code", Code, "Kode instansi; untuk kelurahan, kode wilayah Kemendagri", "Code of the agency; of a kelurahan, the code of the Ministry of Home Affairs"),
		col("name", Text, "Nama", "Name"),
		col("short_name", Text, "Nama pendek", "Short name"),
		col("kind", Code, "Jenis: kelurahan, kecamatan, dinas, badan, dan seterusnya", "Kind: kelurahan, kecamatan, dinas, badan and so on"),
		opt("parent", Code, "Kode instansi induk", "Code of the parent agency"),
		col("area", Code, "Kode wilayah kerjanya", "Code of the area it works in"),
		col("reports", Boolean, "true: punya target dan melapor sendiri", "true: it has targets and reports itself"),
		col("public_facing", Boolean, "true: melayani warga secara langsung", "true: it serves citizens directly"),
		opt("website", Text, "Alamat situs", "Address of its web site"),
	},
}

// objectiveRow is an objective with its goal.
type objectiveRow struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Goal       string `json:"goal"`
	GoalName   string `json:"goal_name"`
	GoalWeight string `json:"goal_weight"`
}

var goalSet = &Set{
	Name: "tujuan", Title: "Tujuan dan sasaran", TitleEN: "Goals and objectives",
	About:   "Satu baris per sasaran, dengan tujuannya dan bobot tujuan itu dalam nilai kota.",
	AboutEN: "One row per objective (sasaran), with its goal (tujuan) and the weight of that goal in the score of the city.",
	Key:     []string{"code"},
	record:  reflect.TypeFor[objectiveRow](),
	rows: func(p *Publication) any {
		rows := []objectiveRow{}
		for _, g := range p.Goals {
			for _, o := range g.Objectives {
				rows = append(rows, objectiveRow{o.Code, o.Name, g.Code, g.Name, g.Weight})
			}
		}
		return rows
	},
	Columns: []Column{
		col("code", Code, "Kode sasaran", "Code of the objective"),
		col("name", Text, "Sasaran", "Objective"),
		col("goal", Code, "Kode tujuan", "Code of the goal"),
		col("goal_name", Text, "Tujuan", "Goal"),
		col("goal_weight", Decimal, "Bobot tujuan; semua tujuan berjumlah 100", "Weight of the goal; all goals sum to 100").in("%"),
	},
}

var indicatorSet = &Set{
	Name: "indikator", Title: "Indikator", TitleEN: "Indicators",
	About:   "Lembar lengkap setiap indikator: definisi, rumus, satuan, arah, sumber, dan kondisi awal.",
	AboutEN: "The full sheet of every indicator: definition, formula, unit, direction, source and baseline.",
	Key:     []string{"code"},
	record:  reflect.TypeFor[scorecard.Indicator](),
	rows:    func(p *Publication) any { return p.Indicators },
	Columns: []Column{
		col("code", Code, "Kode indikator", "Code of the indicator"),
		col("name", Text, "Nama", "Name"),
		col("objective", Code, "Kode sasaran", "Code of the objective"),
		col("goal", Code, "Kode tujuan", "Code of the goal"),
		opt("definition", Text, "Definisi operasional", "Operational definition"),
		col("kind", Code, kindID, kindEN),
		col("direction", Code, directionID, directionEN),
		col("consolidation", Code, consolidationID, consolidationEN),
		col("frequency", Code, frequencyID, frequencyEN),
		col("unit", Text, "Satuan nilai", "Unit of the values"),
		col("decimals", Integer, "Banyak angka di belakang koma saat ditampilkan", "Number of decimals when shown"),
		col("applies_to", Code, "Instansi mana yang memakainya", "Which agencies use it"),
		opt("numerator", Text, "Arti pembilang; hanya untuk persentase", "Meaning of the numerator; of fractions only"),
		opt("denominator", Text, "Arti penyebut; hanya untuk persentase", "Meaning of the denominator; of fractions only"),
		opt("source", Text, "Sumber data", "Source of the data"),
		opt("evidence", Text, "Bukti yang diminta", "Evidence that is asked for"),
		opt("scale", Code, "Kode skala predikat; lihat set aturan", "Code of the scale of grades; see the set aturan"),
		opt("steps", List, "Tahapan: persen dan nama tiap langkah", "Milestones: per cent and name of each step"),
		opt("announced_month", Integer, "Bulan hasil dari luar biasanya diumumkan (1–12)", "Month in which a result from outside is usually announced (1–12)"),
		col("key", Boolean, "true: indikator kinerja utama kota", "true: a key performance indicator of the city"),
		opt("break_note", Text, "Catatan tentang putusnya deret angka", "Note on a break in the series"),
		opt("baseline_year", Integer, "Tahun kondisi awal", "Year of the baseline").in("tahun"),
		opt("baseline", Decimal, "Kondisi awal, dalam satuan indikator", "Baseline, in the unit of the indicator"),
		opt("baseline_source", Text, "Sumber kondisi awal", "Source of the baseline"),
		col("status", Code, "Kedudukan: contoh, rancangan, atau resmi", "Standing: contoh (example), rancangan (draft) or resmi (official)"),
	},
}

// What the codes of the method mean; they stand in two sets.
const (
	kindID          = "Bentuk nilai: fraction (persentase), number, index, predicate, milestone, yesno, atau range"
	kindEN          = "Form of the value: fraction (a percentage), number, index, predicate, milestone, yesno or range"
	directionID     = "Arah: naik (makin besar makin baik), turun (makin kecil makin baik), tepat, ya_tidak, tahapan, atau predikat"
	directionEN     = "Direction: naik (higher is better), turun (lower is better), tepat (on target), ya_tidak (yes or no), tahapan (milestones) or predikat (grades)"
	consolidationID = "Cara menggabung triwulan: sum (dijumlahkan), last (nilai terakhir), atau average (dirata-ratakan)"
	consolidationEN = "How quarters become the year to date: sum, last or average"
	frequencyID     = "Kapan dilaporkan: triwulanan, semesteran, atau tahunan"
	frequencyEN     = "When it is due: triwulanan (quarterly), semesteran (half-yearly) or tahunan (yearly)"
)

var targetSet = &Set{
	Name: "target", Title: "Target", TitleEN: "Targets",
	About:   "Semua target semua tahun, dengan setiap perubahannya. Target yang dicabut tidak punya nilai.",
	AboutEN: "All targets of all years with every revision. A withdrawn target has no value.",
	Key:     []string{"agency", "indicator", "year", "revision"},
	record:  reflect.TypeFor[scorecard.Target](),
	rows:    func(p *Publication) any { return p.Targets },
	Columns: []Column{
		col("agency", Code, "Kode instansi", "Code of the agency"),
		col("indicator", Code, "Kode indikator", "Code of the indicator"),
		col("year", Integer, "Tahun target", "Year of the target").in("tahun"),
		col("revision", Integer, "Urutan perubahan; 1 adalah janji pertama", "Revision; 1 is the first promise"),
		opt("value", Decimal, "Target setahun, dalam satuan indikator", "Target of the year, in the unit of the indicator"),
		opt("low", Decimal, "Batas bawah, bila target berupa rentang", "Lower bound, where the target is a range"),
		opt("high", Decimal, "Batas atas, bila target berupa rentang", "Upper bound, where the target is a range"),
		opt("steps", List, "Target per periode jatuh tempo", "Target of each due period"),
		col("weight", Decimal, "Bobot target di instansi itu; setahun berjumlah 100", "Weight of the target in its agency; all weights of a year add up to 100").in("%"),
		opt("reason", Text, "Alasan perubahan", "Reason of the revision"),
		opt("legal_basis", Text, "Dasar hukum perubahan", "Legal basis of the revision"),
		opt("clause", Text, "Bagian dokumen tempat target tertulis", "Clause of the document that states the target"),
		col("status", Code, "Kedudukan: contoh, rancangan, atau resmi", "Standing: contoh (example), rancangan (draft) or resmi (official)"),
		col("recorded_at", Moment, "Waktu dicatat", "Moment of recording"),
	},
}
