package card

import (
	_ "embed"
	"html/template"
	"io"
	"time"
)

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"picture": Picture, "share": share, "fate": fate,
}).Parse(page))

// HTML writes one page about all results, with nothing outside of it: how a program did, in a table and in pictures.
// at is when it was run.
func HTML(w io.Writer, results []*Result, at time.Time) error {
	type row struct{ Label, Fault, Base string }
	type shown struct {
		*Result
		Rows []row
	}
	var all []shown
	for _, r := range results {
		s := shown{Result: r}
		if r.Faulty != nil {
			for _, about := range rows {
				line := row{Label: about.label, Fault: about.value(r.Faulty)}
				if r.Baseline != nil {
					line.Base = about.value(r.Baseline)
				}
				s.Rows = append(s.Rows, line)
			}
		}
		all = append(all, s)
	}
	program := ""
	for i, r := range results {
		if program = r.Program; i > 0 && program != results[0].Program {
			program = "each scenario's built-in client"
			break
		}
	}
	return pageTemplate.Execute(w, map[string]any{
		"Program": program, "At": at.Format("2006-01-02 15:04"), "Count": Count(results), "Results": all,
	})
}
