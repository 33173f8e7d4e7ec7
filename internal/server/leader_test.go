package server

import (
	"net/http"
	"strings"
	"testing"
)

func TestLeader_ReadsAtMostFiveThingsAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t)
	leader := s.as("pimpinan")
	a := leader.get(home).want(http.StatusOK)
	items := a.page().Find("section[aria-labelledby=keputusan] li")
	if n := items.Length(); n < 1 || n > maxDecisions {
		t.Errorf("%d things to decide, want 1 to %d", n, maxDecisions)
	}
	for _, link := range items.Find("a").EachIter() {
		href, _ := link.Attr("href")
		leader.get(strings.SplitN(href, "#", 2)[0]).want(http.StatusOK)
	}
	if n := a.page().Find("main form[method=post]").Length(); n != 0 {
		t.Errorf("%d forms on the page of a leader, who changes nothing", n)
	}
	if s.as("organisasi").get(home).page().Find("section[aria-labelledby=keputusan]").Length() != 0 {
		t.Error("the list of a leader is shown to others")
	}
}
