package server

import (
	"cmp"
	"slices"
)

// actionWords are the actions of the trail as people call them.
var actionWords = map[string]string{
	"accept exception":         "menerima pengecualian",
	"add account":              "menambah akun",
	"add evidence":             "menambah bukti",
	"add webhook":              "memasang webhook",
	"approve report":           "menyetujui laporan",
	"ask for reset":            "meminta tautan kata sandi",
	"change email":             "mengganti surel",
	"change password":          "mengganti kata sandi",
	"create token":             "membuat token",
	"revoke token":             "mencabut token",
	"close period":             "menutup periode",
	"comment on report":        "mengomentari laporan",
	"disable account":          "menutup akun",
	"disable webhook":          "mematikan webhook",
	"draw spot check":          "mengundi uji petik",
	"drop second factor":       "menghapus langkah kedua",
	"end other sessions":       "mengakhiri sesi lain",
	"end session":              "mengakhiri sesi",
	"grant late entry":         "memberi izin isi terlambat",
	"hand in report":           "mengirim laporan",
	"hold back sign-ins":       "menahan percobaan masuk",
	"link identity":            "menautkan akun kota",
	"move period":              "mengubah jadwal periode",
	"open period":              "membuka periode",
	"pause job":                "menjeda pekerjaan",
	"publish":                  "menerbitkan",
	"record spot check":        "mencatat uji petik",
	"refuse access":            "menolak akses",
	"refuse code":              "menolak kode",
	"refuse sign-in":           "menolak percobaan masuk",
	"remind agencies":          "mengingatkan instansi",
	"remove evidence":          "menghapus bukti",
	"renew recovery codes":     "memperbarui kode pemulihan",
	"reopen report":            "membuka kembali laporan",
	"resume job":               "melanjutkan pekerjaan",
	"return report":            "mengembalikan laporan",
	"revoke exception":         "mencabut pengecualian",
	"revoke late entry":        "mencabut izin isi terlambat",
	"run job":                  "menjalankan pekerjaan",
	"save draft":               "menyimpan draf",
	"set evidence rule":        "mengatur aturan bukti",
	"set openness of evidence": "mengatur keterbukaan bukti",
	"set password":             "mengatur kata sandi",
	"set password by link":     "mengatur kata sandi lewat tautan",
	"set second factor roles":  "mengatur peran wajib langkah kedua",
	"set up second factor":     "memasang langkah kedua",
	"show second factor":       "menunjukkan langkah kedua",
	"sign in":                  "masuk",
	"sign in by provider":      "masuk dengan akun kota",
	"unlink identity":          "melepas akun kota",
	"activate roadmap":         "memberlakukan peta jalan",
	"add agency":               "menambah instansi",
	"add rules":                "menambah aturan nilai",
	"add scale":                "menambah skala",
	"amend targets":            "mengubah target",
	"discard draft":            "membuang rancangan",
	"edit draft":               "mengubah rancangan",
	"import clauses":           "memuat pasal",
	"put clause":               "menyimpan pasal",
	"put holiday":              "menyimpan hari libur",
	"put service":              "menyimpan layanan",
	"rename agency":            "mengganti nama instansi",
	"set checks":               "mengatur pemeriksaan",
	"set plausible range":      "mengatur kisaran wajar",
	"start draft":              "memulai rancangan",
	"upload draft":             "mengunggah rancangan",
	"verify report":            "memverifikasi laporan",
	"withdraw report":          "menarik laporan",
}

// actionName is an action in words; one that has none stands as it is in the trail.
func actionName(action string) string { return cmp.Or(actionWords[action], action) }

// actionChoices are all actions that have words, by these.
func actionChoices(chosen string) []choice {
	all := make([]choice, 0, len(actionWords)+1)
	for action, words := range actionWords {
		all = append(all, choice{Value: action, Name: words, Chosen: action == chosen})
	}
	slices.SortFunc(all, func(a, b choice) int { return cmp.Compare(a.Name, b.Name) })
	return append([]choice{{Value: "", Name: "Semua tindakan"}}, all...)
}
