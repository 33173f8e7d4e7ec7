package seeds

// The files, field by field. Everything is text until it has been checked;
// the tags say what shape a text must have, check_*.go what it must mean.

const (
	areasFile      = "areas.csv"
	agenciesFile   = "agencies.csv"
	namesFile      = "agency_names.csv"
	baselinesFile  = "baselines.csv"
	holidaysFile   = "holidays.csv"
	scalesFile     = "scales.yaml"
	rulesFile      = "rules.yaml"
	roadmapFile    = "roadmap.yaml"
	goalsFile      = "goals.yaml"
	objectivesFile = "objectives.yaml"
	indicatorsFile = "indicators.yaml"
	targetsFile    = "targets.csv"
	servicesFile   = "services.yaml"
)

type areaRow struct {
	record
	Code      string `seed:"code" validate:"required,code"`
	Level     string `seed:"level" validate:"required,oneof=kota kecamatan kelurahan"`
	Parent    string `seed:"parent"`
	Name      string `seed:"name" validate:"required,max=100"`
	Slug      string `seed:"slug" validate:"omitempty,code"`
	LabelX    string `seed:"label_x" validate:"omitempty,whole"`
	LabelY    string `seed:"label_y" validate:"omitempty,whole"`
	LabelRoom string `seed:"label_room" validate:"omitempty,whole"`
	Outline   string `seed:"outline" validate:"omitempty,outline"`
	Source    string `seed:"source" validate:"required"`
}

type agencyRow struct {
	record
	Code         string `seed:"code" validate:"required,code"`
	Kind         string `seed:"kind" validate:"required,oneof=sekretariat inspektorat dinas badan satuan kecamatan rsud bagian unit puskesmas kelurahan"`
	Name         string `seed:"name" validate:"required,max=200"`
	ShortName    string `seed:"short_name" validate:"required,max=60"`
	Parent       string `seed:"parent"`
	Area         string `seed:"area" validate:"required"`
	Website      string `seed:"website" validate:"omitempty,http_url"`
	PublicFacing string `seed:"public_facing" validate:"required,oneof=ya tidak"`
	Reports      string `seed:"reports" validate:"required,oneof=ya tidak"`
	ValidFrom    string `seed:"valid_from" validate:"required,datetime=2006-01-02"`
	ValidTo      string `seed:"valid_to" validate:"omitempty,datetime=2006-01-02"`
	Confidence   string `seed:"confidence" validate:"required,oneof=high medium low"`
	Source       string `seed:"source" validate:"required"`
	Note         string `seed:"note"`
}

type nameRow struct {
	record
	Agency    string `seed:"agency" validate:"required"`
	Name      string `seed:"name" validate:"required,max=200"`
	ValidFrom string `seed:"valid_from" validate:"omitempty,datetime=2006-01-02"`
	ValidTo   string `seed:"valid_to" validate:"omitempty,datetime=2006-01-02"`
	Source    string `seed:"source" validate:"required"`
	Note      string `seed:"note"`
}

type baselineRow struct {
	record
	Code       string `seed:"code" validate:"required,code"`
	Indicator  string `seed:"indicator" validate:"required"`
	Year       string `seed:"year" validate:"required,whole"`
	Value      string `seed:"value"`
	Unit       string `seed:"unit" validate:"required"`
	Predicate  string `seed:"predicate"`
	Assessor   string `seed:"assessor"`
	Status     string `seed:"status" validate:"required,oneof=published published_without_score not_found"`
	Confidence string `seed:"confidence" validate:"omitempty,oneof=high medium low"`
	Source     string `seed:"source"`
	Note       string `seed:"note"`
}

type holidayRow struct {
	record
	Day        string `seed:"day" validate:"required,datetime=2006-01-02"`
	Name       string `seed:"name" validate:"required"`
	NeedsCheck string `seed:"needs_check" validate:"required,oneof=ya tidak"`
	Source     string `seed:"source" validate:"required"`
}

type scalesDoc struct {
	record
	Scales []scaleRow `seed:"scales" validate:"required,min=1"`
}

