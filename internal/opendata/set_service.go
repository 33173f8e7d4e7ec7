package opendata

import (
	"reflect"

	"petajalan/internal/scorecard"
)

var serviceSet = &Set{
	Name: "layanan", Title: "Layanan", TitleEN: "Services",
	About:   "Layanan yang dapat diminta warga, dengan enam komponen standar yang wajib diumumkan.",
	AboutEN: "Services that citizens can ask for, with the six components of the standard that must be public.",
	Key:     []string{"code"},
	record:  reflect.TypeFor[scorecard.Service](),
	rows:    func(p *Publication) any { return p.Services },
	Columns: []Column{
		col("code", Code, "Kode layanan", "Code of the service"),
		col("name", Text, "Nama", "Name"),
		col("agencies", List, "Kode instansi yang memberi layanan", "Codes of the agencies that offer it"),
		opt("standard_version", Integer, "Versi standar layanan", "Version of the standard").at("standard.version"),
		opt("standard_requirements", List, "Persyaratan", "Requirements").at("standard.requirements"),
		opt("standard_procedure", Text, "Prosedur", "Procedure").at("standard.procedure"),
		opt("standard_duration_value", Decimal, "Lama layanan yang dijanjikan", "Promised duration").at("standard.duration_value"),
		opt("standard_duration_unit", Code, "Satuan lama: menit, jam, hari_kerja, atau hari", "Unit of the duration: menit (minutes), jam (hours), hari_kerja (working days) or hari (days)").at("standard.duration_unit"),
		opt("standard_fee_kind", Code, "Biaya: gratis, retribusi, atau campuran", "Fee: gratis (free), retribusi (charged) or campuran (mixed)").at("standard.fee_kind"),
		opt("standard_fee_rupiah", Integer, "Besar biaya", "Amount of the fee").at("standard.fee_rupiah").in("rupiah"),
		opt("standard_fee_note", Text, "Keterangan biaya", "Note on the fee").at("standard.fee_note"),
		opt("standard_product", Text, "Hasil yang diterima warga", "What the citizen receives").at("standard.product"),
		opt("standard_complaints", Text, "Cara menyampaikan aduan", "How to complain").at("standard.complaints"),
		opt("standard_complete", Integer, "Banyak komponen standar yang terisi, dari 14", "How many of the 14 components are stated").at("standard.complete").in("komponen"),
		opt("standard_status", Code, "Kedudukan standar", "Standing of the standard").at("standard.status"),
		opt("standard_provenance", List, "Asal tiap komponen", "Where each component is from").at("standard.provenance"),
		opt("standard_sources", List, "Sumber", "Sources").at("standard.sources"),
		opt("standard_note", Text, "Catatan", "Note").at("standard.note"),
	},
}

var resultSet = &Set{
	Name: "hasil-layanan", Title: "Hasil layanan", TitleEN: "Service results",
	About:   "Hitungan tiap layanan per instansi dan triwulan: masuk, selesai, tepat waktu, dan tanpa koreksi.",
	AboutEN: "Counts of each service per agency and quarter: received, done, on time and without correction.",
	Key:     []string{"service", "agency", "period"},
	record:  reflect.TypeFor[scorecard.ServiceResult](),
	rows:    func(p *Publication) any { return p.Results },
	Columns: []Column{
		col("service", Code, "Kode layanan", "Code of the service"),
		col("agency", Code, "Kode instansi", "Code of the agency"),
		col("period", Period, "Triwulan", "Quarter"),
		col("received", Integer, "Permohonan masuk", "Requests received").in("permohonan"),
		col("done", Integer, "Permohonan selesai", "Requests done").in("permohonan"),
		col("on_time", Integer, "Selesai dalam waktu yang dijanjikan", "Done within the promised time").in("permohonan"),
		col("uncorrected", Integer, "Selesai tanpa koreksi", "Done without correction").in("permohonan"),
		col("digital", Integer, "Diurus secara daring", "Handled online").in("permohonan"),
		opt("ikm", Decimal, "Indeks kepuasan masyarakat untuk layanan ini, 25 sampai 100", "Index of satisfaction with this service, 25 to 100").in("indeks"),
		col("respondents", Integer, "Banyak responden", "Number of respondents").in("orang"),
	},
}

var satisfactionSet = &Set{
	Name: "kepuasan", Title: "Survei kepuasan", TitleEN: "Satisfaction surveys",
	About:   "Hasil survei kepuasan masyarakat per instansi dan semester, dengan kesembilan unsurnya.",
	AboutEN: "Results of the survey of public satisfaction per agency and half-year, with its nine elements.",
	Key:     []string{"agency", "year", "half", "source"},
	record:  reflect.TypeFor[scorecard.Satisfaction](),
	left:    []string{"elements"},
	rows:    func(p *Publication) any { return p.Satisfaction },
	Columns: append([]Column{
		col("agency", Code, "Kode instansi", "Code of the agency"),
		col("year", Integer, "Tahun", "Year").in("tahun"),
		col("half", Integer, "Semester, 1 atau 2", "Half-year, 1 or 2"),
		col("source", Code, "Sumber survei", "Source of the survey"),
		opt("population", Integer, "Banyak penerima layanan", "Number of service users").in("orang"),
		col("respondents", Integer, "Banyak responden", "Number of respondents").in("orang"),
		opt("min_sample", Integer, "Sampel paling sedikit menurut tabel Krejcie dan Morgan", "Minimum sample after Krejcie and Morgan").in("orang"),
		col("ikm", Decimal, "Indeks kepuasan masyarakat yang dihitung ulang", "Index of satisfaction, recomputed").in("indeks"),
		col("grade", Code, "Mutu layanan, A sampai D", "Grade of service quality, A to D"),
		opt("published_ikm", Decimal, "Indeks yang diumumkan sumbernya", "Index as announced by its source").in("indeks"),
	}, elementColumns()...),
}

// elementColumns are two columns for each of the nine elements of the survey.
func elementColumns() []Column {
	var all []Column
	for _, e := range [][3]string{
		{"persyaratan", "persyaratan", "requirements"}, {"prosedur", "prosedur", "procedure"}, {"waktu", "waktu layanan", "time"},
		{"biaya", "biaya", "fee"}, {"produk", "produk layanan", "product"}, {"kompetensi", "kompetensi petugas", "competence of staff"},
		{"perilaku", "perilaku petugas", "conduct of staff"}, {"pengaduan", "penanganan aduan", "handling of complaints"}, {"sarana", "sarana dan prasarana", "facilities"},
	} {
		all = append(all,
			opt("elements_"+e[0]+"_value", Decimal, "Nilai unsur "+e[1]+", 25 sampai 100", "Value of the element "+e[2]+", 25 to 100").at("elements."+e[0]+".value").in("indeks"),
			opt("elements_"+e[0]+"_grade", Code, "Mutu unsur "+e[1]+", A sampai D", "Grade of the element "+e[2]+", A to D").at("elements."+e[0]+".grade"))
	}
	return all
}
