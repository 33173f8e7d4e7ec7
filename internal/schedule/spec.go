package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"petajalan/internal/fault"
)

// parser reads five fields and nothing else: no seconds, no @every.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// Spec is a checked schedule: minute, hour, day of the month, month, day of the
// week, in the zone of the city.
type Spec struct {
	text     string
	schedule cron.Schedule
}

// ParseSpec reads a schedule such as "15 1 * * *". Only the five fields are
// taken: no zone, no @every, nothing that never comes round. The fault says
// what is wrong to the one who typed it.
func ParseSpec(text string) (Spec, error) {
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return Spec{}, fault.New(fault.Invalid, "Jadwal “%s” harus terdiri atas lima bagian: menit, jam, tanggal, bulan, hari. Contoh: 15 1 * * *.", text)
	}
	// cron takes a zone in front of the fields, and panics where it is broken.
	if strings.ContainsAny(text, "=@") {
		return Spec{}, fault.New(fault.Invalid, "Jadwal “%s” tidak boleh memuat zona waktu atau tanda @. Waktu selalu menurut zona kota.", text)
	}
	s, err := parse(strings.Join(fields, " "))
	if err != nil {
		return Spec{}, fault.Wrap(err, fault.Invalid, "Jadwal “%s” tidak dapat dibaca. Contoh yang benar: 15 1 * * * (setiap hari pukul 01.15).", text)
	}
	spec := Spec{text: strings.Join(fields, " "), schedule: s}
	if spec.Next(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Spec{}, fault.New(fault.Invalid, "Jadwal “%s” tidak pernah jatuh pada tanggal mana pun.", text)
	}
	return spec, nil
}

// parse keeps a panic of the library away from the caller.
func parse(text string) (s cron.Schedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("parse schedule: panic: %v", r)
		}
	}()
	return parser.Parse(text)
}

// Next is the first moment of the schedule after t, in the zone of t.
func (s Spec) Next(t time.Time) time.Time { return s.schedule.Next(t) }

// String is the schedule as typed, with single blanks.
func (s Spec) String() string { return s.text }
