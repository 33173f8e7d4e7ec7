package server

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/locales/id"
	ut "github.com/go-playground/universal-translator"
	"github.com/go-playground/validator/v10"
	translations "github.com/go-playground/validator/v10/translations/id"

	"petajalan/internal/fault"
)

// forms reads and checks forms: structs of strings with the tags form (the name of the
// input), label (what the user calls it) and validate.
type forms struct {
	validate   *validator.Validate
	translator ut.Translator
}

func newForms() (*forms, error) {
	locale := id.New()
	translator, _ := ut.New(locale, locale).GetTranslator(locale.Locale())
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("label") })
	if err := translations.RegisterDefaultTranslations(v, translator); err != nil {
		return nil, fmt.Errorf("register Indonesian messages: %w", err)
	}
	for tag, text := range map[string]string{
		"required": "Isi {0}.",
		"max":      "{0} paling panjang {1} karakter.",
	} {
		err := v.RegisterTranslation(tag, translator,
			func(t ut.Translator) error { return t.Add(tag, text, true) },
			func(t ut.Translator, e validator.FieldError) string {
				s, err := t.T(tag, e.Field(), e.Param())
				if err != nil {
					return e.Field()
				}
				return s
			})
		if err != nil {
			return nil, fmt.Errorf("register message of %s: %w", tag, err)
		}
	}
	return &forms{validate: v, translator: translator}, nil
}

// read fills form, a pointer to a struct of strings, from the body of the request and
// returns what is wrong with it, one problem per field in the order of the fields. The
// values stay as they were typed. The error is not the user's, but for a body that is too
// large or no form at all.
func (f *forms) read(c *gin.Context, form any) (problems, error) {
	if err := c.Request.ParseForm(); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "Isian ini tidak dapat dibaca. Buka halamannya lagi dan isi sekali lagi.")
	}
	values := c.Request.PostForm
	if err := binding.MapFormWithTag(form, values, "form"); err != nil {
		return nil, fmt.Errorf("map form: %w", err)
	}
	var ps problems
	t := reflect.TypeOf(form).Elem()
	v := reflect.ValueOf(form).Elem()
	for i := range t.NumField() {
		if !isText(v.Field(i).String()) {
			ps = append(ps, problem{t.Field(i).Tag.Get("form"), t.Field(i).Tag.Get("label") + " memuat karakter yang tidak dapat dibaca. Ketik ulang."})
		}
	}
	err := f.validate.Struct(form)
	failed, ok := errors.AsType[validator.ValidationErrors](err)
	if err != nil && !ok {
		return nil, fmt.Errorf("check form: %w", err)
	}
	for _, e := range failed {
		field, _ := t.FieldByName(e.StructField())
		name := field.Tag.Get("form")
		if ps.On(name) == "" {
			ps = append(ps, problem{name, sentence(e.Translate(f.translator))})
		}
	}
	order := func(name string) int {
		return slices.IndexFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Tag.Get("form") == name })
	}
	slices.SortStableFunc(ps, func(a, b problem) int { return order(a.Field) - order(b.Field) })
	return ps, nil
}

// isText reports whether s is something a person can have typed and a column can hold.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
