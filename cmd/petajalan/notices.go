package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/config"
	"petajalan/internal/exchange"
	"petajalan/internal/machine"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/schedule"
)

// newPost is what leaves the program, as the settings say.
func (s *store) newPost(cfg config.Config) (*notice.Post, error) {
	secret, err := s.leaveSecret(cfg)
	if err != nil {
		return nil, err
	}
	post := &notice.Post{
		DB: s.job, BaseURL: cfg.BaseURL, Secret: secret,
		Now: func() time.Time { return time.Now().In(cfg.Zone) },
	}
	if address := cfg.SMTPURL.Reveal(); address != "" {
		if post.Mailer, err = notice.NewMailer(address); err != nil {
			return nil, fmt.Errorf("SMTP_URL: %w", err)
		}
	}
	return post, nil
}

// leaveSecret signs the address in letters that ends news. It is made of the secret of the
// program; empty where a command has none.
func (s *store) leaveSecret(cfg config.Config) ([]byte, error) {
	secret := cfg.Secret.Reveal()
	if secret == "" && s.private != nil {
		var err error
		if secret, err = keptSecret(filepath.Join(cfg.Data, secretFile)); err != nil {
			return nil, err
		}
	}
	if secret == "" {
		return nil, nil
	}
	return hkdf.Key(sha256.New, []byte(secret), nil, "petajalan leave news", 32)
}

// Whom the program tells of itself.
var (
	keepers = []string{string(account.Admin)}
	// Those who keep the heads of the trail in their letters, so that nobody can write it anew.
	witnesses = []string{string(account.Admin), string(account.Reviewer)}
	guardians = []string{string(account.Admin), string(account.Reviewer), string(account.Inspector)}
)

// tellDead tells the administrators of a job that was given up.
func tellDead(zone *time.Location) func(context.Context, postgres.Tx, schedule.Slot) error {
	return func(ctx context.Context, tx postgres.Tx, s schedule.Slot) error {
		cause, _, _ := strings.Cut(s.Error, "\n")
		slot := s.Slot.In(zone)
		text := fmt.Sprintf("Pekerjaan %s untuk %s gagal dan tidak dicoba lagi: %s. Perbaiki sebabnya, lalu jalankan lagi dari halaman Pekerjaan.",
			s.Job, slot.Format("2006-01-02 15.04 MST"), cause)
		return notice.Alert(ctx, tx, fmt.Sprintf("job %s dead %d", s.Job, s.Slot.UnixMicro()), keepers,
			"Peta Jalan: pekerjaan "+s.Job+" gagal", text, "/kerja/pekerjaan", s.FinishedAt.In(zone))
	}
}

// keepPeriods opens and closes what is due and tells of it.
func keepPeriods(ctx context.Context, tx postgres.Tx, zone *time.Location, slot time.Time) (string, error) {
	kept, err := roadmap.KeepPeriods(ctx, tx, zone, slot)
	if err != nil {
		return "", err
	}
	return kept.String(), roadmap.NoteKept(ctx, tx, kept, slot.In(zone))
}

// climbLadder reminds of the periods that are due.
func climbLadder(ctx context.Context, tx postgres.Tx, zone *time.Location, slot time.Time) (string, error) {
	cal, err := roadmap.LoadCalendar(ctx, tx, zone)
	if err != nil {
		return "", err
	}
	n, err := notice.Climb(ctx, tx, cal.IsWorkingDay, slot.In(zone))
	return fmt.Sprintf("%d agencies", n), err
}

// writeDigests writes the daily letters of a working day, with the heads of the trail for
// its witnesses.
func writeDigests(ctx context.Context, tx postgres.Tx, post *notice.Post, zone *time.Location, slot time.Time) (string, error) {
	if post.Mailer == nil {
		return "no mail server is set", nil
	}
	cal, err := roadmap.LoadCalendar(ctx, tx, zone)
	if err != nil {
		return "", err
	}
	if !cal.IsWorkingDay(slot) {
		return "no working day", nil
	}
	heads, err := audit.Heads(ctx, tx)
	if err != nil {
		return "", err
	}
	var extra *notice.Extra
	if len(heads) > 0 {
		var text strings.Builder
		text.WriteString("Ujung rantai jejak audit. Simpan surat ini: dengannya dapat dibuktikan bahwa jejak tidak dipotong atau ditulis ulang.\n")
		for _, h := range heads {
			text.WriteString(h.String() + "\n")
		}
		extra = &notice.Extra{Roles: witnesses, Text: text.String()}
	}
	n, err := notice.Digest(ctx, tx, extra, slot.In(zone))
	return fmt.Sprintf("%d letters", n), err
}

// anchorTrail writes the heads of the trail into the log, which the database does not
// reach, and looks whether all that was anchored before is still there.
func anchorTrail(ctx context.Context, tx postgres.Tx, log *slog.Logger, zone *time.Location, slot time.Time) (string, error) {
	heads, err := audit.Anchor(ctx, tx, slot)
	if err != nil {
		return "", err
	}
	for _, h := range heads {
		log.InfoContext(ctx, "audit head", "stream", h.Stream, "seq", h.Seq, "hash", fmt.Sprintf("%x", h.Hash))
	}
	broken, err := audit.AnchorsLost(ctx, tx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d heads, %d breaks", len(heads), len(broken)), tellBroken(ctx, tx, log, broken, slot.In(zone))
}

// verifyTrail looks at the whole trail.
func verifyTrail(ctx context.Context, tx postgres.Tx, log *slog.Logger, zone *time.Location, slot time.Time) (string, error) {
	broken, err := audit.Broken(ctx, tx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d breaks", len(broken)), tellBroken(ctx, tx, log, broken, slot.In(zone))
}

// tellBroken alarms those who guard the trail, once a day for what is broken.
func tellBroken(ctx context.Context, tx postgres.Tx, log *slog.Logger, broken []audit.Break, now time.Time) error {
	if len(broken) == 0 {
		return nil
	}
	var places []string
	for _, b := range broken {
		log.ErrorContext(ctx, "audit trail broken", "stream", b.Stream, "seq", b.Seq, "why", string(b.Why))
		places = append(places, fmt.Sprintf("%s nomor %d", b.Stream, b.Seq))
	}
	return notice.Alert(ctx, tx, "trail broken "+now.Format(time.DateOnly), guardians, "Peta Jalan: jejak audit rusak",
		"Jejak audit tidak utuh: "+strings.Join(places, ", ")+". Jangan ubah apa pun; cocokkan dengan surat harian dan catatan sistem.", "/kerja/jejak", now)
}

// purge deletes what is old and done with.
func purge(ctx context.Context, tx postgres.Tx, zone *time.Location, slot time.Time) (string, error) {
	total := 0
	for _, f := range []func() (int, error){
		func() (int, error) { n, err := account.Purge(ctx, tx, slot); return int(n), err },
		func() (int, error) { return notice.Purge(ctx, tx, slot.In(zone)) },
		func() (int, error) { return schedule.Purge(ctx, tx, slot) },
		func() (int, error) { return exchange.Purge(ctx, tx, slot) },
		func() (int, error) { return machine.Purge(ctx, tx, slot) },
	} {
		n, err := f()
		if err != nil {
			return "", err
		}
		total += n
	}
	return fmt.Sprintf("%d rows", total), nil
}
