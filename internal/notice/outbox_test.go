package notice_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/uptrace/bun"

	"petajalan/internal/notice"
	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

// clock is the time of a test, moved by hand.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock() *clock {
	c := &clock{}
	at := october
	c.at.Store(&at)
	return c
}

func (c *clock) now() time.Time { return *c.at.Load() }

func (c *clock) forward(d time.Duration) {
	at := c.now().Add(d)
	c.at.Store(&at)
}

func newPost(t *testing.T, db *bun.DB, server *mailServer, c *clock) *notice.Post {
	t.Helper()
	m, err := notice.NewMailer("smtp://" + server.address + "?from=peta@kota.example")
	if err != nil {
		t.Fatal(err)
	}
	return &notice.Post{DB: db, Mailer: m, BaseURL: "https://peta.example", Secret: []byte("0123456789abcdef0123456789abcdef"), Now: c.now}
}

func deliver(t *testing.T, p *notice.Post) notice.Delivered {
	t.Helper()
	d, err := p.Deliver(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mailTo(t *testing.T, db bun.IDB, id int64, key string) {
	t.Helper()
	posted, err := notice.Mail(t.Context(), db, notice.Letter{
		Key: key, To: id, Subject: "Atur ulang kata sandi — “Peta Jalan”", Text: "Seseorang meminta tautan ini.", Href: "/masuk/atur/abc", Secret: true}, october)
	if err != nil || !posted {
		t.Fatalf("Mail: %v, %v", posted, err)
	}
}

func readable(t *testing.T, text string) string {
	t.Helper()
	b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLetterArrivesOnceAndItsSecretIsErased(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	server, c := newMailServer(t, false, false), newClock()
	mailTo(t, d.Web, ids["operator.dlh"], "reset 1")
	post := newPost(t, d.Web, server, c)
	if got := deliver(t, post); got.Sent != 1 {
		t.Fatalf("delivered %v", got)
	}
	if got := deliver(t, post); got.Sent != 0 {
		t.Errorf("delivered again: %v", got)
	}
	letters := server.letters()
	if len(letters) != 1 {
		t.Fatalf("%d letters arrived, want one", len(letters))
	}
	l := letters[0]
	if l.to != "operator@dlh.example" || !strings.HasSuffix(l.header.Get("Message-ID"), "@kota.example>") || l.header.Get("List-Unsubscribe") != "" {
		t.Errorf("letter to %s with header %v", l.to, l.header)
	}
	if text := readable(t, l.text); !strings.Contains(text, "Seseorang meminta tautan ini.") || !strings.Contains(text, "https://peta.example/masuk/atur/abc") {
		t.Errorf("text:\n%s", text)
	}
	if got := texts(t, d.Owner, `SELECT body || href || state FROM outbox`); got[0] != "sent" {
		t.Errorf("what is kept of the row: %q, want its state alone", got)
	}
}

func TestWorkerThatDiesBetweenSendingAndMarkingLosesNothing(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	server, c := newMailServer(t, false, false), newClock()
	mailTo(t, d.Web, ids["operator.dlh"], "reset 1")

	// The first worker loses its database after the server has read the letter: as if killed.
	dying, err := postgres.Open(t.Context(), postgres.JobOptions(d.WebURL))
	if err != nil {
		t.Fatal(err)
	}
	server.hooks(nil, dying.Close)
	if _, err := newPost(t, dying, server, c).Deliver(t.Context()); err == nil {
		t.Fatal("the first worker did not notice its death")
	}
	server.hooks(nil, nil)

	second := newPost(t, d.Web, server, c)
	if got := deliver(t, second); got.Sent != 0 {
		t.Errorf("while the lease holds, delivered %v", got)
	}
	c.forward(4 * time.Minute)
	if got := deliver(t, second); got.Sent != 1 {
		t.Errorf("after the lease, delivered %v", got)
	}
	c.forward(time.Hour)
	if got := deliver(t, second); got.Sent != 0 {
		t.Errorf("once marked, delivered %v", got)
	}
	letters := server.letters()
	if len(letters) != 2 || letters[0].header.Get("Message-ID") != letters[1].header.Get("Message-ID") || letters[0].text != letters[1].text {
		t.Errorf("%d letters arrived, want two copies of one letter", len(letters))
	}
}

func TestWorkerThatComesTooLateChangesNothing(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	server, c := newMailServer(t, false, false), newClock()
	mailTo(t, d.Web, ids["operator.dlh"], "reset 1")
	second := newPost(t, d.Web, server, c)
	server.hooks(nil, func() error {
		server.hooks(nil, nil)
		c.forward(4 * time.Minute)
		if got := deliver(t, second); got.Sent != 1 {
			t.Errorf("the second worker delivered %v", got)
		}
		return &smtp.SMTPError{Code: 451, Message: "try later"} // what the slow one hears at last
	})
	if got := deliver(t, newPost(t, d.Web, server, c)); got.Failed != 1 {
		t.Errorf("the slow worker delivered %v", got)
	}
	if got := texts(t, d.Web, `SELECT state || attempts FROM outbox`); got[0] != "sent2" {
		t.Errorf("the row is %q, want sent by the second try", got)
	}
}

func TestManyWorkersSendEachLetterOnce(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	server, c := newMailServer(t, false, false), newClock()
	const letters = 40
	for i := range letters {
		mailTo(t, d.Web, ids["operator.dlh"], fmt.Sprintf("reset %d", i))
	}
	var wg sync.WaitGroup
	for range 4 {
		post := newPost(t, d.Web, server, c)
		wg.Go(func() {
			if _, err := post.Deliver(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for _, l := range server.letters() {
		seen[l.header.Get("Message-ID")]++
	}
	if len(seen) != letters || len(server.letters()) != letters {
		t.Errorf("%d letters, %d different ones, want %d", len(server.letters()), len(seen), letters)
	}
}

func TestLetterThatFailsIsTriedAgainLaterAndGivenUpAtLast(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	server, c := newMailServer(t, false, false), newClock()
	server.hooks(func(string) error { return &smtp.SMTPError{Code: 451, Message: "try later"} }, nil)
	mailTo(t, d.Web, ids["operator.dlh"], "reset 1")
	post := newPost(t, d.Web, server, c)
	for try, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 240} {
		if got := deliver(t, post); got.Failed != 1 {
			t.Fatalf("try %d delivered %v", try+1, got)
		}
		c.forward(wait*time.Minute - time.Second)
		if got := deliver(t, post); got != (notice.Delivered{}) {
			t.Fatalf("before its time, try %d delivered %v", try+2, got)
		}
		c.forward(time.Second)
	}
	if got := deliver(t, post); got.Dead != 1 {
		t.Fatalf("the last try delivered %v", got)
	}
	told := texts(t, d.Web, `SELECT u.login FROM notices n JOIN users u ON u.id = n.user_id WHERE n.key LIKE 'outbox mail dead %'`)
	if len(told) != 1 || told[0] != "admin" {
		t.Errorf("told %v of the letter that was given up, want the admin", told)
	}
	kept := texts(t, d.Owner, `SELECT body || href || error FROM outbox WHERE key = 'reset 1'`)
	if strings.Contains(kept[0], "Seseorang") || strings.Contains(kept[0], "abc") || strings.Contains(kept[0], "operator@dlh.example") || !strings.Contains(kept[0], "451") {
		t.Errorf("kept of the row: %s", kept[0])
	}
}

func TestLetterForNobodyIsGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	server, c := newMailServer(t, false, false), newClock()
	server.hooks(func(string) error { return &smtp.SMTPError{Code: 550, Message: "no such mailbox"} }, nil)
	mailTo(t, d.Web, ids["operator.dlh"], "reset 1")
	mailTo(t, d.Web, ids["kepala.dlh"], "reset 2")
	run(t, d.Owner, `UPDATE users SET email = '' WHERE login = 'kepala.dlh'`)
	if got := deliver(t, newPost(t, d.Web, server, c)); got.Dead != 2 {
		t.Errorf("delivered %v, want both given up", got)
	}
}

func TestMailWaitsADayForAServer(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	c := newClock()
	mailTo(t, d.Web, ids["operator.dlh"], "reset 1")
	post := &notice.Post{DB: d.Web, Now: c.now}
	if got := deliver(t, post); got != (notice.Delivered{}) {
		t.Errorf("delivered %v, want the letter to wait", got)
	}
	c.forward(25 * time.Hour)
	if got := deliver(t, post); got.Dead != 1 {
		t.Errorf("delivered %v, want the letter given up", got)
	}
}

func TestPasswordIsSentOverTLSAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, scheme      string
		withTLS, tlsFirst bool
		want              int
	}{{"StartTLS", "smtp", true, false, 1}, {"TLSFirst", "smtps", true, true, 1}, {"NoTLS", "smtp", false, false, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := postgrestest.NewDatabase(t)
			ids := people(t, d)
			server, c := newMailServer(t, tt.withTLS, tt.tlsFirst), newClock()
			mailTo(t, d.Web, ids["operator.dlh"], "reset 1")
			m, err := notice.NewMailer(tt.scheme + "://peta%40kota.example:rahasia@" + server.address)
			if err != nil {
				t.Fatal(err)
			}
			got := deliver(t, &notice.Post{DB: d.Web, Mailer: m, BaseURL: "https://peta.example", Now: c.now})
			if got.Sent != tt.want || server.secure != tt.want || len(server.users) != tt.want {
				t.Errorf("delivered %v, %d sessions over TLS, signed in %v", got, server.secure, server.users)
			}
		})
	}
}

func TestWebhookHearsOfEveryNoteUnderASignature(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	people(t, d)
	c := newClock()
	var secret string
	type call struct {
		ID          int64
		Login, Text string
	}
	var calls []call
	var ids []string
	answer := http.StatusServiceUnavailable
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		stamp, sum, _ := strings.Cut(r.Header.Get("Petajalan-Signature"), ",v1=")
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.%s", strings.TrimPrefix(stamp, "t="), body)
		if hex.EncodeToString(mac.Sum(nil)) != sum {
			t.Error("the signature does not fit")
		}
		var got call
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		calls, ids = append(calls, got), append(ids, r.Header.Get("Idempotency-Key"))
		w.WriteHeader(answer)
	}))
	defer server.Close()
	secret, err := notice.AddWebhook(t.Context(), d.Web, "WhatsApp", server.URL, 1, october)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := notice.AddWebhook(t.Context(), d.Web, "Jelas", "http://x.example", 1, october); err == nil {
		t.Error("an address without TLS is taken")
	}
	n := notice.Note{Key: "a", Kind: notice.News, Text: "Terbitan 5 terbit.", Href: "/terbitan/5", Roles: []string{"operator"}, Agency: "dlh"}
	if err := notice.Tell(t.Context(), d.Web, n, october); err != nil {
		t.Fatal(err)
	}
	post := &notice.Post{DB: d.Web, Transport: server.Client().Transport, Now: c.now}
	if got := deliver(t, post); got.Failed != 1 {
		t.Errorf("delivered %v to a webhook that is not well", got)
	}
	answer = http.StatusNoContent
	c.forward(time.Hour)
	if got := deliver(t, post); got.Sent != 1 {
		t.Errorf("delivered %v", got)
	}
	if len(calls) != 2 || calls[1].Login != "operator.dlh" || calls[1].Text != n.Text || ids[0] != ids[1] {
		t.Errorf("calls %+v with ids %v", calls, ids)
	}
}
