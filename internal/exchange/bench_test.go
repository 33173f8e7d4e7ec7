package exchange_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"petajalan/internal/exchange"
)

// benchAgencies makes 2,002 rows: 286 agencies with 7 indicators each that are due.
const benchAgencies = 286

func bigSheet(b *testing.B) (*office, []byte) {
	b.Helper()
	agencies := make([]string, benchAgencies)
	for i := range agencies {
		agencies[i] = fmt.Sprintf("unit-%03d", i)
	}
	o := newOfficeOf(b, agencies...)
	data := change(b, o.download(b, o.clerks, ""), func(f *excelize.File) {
		for i := range benchAgencies * len(rowsOf) {
			row := i + 2
			switch i % len(rowsOf) {
			case 0:
				set(b, f, fmt.Sprint("K", row), 90+i%10)
				set(b, f, fmt.Sprint("L", row), 100)
			case 3:
				set(b, f, fmt.Sprint("J", row), "BB")
			case 5:
				set(b, f, fmt.Sprint("J", row), 40)
			case 6:
				set(b, f, fmt.Sprint("J", row), "ya")
			default:
				set(b, f, fmt.Sprint("J", row), fmt.Sprintf("%d,%d", i%97, i%10))
			}
			set(b, f, fmt.Sprint("N", row), "Permohonan menumpuk menjelang tahun ajaran baru.")
		}
	})
	return o, data
}

// BenchmarkDryRun reads a workbook of 2,002 rows and says what would become of each.
func BenchmarkDryRun(b *testing.B) {
	o, data := bigSheet(b)
	f, _ := o.keep(b, o.clerks, exchange.File{Content: data})
	for b.Loop() {
		d, err := exchange.Try(b.Context(), o.db, o.clerks, f, wib, october)
		if err != nil || len(d.Changes) != benchAgencies*len(rowsOf) {
			b.Fatalf("%d changes, %v", len(d.Changes), err)
		}
	}
}

// BenchmarkImport hands in a workbook of 2,002 rows, reads it and keeps all of them as
// drafts: at most 3 seconds.
func BenchmarkImport(b *testing.B) {
	o, data := bigSheet(b)
	for b.Loop() {
		b.StopTimer()
		if _, err := o.owner.ExecContext(b.Context(), `TRUNCATE reports, report_events, report_revisions, imports CASCADE`); err != nil {
			if _, err := o.owner.ExecContext(b.Context(), `DELETE FROM imports`); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		f, d := o.keep(b, o.clerks, exchange.File{Content: data})
		result, err := o.confirm(b, o.clerks, f, d)
		if err != nil || result.Saved != benchAgencies*len(rowsOf) {
			b.Fatalf("%+v, %v", result, err)
		}
	}
}

// BenchmarkDownload writes the workbook of 2,002 rows.
func BenchmarkDownload(b *testing.B) {
	o, _ := bigSheet(b)
	for b.Loop() {
		var out bytes.Buffer
		if err := exchange.WriteWorksheet(b.Context(), o.db, o.clerks, "", quarter, october, &out); err != nil {
			b.Fatal(err)
		}
	}
}
