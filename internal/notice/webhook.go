package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
)

// Webhook is another system that is told every note, to bring it by another channel. Its
// secret is shown when it is made and never again.
type Webhook struct {
	bun.BaseModel `bun:"table:webhooks"`

	ID         int64      `bun:"id,pk"`
	Name       string     `bun:"name"`
	URL        string     `bun:"url"`
	CreatedAt  time.Time  `bun:"created_at"`
	DisabledAt *time.Time `bun:"disabled_at"` // nil: it is told
}

// Webhooks lists all webhooks, those that are told first.
func Webhooks(ctx context.Context, db bun.IDB) ([]Webhook, error) {
	var list []Webhook
	err := db.NewSelect().Model(&list).Column("id", "name", "url", "created_at", "disabled_at").
		OrderExpr("disabled_at IS NOT NULL, id").Limit(200).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	return list, nil
}

// AddWebhook begins to tell another system. It returns the secret that signs every call:
// the header Petajalan-Signature is "t=UNIXTIME,v1=HEX", HEX being the HMAC-SHA256 of
// "UNIXTIME.BODY". Only https is taken.
func AddWebhook(ctx context.Context, db bun.IDB, name, address string, by int64, now time.Time) (secret string, err error) {
	name, address = strings.TrimSpace(name), strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(address) > 500 {
		return "", fault.New(fault.Invalid, "Alamat webhook harus dimulai dengan https:// dan tanpa kata sandi di dalamnya, misalnya https://pesan.contoh.go.id/petajalan.")
	}
	if name == "" || len([]rune(name)) > 80 {
		return "", fault.New(fault.Invalid, "Beri nama webhook, paling panjang 80 karakter.")
	}
	secret = rand.Text() + rand.Text()
	_, err = db.NewRaw(`INSERT INTO webhooks (name, url, secret, created_at, created_by) VALUES (?, ?, ?, ?, ?)`, name, address, secret, now, by).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("add webhook %s: %w", name, err)
	}
	return secret, nil
}

// DisableWebhook ends the telling; what waits for it is given up. Disabled twice, the first
// moment stays. It returns the webhook; fault.NotFound when there is none.
func DisableWebhook(ctx context.Context, db bun.IDB, id int64, now time.Time) (Webhook, error) {
	var list []Webhook
	err := db.NewRaw(`UPDATE webhooks SET disabled_at = coalesce(disabled_at, ?) WHERE id = ? RETURNING id, name, url, created_at, disabled_at`, now, id).Scan(ctx, &list)
	switch {
	case err != nil:
		return Webhook{}, fmt.Errorf("disable webhook %d: %w", id, err)
	case len(list) == 0:
		return Webhook{}, fault.New(fault.NotFound, "Webhook itu tidak ada.")
	}
	return list[0], nil
}

// newCaller is the client that calls webhooks: it follows no redirection, so that a call
// goes where it was set to go and nowhere else.
func newCaller(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// call sends the body to a webhook. Any answer but 2xx is an error.
func call(ctx context.Context, client *http.Client, address, secret, id string, body []byte, now time.Time) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call webhook: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "petajalan")
	r.Header.Set("Idempotency-Key", id)
	r.Header.Set("Petajalan-Signature", signature(secret, body, now))
	answer, err := client.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which may hold a key
		}
		return fmt.Errorf("call webhook: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 1<<16) // so that the connection can be used again
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("call webhook: it answered %s", answer.Status)
	}
	return nil
}

func signature(secret string, body []byte, now time.Time) string {
	t := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