type scaleRow struct {
	record
	Code      string         `seed:"code" validate:"required,code"`
	Version   string         `seed:"version" validate:"required,whole"`
	Name      string         `seed:"name" validate:"required"`
	Basis     string         `seed:"basis" validate:"required"`
	Status    string         `seed:"status" validate:"required"`
	ValidFrom string         `seed:"valid_from" validate:"required,datetime=2006-01-02"`
	ValidTo   string         `seed:"valid_to" validate:"omitempty,datetime=2006-01-02"`
	Steps     []scaleStepRow `seed:"steps" validate:"required,min=1"`
}

type scaleStepRow struct {
	record
	Code      string `seed:"code" validate:"required,max=40"`
	Label     string `seed:"label" validate:"required"`
	Min       string `seed:"min"`
	Exclusive string `seed:"exclusive" validate:"omitempty,oneof=true false"`
}

type rulesDoc struct {
	record
	RuleSets []ruleSetRow `seed:"rule_sets" validate:"required,min=1"`
}

type ruleSetRow struct {
	record
	Code           string       `seed:"code" validate:"required,code"`
	Revision       string       `seed:"revision" validate:"required,whole"`
	FormulaVersion string       `seed:"formula_version" validate:"required,whole"`
	Cap            string       `seed:"cap" validate:"required"`
	Bands          *scaleRefRow `seed:"bands" validate:"required,structonly"`
	Words          *scaleRefRow `seed:"words" validate:"required,structonly"`
	ValidFrom      string       `seed:"valid_from" validate:"required,datetime=2006-01-02"`
	ValidTo        string       `seed:"valid_to" validate:"omitempty,datetime=2006-01-02"`
	Basis          string       `seed:"basis" validate:"required"`
}

type scaleRefRow struct {
	record
	Scale   string `seed:"scale" validate:"required"`
	Version string `seed:"version" validate:"required,whole"`
}

type roadmapDoc struct {
	record
	Version          string   `seed:"version" validate:"required,whole"`
	Title            string   `seed:"title" validate:"required,max=200"`
	FirstYear        string   `seed:"first_year" validate:"required,whole"`
	LastYear         string   `seed:"last_year" validate:"required,whole"`
	Status           string   `seed:"status" validate:"required,oneof=contoh rancangan resmi"`
	RegulationNumber string   `seed:"regulation_number"`
	RegulationDate   string   `seed:"regulation_date" validate:"omitempty,datetime=2006-01-02"`
	Note             string   `seed:"note"`
	Sources          []string `seed:"sources"`
}

type goalsDoc struct {
	record
	Goals []goalRow `seed:"goals" validate:"required,min=1"`
}

type goalRow struct {
	record
	Code   string `seed:"code" validate:"required,plancode"`
	Name   string `seed:"name" validate:"required,max=200"`
	Weight string `seed:"weight" validate:"required"`
}

type objectivesDoc struct {
	record
	Objectives []objectiveRow `seed:"objectives" validate:"required,min=1"`
}

type objectiveRow struct {
	record
	Code string `seed:"code" validate:"required,plancode"`
	Goal string `seed:"goal" validate:"required"`
	Name string `seed:"name" validate:"required,max=200"`
}

type indicatorsDoc struct {
	record
	Indicators []indicatorRow `seed:"indicators" validate:"required,min=1"`
}

