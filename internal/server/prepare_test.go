package server

import "testing"

func TestSite_BuildsPreparedPagesBeforeSomebodyAsks(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	built := 0
	page := func(*edition, params) (view, error) {
		built++
		return view{file: &file{contentType: contentJSON, body: []byte("{}")}}, nil
	}
	ready := publicRoute{pattern: "/siap", page: page, slow: always, prepared: true}
	p.site.routes = append(p.site.routes, ready, publicRoute{pattern: "/nanti", page: page})
	sh := p.site.current.Load()
	p.site.prepare(t.Context(), sh)
	if built != 1 {
		t.Fatalf("%d pages are built, want the one to be prepared", built)
	}
	if _, err := p.site.page(t.Context(), sh, ready, params{}, sh.latest.Number, "/siap"); err != nil || built != 1 {
		t.Errorf("a reader has the page built again: %d times (%v)", built, err)
	}
}
