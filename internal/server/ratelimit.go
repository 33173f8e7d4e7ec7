package server

import (
	"net/netip"
	"sync"
	"time"
)

// Limits of the public API, for each client and replica.
const (
	apiRequests = 300
	apiWindow   = 5 * time.Minute
)

// rateLimit counts the requests of each client in windows of fixed length. It is in memory:
// a public read never asks the database.
type rateLimit struct {
	limit  int
	window time.Duration
	now    func() time.Time

	mu     sync.Mutex
	ends   time.Time // of the present window
	counts map[netip.Addr]int
}

// rateLimitClients bounds the memory of a window. Clients beyond it are not counted:
// whoever commands so many addresses is not stopped by a limit for each of them.
const rateLimitClients = 100_000

func newRateLimit(limit int, window time.Duration, now func() time.Time) *rateLimit {
	return &rateLimit{limit: limit, window: window, now: now, counts: map[netip.Addr]int{}}
}

// allow counts a request of the client at this IP address. When it is one too many, wait
// says how long the client has to wait. An IPv6 client is its whole /64, which one
// household has to itself.
func (l *rateLimit) allow(ip string) (wait time.Duration, ok bool) {
	client, err := netip.ParseAddr(ip)
	if err == nil && client.Is6() && !client.Is4In6() {
		prefix, err := client.Prefix(64)
		if err == nil {
			client = prefix.Addr()
		}
	}
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.ends) {
		l.ends = now.Add(l.window)
		l.counts = map[netip.Addr]int{}
	}
	n := l.counts[client]
	if n >= l.limit {
		return l.ends.Sub(now), false
	}
	if n > 0 || len(l.counts) < rateLimitClients {
		l.counts[client] = n + 1
	}
	return 0, true
}