type indicatorRow struct {
	record
	Code           string             `seed:"code" validate:"required,indicator"`
	Objective      string             `seed:"objective" validate:"required"`
	Name           string             `seed:"name" validate:"required,max=200"`
	Definition     string             `seed:"definition" validate:"required"`
	Kind           string             `seed:"kind" validate:"required,oneof=fraction number index predicate milestone yesno range"`
	Direction      string             `seed:"direction" validate:"required,oneof=naik turun tepat ya_tidak tahapan predikat"`
	Consolidation  string             `seed:"consolidation" validate:"required,oneof=sum last average"`
	Frequency      string             `seed:"frequency" validate:"required,oneof=triwulanan semesteran tahunan"`
	Unit           string             `seed:"unit" validate:"required"`
	Decimals       string             `seed:"decimals" validate:"required,oneof=0 1 2 3 4"`
	AppliesTo      string             `seed:"applies_to" validate:"required"`
	Numerator      string             `seed:"numerator"`
	Denominator    string             `seed:"denominator"`
	DataSource     string             `seed:"data_source" validate:"required"`
	Evidence       string             `seed:"evidence" validate:"required"`
	Scale          string             `seed:"scale"`
	Steps          []milestoneStepRow `seed:"steps"`
	AnnouncedMonth string             `seed:"announced_month" validate:"omitempty,oneof=1 2 3 4 5 6 7 8 9 10 11 12"`
	Key            string             `seed:"key" validate:"omitempty,oneof=true false"`
	BreakNote      string             `seed:"break_note"`
	Baseline       *baselineRefRow    `seed:"baseline" validate:"omitempty,structonly"`
	Status         string             `seed:"status" validate:"required,oneof=contoh rancangan resmi"`
}

type milestoneStepRow struct {
	record
	Percent string `seed:"percent" validate:"required"`
	Name    string `seed:"name" validate:"required,max=100"`
}

type baselineRefRow struct {
	record
	Year   string `seed:"year" validate:"required,whole"`
	Value  string `seed:"value" validate:"required"`
	Source string `seed:"source" validate:"required"`
}

type targetRow struct {
	record
	Agency     string `seed:"agency" validate:"required"`
	Indicator  string `seed:"indicator" validate:"required"`
	Year       string `seed:"year" validate:"required,whole"`
	Target     string `seed:"target" validate:"required"`
	Steps      string `seed:"steps"`
	Weight     string `seed:"weight" validate:"required"`
	Clause     string `seed:"clause" validate:"required"`
	Status     string `seed:"status" validate:"required,oneof=contoh rancangan resmi"`
	Reason     string `seed:"reason"`
	LegalBasis string `seed:"legal_basis"`
}

type servicesDoc struct {
	record
	Sources  map[string]string `seed:"sources"`
	Services []serviceRow      `seed:"services" validate:"required,min=1"`
}

type serviceRow struct {
	record
	Code      string       `seed:"code" validate:"required,code"`
	Name      string       `seed:"name" validate:"required,max=200"`
	OfferedBy []string     `seed:"offered_by" validate:"required,min=1"`
	Standard  *standardRow `seed:"standard" validate:"omitempty,structonly"`
}

type standardRow struct {
	record
	Requirements     []string          `seed:"requirements"`
	Procedure        string            `seed:"procedure"`
	Duration         *durationRow      `seed:"duration" validate:"omitempty,structonly"`
	Fee              *feeRow           `seed:"fee" validate:"omitempty,structonly"`
	Product          string            `seed:"product"`
	Complaints       string            `seed:"complaints"`
	LegalBasis       string            `seed:"legal_basis"`
	Facilities       string            `seed:"facilities"`
	Competence       string            `seed:"competence"`
	Supervision      string            `seed:"supervision"`
	StaffNumber      string            `seed:"staff_number"`
	ServiceGuarantee string            `seed:"service_guarantee"`
	SafetyGuarantee  string            `seed:"safety_guarantee"`
	Evaluation       string            `seed:"evaluation"`
	DecreeNumber     string            `seed:"decree_number"`
	DecidedOn        string            `seed:"decided_on" validate:"omitempty,datetime=2006-01-02"`
	ReviewedOn       string            `seed:"reviewed_on" validate:"omitempty,datetime=2006-01-02"`
	Provenance       map[string]string `seed:"provenance"`
	Sources          []string          `seed:"sources"`
	Note             string            `seed:"note"`
	Status           string            `seed:"status" validate:"required,oneof=contoh rancangan resmi"`
}

type durationRow struct {
	record
	Value string `seed:"value" validate:"required"`
	Unit  string `seed:"unit" validate:"required,oneof=menit jam hari_kerja hari"`
}

type feeRow struct {
	record
	Kind   string `seed:"kind" validate:"required,oneof=gratis retribusi campuran"`
	Rupiah string `seed:"rupiah" validate:"omitempty,whole"`
	Note   string `seed:"note"`
}
