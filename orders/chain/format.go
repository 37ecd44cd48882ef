package chain

import (
	"fmt"
	"strings"
)

// Format writes orders as a chain to post: a header, and one numbered line for
// each household that wants something. It parses back to the same orders in the
// same context. A name or a note that would read as something else is left out.
func Format(title string, orders []Order, c Context) string {
	p := newParser(c)
	var b strings.Builder
	b.WriteString("#接龙\n")
	if title != "" {
		b.WriteString(strings.Join(strings.Fields(title), " ") + "\n")
	}
	n := 0
	for _, o := range orders {
		if len(o.Wants) == 0 {
			continue
		}
		n++
		fmt.Fprintf(&b, "%d. %s\n", n, p.line(o))
	}
	return b.String()
}

// line writes one order in the fullest way that reads back as the same.
func (p *parser) line(o Order) string {
	address := strings.ReplaceAll(p.context.Compound.Label(o.Door, "zh"), " ", "")
	wants := p.wantsText(o.Wants)
	name := strings.Join(strings.Fields(o.Name), " ")
	note := strings.Join(strings.Fields(o.Note), " ")
	for _, line := range []string{
		address + " " + name + " " + wants + "（" + note + "）",
		address + " " + name + " " + wants,
	} {
		line = strings.ReplaceAll(line, "（）", "")
		if p.readsAs(line, o) {
			return strings.Join(strings.Fields(line), " ")
		}
	}
	return address + " " + wants
}

func (p *parser) readsAs(line string, o Order) bool {
	e := p.entry("1. "+line, 3)
	p.askContent(&e)
	return e.Door != nil && *e.Door == o.Door && sameWants(e.Wants, o.Wants) && len(e.Questions) == 0 && e.Action == Add && !e.plus &&
		!headLine.MatchString(line) && !exampleRow.MatchString(line)
}

func (p *parser) wantsText(wants []Want) string {
	var out []string
	for _, w := range wants {
		for _, item := range p.menu.items {
			if item.ID != w.Item {
				continue
			}
			unit := "份"
			if len(item.Units) > 0 {
				unit = item.Units[0]
			}
			text := fmt.Sprintf("%d%s", w.Quantity, unit)
			if len(p.menu.items) > 1 {
				text = strings.TrimSpace(item.NameZh + " " + text)
			}
			out = append(out, text)
		}
	}
	return strings.Join(out, "，")
}
