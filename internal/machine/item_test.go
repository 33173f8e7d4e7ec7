package machine

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestItemIsReadExactly(t *testing.T) {
	t.Parallel()
	item, problems, err := ReadItem([]byte(` {"agency":" dlh ","indicator":"X","period":"2026-TW3","value":"0.10","numerator":12345678901234.5678,"note":"a\n","yes":false,"version":0} `))
	if err != nil || problems != nil {
		t.Fatalf("problems %v, error %v", problems, err)
	}
	if item.Agency != "dlh" || item.Period.String() != "2026-TW3" || item.Value.String() != "0.1" || item.Numerator.String() != "12345678901234.5678" || item.Note != "a" || *item.Yes || *item.Version != 0 || item.Step != nil {
		t.Errorf("item %+v", item)
	}
}

func TestBodiesThatCouldMeanTwoThingsAreRefused(t *testing.T) {
	t.Parallel()
	for body, pointer := range map[string]string{
		`{"value":1,"value":1}`: "/value", `{"a/b":1,"a/b":2}`: "/a~1b", `{"reports":[{"x":1,"x":2}]}`: "/reports/0/x",
		`{} {}`: "", `{"value":1,}`: "", "{\"note\":\"\xff\"}": "", `{"note":"\u0000"}`: "/note", `[[[[[]]]]]`: "/0/0/0/0",
		`{"value":1`: "", ``: "", ` `: "", `{"value":+1}`: "", `{"value":.5}`: "", `{"value":NaN}`: "",
	} {
		_, _, err := ReadItem([]byte(body))
		s, ok := errors.AsType[*SyntaxError](err)
		if !ok || s.Pointer != pointer || s.Text == "" {
			t.Errorf("%s: %v, want it refused at %q", body, err, pointer)
		}
	}
}

func TestABodyOfVeryManyValuesIsRefusedBeforeItIsHeld(t *testing.T) {
	t.Parallel()
	item := `{"agency":"dlh","indicator":"X","period":"2026-TW3","version":1,"value":1,"numerator":1,"denominator":1,"predicate":"BB","step":1,"yes":true,"note":"a","reference":"b"},`
	if _, _, err := ReadBatch([]byte(`{"reports":[` + strings.TrimSuffix(strings.Repeat(item, MaxItems), ",") + `]}`)); err != nil {
		t.Errorf("as many items as may be: %v", err)
	}
	for name, body := range map[string]string{
		"numbers": `{"reports":[` + strings.Repeat("0,", 400_000) + `0]}`,
		"lists":   `{"reports":[` + strings.Repeat("[],", 300_000) + `[]]}`,
	} {
		_, _, err := ReadBatch([]byte(body))
		if s, ok := errors.AsType[*SyntaxError](err); !ok || !strings.Contains(s.Text, "nilai") {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
}

func FuzzReadBatch(f *testing.F) {
	for _, seed := range []string{
		`{"reports":[{"agency":"dlh","indicator":"X","period":"2026-TW3","value":"1.5"}]}`, `{"reports":[{"agency":"dlh","agency":""}]}`,
		`{"reports":[]}`, `[1e309,-0,"\ud800"]`, strings.Repeat("[", 5000), `{"reports":[{"value":1e5,"step":"","yes":null,"predicate":"BB","note":"\u0000"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, problems, err := ReadBatch(body)
		if err != nil {
			if s, ok := errors.AsType[*SyntaxError](err); !ok || s.Text == "" {
				t.Fatalf("%q: %v is no sentence", body, err)
			}
			return
		}
		if len(problems) == 0 && (len(items) == 0 || len(items) > MaxItems) {
			t.Fatalf("%q: %d items without a problem", body, len(items))
		}
		for _, p := range problems {
			if p.Text == "" || p.Pointer != "" && p.Pointer[0] != '/' || !utf8.ValidString(p.Pointer) {
				t.Fatalf("%q: problem %+v", body, p)
			}
		}
		if len(problems) > 0 {
			return
		}
		for _, i := range items {
			if i.Agency == "" || i.Indicator == "" || i.Period.IsZero() {
				t.Fatalf("%q: %+v has no key", body, i)
			}
			if sum := i.sum(); len(sum) != 64 {
				t.Fatalf("%q: sum %q", body, sum)
			}
		}
	})
}
