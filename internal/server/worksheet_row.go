package server

import (
	"strconv"
	"time"

	"petajalan/internal/chart"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// sheetRow is an indicator on the worksheet.
type sheetRow struct {
	*report.WorksheetRow
	Place   string // "Indikator 3 dari 11"
	Heading string // its name
	Href    string // page of the value
	Meaning string // what it is, and which way is better
	Ask     string // which figures are asked for
	Status  status
	Edit    bool // inputs are shown

	Numbers []sheetInput
	Choice  *sheetChoice // nil: numbers are asked for
	Exempt  sheetExempt
	Cause   []sheetInput // the explanation
	Explain bool         // it is needed, or begun
	Why     string       // why it is needed

	Result   sheetResult
	Source   string // where the prefill comes from, empty: typed
	Feed     bool   // it comes from another system
	Evidence sheetEvidence
	Past     pastTable
	Notes    []report.Finding
	Comments string // "2 komentar"

	Version  int
	Shown    string // fingerprint
	Problems problems
	Refused  string // why the row could not be saved
	Clash    *sheetClash
}

// sheetInput is a labelled input of a row.
type sheetInput struct {
	ID, Label, Value, Hint, Unit string
	Problem                      string
	Type                         string // text, date, area; empty: a number
	Required                     bool
	Described                    string // ids of further descriptions
}

// DescribedBy names the elements that say more about the input.
func (in sheetInput) DescribedBy() string {
	ids := in.Described
	add := func(id string) {
		if ids != "" {
			ids += " "
		}
		ids += id
	}
	if in.Problem != "" {
		add(in.ID + "-galat")
	}
	if in.Hint != "" {
		add(in.ID + "-petunjuk")
	}
	return ids
}

// sheetChoice offers the values of a predicate or a milestone as a list, yes and no as two
// buttons.
type sheetChoice struct {
	ID, Label, Problem string
	Radio              bool
	Options            []sheetOption
}

type sheetOption struct {
	ID, Value, Label string
	Chosen           bool
}

// sheetExempt is the way to say that an indicator does not apply.
type sheetExempt struct {
	ID     string
	Chosen bool
	Reason sheetInput
}

// sheetResult is what the figures of a row come to.
type sheetResult struct {
	Code              string
	Result            string // "Hasil 88,2%. Capaian 95,9, hampir tercapai."
	Beside            string // "Triwulan lalu 86,0%. Target 92,0%."
	ToDate            string // what counts from January on, where it is not the figure itself
	Bullet            chart.SVG
	AxisLow, AxisHigh string
}

// sheetEvidence is what the value rests on.
type sheetEvidence struct {
	Code    string
	Rule    string
	Needed  bool
	Count   string // "2 bukti"
	Items   []evidenceItem
	Problem string
	FileID  string
	LinkID  string
	Link    sheetInput
	Title   sheetInput
	State   string // id of the checkbox of a signed statement
	Signed  bool
	Edit    bool
	Upload  string // where a script sends a file
}

// evidenceItem is one piece of evidence.
type evidenceItem struct {
	ID, Title, Href, Detail string
	Statement               bool
}

// pastTable are the quarters before, as a table and as a line.
type pastTable struct {
	Spark chart.SVG
	Words string
	Rows  []pastRow
}

type pastRow struct {
	Period      scoring.Period
	Value, Mark string
}

// sheetClash is a row that two people changed.
type sheetClash struct {
	Who    string // who wrote the other side
	Other  string // what it is called: "isian Petugas Dua"
	At     time.Time
	Mine   []sideLine
	Theirs []sideLine
	Pick   string
	Mines  string // ids of the two buttons
	Others string
	Moved  string // where theirs is no draft any more: "sudah dikirim"
}

// sideLine is a field of one side of a conflict.
type sideLine struct {
	Label, Text string
	Differs     bool
}

// rowState is what a page knows of a row beyond what is saved.
type rowState struct {
	texts    rowTexts // nil: what is saved or offered
	form     *rowForm // nil: the row did not come back in a form
	problems problems
	theirs   *report.Theirs
	refused  string
	viewer   string // name of who looks at it
}

// newSheetRow makes the row number i of n. e has the words of the rules, nil while nothing is
// published.
func newSheetRow(e *edition, r *report.WorksheetRow, i, n int, st rowState, zone *time.Location) sheetRow {
	texts := st.texts
	if texts == nil {
		texts = shownTexts(r)
	}
	row := sheetRow{
		WorksheetRow: r,
		Place:        "Indikator " + strconv.Itoa(i) + " dari " + strconv.Itoa(n),
		Heading:      r.Name,
		Href:         valuePath(r.Key),
		Meaning:      sentence(r.Definition) + " " + directionSentence(r.Direction) + ".",
		Ask:          askSentence(r),
		Status:       rowStatus(r),
		Edit:         r.MayEdit,
		Notes:        r.Findings,
		Version:      r.Version,
		Shown:        texts.fingerprint(),
		Problems:     st.problems,
		Refused:      st.refused,
		Past:         newPastTable(r),
	}
	if st.form != nil {
		row.Version, row.Shown = st.form.Version, st.form.Shown
	}
	if r.CommentCount > 0 {
		row.Comments = formatCount(r.CommentCount) + " komentar"
	}
	d, _ := parseRow(r, texts, 0)
	value := d.Value
	if !r.MayEdit {
		value = r.Value
	}
	row.Result = newSheetResult(e, r, value)
	if !value.NotApplicable {
		if why := r.WhyExplain(value); why != "" {
			row.Why = "Perlu penjelasan: " + lowerFirst(why)
		}
	}
	if r.IsEmpty() && r.Prefill != nil && r.MayEdit && texts.fingerprint() == shownTexts(r).fingerprint() {
		row.Source, row.Feed = sourceSentence(r.Prefill), r.Prefill.Automatic
	}
	row.fillInputs(texts)
	row.Evidence = newSheetEvidence(r, st, zone)
	if st.theirs != nil {
		row.Clash = newSheetClash(r, texts, st)
		row.Version, row.Shown = st.theirs.Version, ""
	}
	return row
}

// fillInputs makes the inputs from what stands in them.
func (row *sheetRow) fillInputs(texts rowTexts) {
	r := row.WorksheetRow
	exempt := texts[report.FieldNotApplicable] != ""
	input := func(field, name, hint, kind string) sheetInput {
		id := r.Indicator + "." + name
		return sheetInput{ID: id, Label: fieldLabel(r, field), Value: texts[field], Hint: hint, Type: kind, Problem: row.Problems.On(id)}
	}
	switch {
	case len(r.Choices) > 0:
		row.Choice = newSheetChoice(r, texts[report.FieldActual], row.Problems)
	case r.Kind == scoring.KindFraction:
		row.Numbers = []sheetInput{input(report.FieldNumerator, inputNumerator, "", ""), input(report.FieldDenominator, inputDenom, "", "")}
	default:
		in := input(report.FieldActual, inputActual, "", "")
		in.Unit = unitBeside(r)
		row.Numbers = []sheetInput{in}
	}
	for i := range row.Numbers {
		row.Numbers[i].Described = r.Indicator + "-hasil"
	}
	reason := input(report.FieldNote, inputWhy, "Misalnya: tidak ada kejadian pada triwulan ini.", "area")
	reason.Label, reason.Required = "Alasan tidak berlaku", exempt
	if !exempt {
		reason.Value = ""
	}
	row.Exempt = sheetExempt{ID: r.Indicator + "." + inputExempt, Chosen: exempt, Reason: reason}

	row.Explain = row.Why != ""
	cause := input(report.FieldNote, inputCause, "", "area")
	if exempt {
		cause.Value = ""
	}
	cause.Label = "Apa penyebabnya?"
	row.Cause = []sheetInput{
		cause,
		input(report.FieldObstacle, inputObstacle, "", "area"),
		input(report.FieldNextStep, inputNextStep, "", "area"),
		input(report.FieldNextStepOwner, inputOwner, "Nama seksi atau bidang.", "text"),
		input(report.FieldNextStepDue, inputDue, "", "date"),
	}
	if due := &row.Cause[len(row.Cause)-1]; due.Problem != "" && due.Value != "" {
		due.Type = "text" // an input of dates would not show what is none
	}
	for i := range row.Cause {
		if row.Cause[i].Value != "" || row.Cause[i].Problem != "" {
			row.Explain = true
		}
		row.Cause[i].Required = row.Why != "" && i < 3
	}
}

// newSheetChoice offers the choices of an indicator. A text that is none of them stays on
// offer, so that what was kept is not lost.
func newSheetChoice(r *report.WorksheetRow, text string, ps problems) *sheetChoice {
	c := &sheetChoice{ID: r.Indicator + "." + inputChoice, Label: "Realisasi", Radio: r.Kind == scoring.KindYesNo}
	c.Problem = ps.On(c.ID)
	found := text == ""
	for i := range r.Choices {
		v := r.ValueField(report.Value{Actual: &r.Choices[i].Value}, report.FieldActual)
		o := sheetOption{ID: c.ID + "-" + strconv.Itoa(i+1), Value: v, Label: r.Choices[i].Label, Chosen: v == text}
		found = found || o.Chosen
		c.Options = append(c.Options, o)
	}
	if !found {
		c.Options = append(c.Options, sheetOption{ID: c.ID + "-lain", Value: text, Label: text + " (bukan pilihan)", Chosen: true})
	}
	if c.Radio && len(c.Options) > 0 {
		c.Options[0].ID = c.ID // where a message about the field leads
	}
	return c
}

// newSheetEvidence lists the evidence of a row.
func newSheetEvidence(r *report.WorksheetRow, st rowState, zone *time.Location) sheetEvidence {
	id := func(name string) string { return r.Indicator + "." + name }
	e := sheetEvidence{
		Code: r.Indicator, Rule: sentence(r.EvidenceRule), Needed: r.EvidenceNeeded, Edit: r.MayEdit,
		FileID: id(inputFile), LinkID: id(inputLink), State: id(inputStatement),
		Problem: st.problems.On(id(inputFile)), Upload: valuePath(r.Key) + "/bukti",
		Link:  sheetInput{ID: id(inputLink), Label: "Tautan dokumen", Type: "url", Problem: st.problems.On(id(inputLink))},
		Title: sheetInput{ID: id(inputLinkTitle), Label: "Judul dokumen pada tautan", Type: "text"},
	}
	if st.form != nil && st.problems.On(id(inputLink)) != "" {
		e.Link.Value, e.Title.Value = st.form.Link, st.form.LinkTitle
	}
	if st.form != nil {
		e.Signed = st.form.Statement && st.problems.On(id(inputFile)) != ""
	}
	for _, x := range r.Evidence {
		e.Items = append(e.Items, newEvidenceItem(x, zone))
	}
	if n := len(e.Items); n > 0 {
		e.Count = strconv.Itoa(n) + " bukti"
	}
	return e
}

func newEvidenceItem(x report.DraftEvidence, zone *time.Location) evidenceItem {
	item := evidenceItem{ID: x.PublicID, Title: x.Title, Statement: x.Statement}
	switch x.Kind {
	case report.EvidenceLink:
		item.Href, item.Detail = x.URL, "tautan"
	case report.EvidenceFile:
		item.Href, item.Detail = evidencePath(x.PublicID), sizeWords(x.Size)
	default:
		item.Detail = "umpan sistem"
	}
	if x.Statement {
		item.Detail += ", pernyataan bertanda tangan"
	}
	if !x.AddedAt.IsZero() {
		item.Detail += ", " + formatDate(x.AddedAt, zone)
	}
	return item
}

// evidencePath is where a file is downloaded.
func evidencePath(id string) string { return home + "bukti/" + id }

// newPastTable shows the quarters before, and what became of them.
func newPastTable(r *report.WorksheetRow) pastTable {
	var t pastTable
	ind := indicatorOf(r)
	var values []*float64
	known := 0
	for i := len(r.Older) - 1; i >= 0; i-- {
		p := r.Older[i]
		row := pastRow{Period: p.Period, Value: noFigure}
		var point *float64
		if p.Value != nil {
			row.Value = saidValue(r, *p.Value)
			if text := figureOf(*p.Value); text != nil {
				point = geometry(text)
				known++
			}
		}
		switch {
		case p.Result.State == scoring.Scored:
			row.Mark = "capaian " + formatNumber(p.Result.Scored.Text(2), 1)
		case p.Status != "":
			row.Mark = p.Status.Label()
		default:
			row.Mark = "tidak ada laporan"
		}
		values = append(values, point)
		t.Rows = append(t.Rows, row)
	}
	if known > 1 && ind.Kind != scoring.KindYesNo {
		t.Spark = chart.Spark(values, 0)
	}
	return t
}

// unitBeside is the unit that stands after an input.
func unitBeside(r *report.WorksheetRow) string {
	if r.Unit == "%" {
		return "persen"
	}
	return r.Unit
}

// figureOf is the figure of a value as a decimal string: of a fraction the percentage. Nil
// when there is none.
func figureOf(v report.Value) *string {
	switch {
	case v.NotApplicable:
		return nil
	case v.Numerator != nil && v.Denominator != nil:
		if v.Denominator.IsZero() {
			return nil
		}
		text := scoring.RatioOf(*v.Numerator).Quo(scoring.RatioOf(*v.Denominator)).Mul(scoring.NewRatio(100, 1)).Text(4)
		return &text
	case v.Actual != nil:
		text := v.Actual.String()
		return &text
	}
	return nil
}

// saidValue writes a value with its unit, a choice by its name: "94,3%", "BB", "tidak
// berlaku". Without a figure it is "–".
func saidValue(r *report.WorksheetRow, v report.Value) string {
	text, _ := valueWords(r, indicatorOf(r), v)
	return text
}

// saidParts is the fraction behind a percentage: "5.137 warga dari 5.824 warga"; empty for
// others.
func saidParts(r *report.WorksheetRow, v report.Value) string {
	_, parts := valueWords(r, indicatorOf(r), v)
	return parts
}

// newSheetResult says what a value comes to, in words and as a bullet.
func newSheetResult(e *edition, r *report.WorksheetRow, v report.Value) sheetResult {
	res := sheetResult{Code: r.Indicator}
	figure := figureOf(v)
	preview := r.PreviewOf(v)
	switch {
	case v.NotApplicable:
		res.Result = "Tidak berlaku."
	case figure != nil && r.Kind == scoring.KindFraction:
		res.Result = "Hasil " + saidValue(r, v) + "."
	}
	if preview != nil && preview.State == scoring.Scored {
		res.Result = firstOf(res.Result, sentence(saidValue(r, v))) + " Capaian " + formatNumber(preview.Scored.Text(2), 1)
		if preview.WordLabel != "" {
			res.Result += ", " + lowerFirst(preview.WordLabel)
		}
		res.Result += "."
		if r.Consolidation != scoring.Last && r.Period.Quarter > 1 && r.Frequency != scoring.Yearly && preview.HasActual {
			res.ToDate = toDateWords(r, preview)
		}
	}
	if past := lastPast(r); past != nil {
		res.Beside = beforeWord(r, past.Period) + " " + saidValue(r, *past.Value) + ". "
	}
	if r.Target != "" {
		res.Beside += "Target " + lowerFirst(sentence(r.Target))
	}
	res.Bullet, res.AxisLow, res.AxisHigh = rowBullet(e, r, figure, preview)
	return res
}

// lowerFirst makes a word stand inside a sentence.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] < 'A' || s[1] > 'Z') {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}

// toDateWords says what counts since January.
func toDateWords(r *report.WorksheetRow, p *report.Preview) string {
	ind := indicatorOf(r)
	actual := p.Actual.Text(4)
	text := "Sejak Januari " + formatMeasure(ind, &actual, nil, nil)
	if p.HasTarget && !p.TargetRange {
		target := p.Target.Text(4)
		text += ", target sampai triwulan ini " + formatMeasure(ind, &target, nil, nil)
	}
	return text + "."
}

// lastPast is the newest earlier period with a value; nil when there is none.
func lastPast(r *report.WorksheetRow) *report.Past {
	for i := range r.Older {
		if r.Older[i].Value != nil {
			return &r.Older[i]
		}
	}
	return nil
}

// beforeWord names an earlier period.
func beforeWord(r *report.WorksheetRow, p scoring.Period) string {
	if p == r.Period.Previous() {
		return "Triwulan lalu"
	}
	return formatPeriod(p) + ":"
}

// rowBullet draws the figure against its target, to date where the engine counts so; without
// a figure the target alone. It is empty for what is no length.
func rowBullet(e *edition, r *report.WorksheetRow, figure *string, p *report.Preview) (svg chart.SVG, low, high string) {
	var a scoring.Achievement
	if p != nil {
		a = p.Achievement
	} else {
		a = r.Goal()
	}
	if r.Kind == scoring.KindYesNo || r.Kind == scoring.KindPredicate || !a.HasTarget {
		return "", "", ""
	}
	at := func(x scoring.Ratio) *float64 { s := x.Text(4); return geometry(&s) }
	b := chart.Bullet{Value: geometry(figure), SmallerIsBetter: r.Direction == scoring.LowerIsBetter}
	if a.HasActual {
		b.Value = at(a.Actual)
	}
	if a.TargetRange {
		b.Target, b.TargetHigh = at(a.TargetLow), at(a.TargetHigh)
	} else if b.Target = at(a.Target); e != nil && r.Direction != scoring.OnTarget {
		b.Fair, b.Good = wordLimits(e, r.Direction, *b.Target)
	}
	if past := lastPast(r); past != nil && r.Consolidation == scoring.Last {
		b.Previous = geometry(figureOf(*past.Value))
	}
	ind := indicatorOf(r)
	axisLow, axisHigh, ok := axisOf(ind)
	if r.Kind == scoring.KindMilestone {
		axisLow, axisHigh, ok = "0", "100", true
	}
	if !ok {
		axisLow, axisHigh = "0", strconv.FormatFloat(roundAxis(b.Value, b.Target, b.TargetHigh, b.Previous), 'f', -1, 64)
	}
	b.Low, b.High = *geometry(&axisLow), *geometry(&axisHigh)
	return b.SVG(), withUnit(ind, formatExact(axisLow)), withUnit(ind, formatExact(axisHigh))
}

// askSentence says which figures are to be typed.
func askSentence(r *report.WorksheetRow) string {
	span := "triwulan"
	switch r.Frequency {
	case scoring.HalfYearly:
		span = "semester"
	case scoring.Yearly:
		span = "tahun"
	}
	switch {
	case len(r.Choices) > 0:
		return "Pilih keadaan pada akhir " + span + " ini."
	case r.Frequency == scoring.Yearly:
		return "Isi angka setahun penuh."
	case r.Consolidation == scoring.Sum:
		return "Isi angka " + span + " ini saja; program yang menjumlahkannya sejak Januari."
	case r.Consolidation == scoring.Average:
		return "Isi angka " + span + " ini saja; program yang merata-ratakannya."
	}
	return "Isi angka sejak Januari sampai akhir " + span + " ini, atau keadaan terakhirnya."
}

// sourceSentence says where a prefilled value comes from.
func sourceSentence(p *report.Prefill) string {
	if p.Automatic {
		return "Dari " + p.From
	}
	return "Dari " + p.From + ", periksa"
}

// rowStatus says how far the report of a row has come.
func rowStatus(r *report.WorksheetRow) status {
	if st, ok := handedIn(r.Status); ok {
		return st
	}
	if r.Version > 0 && !r.IsEmpty() {
		return status{"none", "Draf"}
	}
	return status{"none", "Belum diisi"}
}

// newSheetClash shows both sides of a conflict, field by field.
func newSheetClash(r *report.WorksheetRow, mine rowTexts, st rowState) *sheetClash {
	theirs := theirTexts(r, st.theirs)
	c := &sheetClash{Who: firstOf(st.theirs.By, "Orang lain"), Other: "isian " + firstOf(st.theirs.By, "orang lain"), At: st.theirs.At,
		Mines: r.Indicator + "." + inputPick, Others: r.Indicator + "." + inputPick + "-" + pickTheirs}
	if st.theirs.By != "" && st.theirs.By == st.viewer {
		c.Who, c.Other = "Anda sendiri, di jendela lain,", "isian yang tersimpan"
	}
	if st.form != nil {
		c.Pick = st.form.Pick
	}
	if st.theirs.Status != report.Draft && st.theirs.Status != report.Returned {
		c.Moved = st.theirs.Status.Label()
	}
	side := func(t rowTexts, f string) string {
		if f == report.FieldActual {
			for i := range r.Choices {
				if r.ValueField(report.Value{Actual: &r.Choices[i].Value}, f) == t[f] {
					return r.Choices[i].Label
				}
			}
		}
		return firstOf(t[f], "(kosong)")
	}
	for _, f := range rowFields {
		if mine[f] == "" && theirs[f] == "" {
			continue
		}
		differs := mine[f] != theirs[f]
		c.Mine = append(c.Mine, sideLine{fieldLabel(r, f), side(mine, f), differs})
		c.Theirs = append(c.Theirs, sideLine{fieldLabel(r, f), side(theirs, f), differs})
	}
	return c
}

// worksheetPath is the worksheet of an agency and period.
func worksheetPath(agency string, p scoring.Period) string {
	return worksheetPrefix + agency + "/" + p.String()
}

// valuePath is the page of one value.
func valuePath(k report.Key) string { return worksheetPath(k.Agency, k.Period) + "/" + k.Indicator }
