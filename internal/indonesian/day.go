// Package indonesian writes dates as people in Indonesia read them. Numbers are written by
// package scoring.
package indonesian

import (
	"strconv"
	"time"
)

var months = [...]string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}

// Month is the name of a month: "Oktober".
func Month(m time.Month) string { return months[m-1] }

// Day writes the day of t in its own zone: "14 Oktober 2026".
func Day(t time.Time) string {
	return strconv.Itoa(t.Day()) + " " + Month(t.Month()) + " " + strconv.Itoa(t.Year())
}
