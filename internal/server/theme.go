package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/web"
)

// themeCookie keeps the reader's choice: gelap or terang. Without it the device decides.
const themeCookie = "tema"

// Choices of a theme, as they stand in addresses and in the cookie.
const (
	themeDark   = "gelap"
	themeLight  = "terang"
	themeSystem = "sistem"
)

// theme answers /gaya.css, /tema.css and /tema. The pages themselves are the same for every
// reader; only these sheets differ.
type theme struct {
	sheets map[string]themeSheets // by choice
	secure bool                   // the site is reached by https, so cookies are kept to it
}

// themeSheets are the sheets of one choice. That of a page is whole, since on a phone each
// further sheet is a connection to wait for before anything is shown: 0.3 s in Lighthouse's
// simulation.
type themeSheets struct {
	colours themeSheet // of the theme alone, for a page that has a style of its own
	page    themeSheet // everything: style, font, colours
	saving  themeSheet // page without the font, for a reader who saves data
}

type themeSheet struct {
	encoded
	etag string
}

// newTheme makes the choice of themes; secure says whether its cookie may only travel by https.
func newTheme(secure bool) (*theme, error) {
	sheets, err := ownSheets()
	return &theme{sheets: sheets, secure: secure}, err
}

// ownSheets are the sheets of the program by the theme that they are for. The dark tokens
// hold for screens only: paper is white.
var ownSheets = sync.OnceValues(func() (map[string]themeSheets, error) {
	dark, err := joinStyles(web.Files, []string{web.DarkTokens})
	if err != nil {
		return nil, fmt.Errorf("read dark tokens: %w", err)
	}
	style, err := joinStyles(web.Files, web.Styles)
	if err != nil {
		return nil, fmt.Errorf("join the style of pages: %w", err)
	}
	a, err := ownAssets()
	if err != nil {
		return nil, err
	}
	font := string(a.byName["font.css"].plain)
	sheets := map[string]themeSheets{}
	for choice, colours := range map[string]string{
		themeDark:   "@media screen{:root{color-scheme:dark}" + string(dark) + "}",
		themeLight:  ":root{color-scheme:light}",
		themeSystem: "@media screen and (prefers-color-scheme:dark){" + string(dark) + "}",
	} {
		sheets[choice] = themeSheets{
			colours: newThemeSheet(colours),
			page:    newThemeSheet(string(style) + font + colours),
			saving:  newThemeSheet(string(style) + colours),
		}
	}
	return sheets, nil
})

func newThemeSheet(sheet string) themeSheet {
	sum := sha256.Sum256([]byte(sheet))
	return themeSheet{newEncoded([]byte(sheet)), `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// of are the sheets of the reader's choice.
func (t *theme) of(c *gin.Context) themeSheets {
	if cookie, err := c.Request.Cookie(themeCookie); err == nil {
		if chosen, ok := t.sheets[cookie.Value]; ok {
			return chosen
		}
	}
	return t.sheets[themeSystem]
}

// colours answers the colours of the reader's theme.
func (t *theme) colours(c *gin.Context) error {
	t.of(c).colours.answer(c)
	return nil
}

// style answers the whole style of a page in the reader's theme.
func (t *theme) style(c *gin.Context) error {
	c.Writer.Header().Add("Vary", "Save-Data")
	s := t.of(c)
	if savesData(c.Request) {
		s.saving.answer(c)
		return nil
	}
	s.page.answer(c)
	return nil
}

// answer writes the sheet, or that the reader has it already.
func (s themeSheet) answer(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", s.etag)
	h.Add("Vary", "Cookie")
	// A cache may have weakened the mark on the way.
	if strings.Contains(c.GetHeader("If-None-Match"), s.etag) {
		c.Status(http.StatusNotModified)
		return
	}
	s.write(c.Writer, c.Request, "text/css; charset=utf-8")
}

// choose keeps the theme asked for and goes back to the page the reader came from.
func (t *theme) choose(c *gin.Context) error {
	choice := c.Query("ke")
	if _, ok := t.sheets[choice]; !ok {
		return fault.New(fault.NotFound, "Tampilan yang ada: terang, gelap, dan ikut perangkat (sistem).")
	}
	cookie := &http.Cookie{
		Name:     themeCookie,
		Value:    choice,
		Path:     "/",
		MaxAge:   365 * 24 * 3600,
		Secure:   t.secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
	if choice == themeSystem {
		cookie.Value, cookie.MaxAge = "", -1
	}
	http.SetCookie(c.Writer, cookie)
	c.Writer.Header().Set("Cache-Control", "no-store")
	c.Redirect(http.StatusSeeOther, refererPath(c.Request))
	return nil
}

// refererPath is the path and query of the page of ours that led here, or / when there is
// none or it is another site's.
func refererPath(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || !isLocalPath(u.Path) || u.Path == "/tema" {
		return "/"
	}
	back := url.URL{Path: u.Path, RawQuery: u.RawQuery}
	return back.String()
}

// isLocalPath reports whether a browser reads p as an address on this site: it begins
// with one slash, no other slash after it, and has no control character.
func isLocalPath(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.Contains(p, `\`) {
		return false
	}
	return !strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f })
}
