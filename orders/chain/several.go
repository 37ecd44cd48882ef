package chain

import (
	"slices"
	"strconv"
	"strings"

	"baimi/app/community"
)

// shared tells whether an entry is one order each of several doors: 12-301、302 各1份.
func (e *Entry) shared() bool {
	return e.Address != nil && e.Address.Several && e.Action == Add && (len(e.Wants) == 1 || e.names(PartItem)) && len(e.Questions) == 0 && eachText.MatchString(plain(e.Text))
}

// forEach gives an order of the same for each of the doors.
func (e *Entry) forEach(doors []community.Door) []Entry {
	all := make([]Entry, len(doors))
	for i, d := range doors {
		one := *e
		one.Door, one.DoorFrom, one.Address, one.listed = &d, e.DoorFrom, nil, true
		one.Wants, one.Questions, one.Parts = slices.Clone(e.Wants), slices.Clone(e.Questions), slices.Clone(e.Parts)
		if one.DoorFrom == "" {
			one.DoorFrom = "address"
		}
		all[i] = one
	}
	return all
}

// pieces gives the open entry, or the entries of several households that stand in one
// row: 12-301 小周 1板；12-302 小吴 2板, or 5. 12-301 1板 6. 12-302 2板.
func (w *walker) pieces() []Entry {
	whole := w.entryOf(w.open)
	whole.Number = w.rows[w.open[0]].number
	cuts := [][]string{cutAtNumbers(whole.Text, whole.Number)}
	if whole.Address != nil && whole.Address.Doubt == community.TwoAddresses {
		lead := w.rows[w.open[0]].lead
		if !strings.ContainsAny(whole.Text, "帮代带给替") { // for others: who has what is asked
			cuts = append(cuts, cutAtStops(whole.Text, lead), w.cutAtDoors(whole.Text, lead))
		}
	}
	if whole.shared() {
		return whole.forEach(whole.Address.Candidates)
	}
	for _, texts := range cuts {
		if len(texts) < 2 {
			continue
		}
		if parts := w.entries(texts, whole.Number); len(parts) > 1 {
			return parts
		}
	}
	return []Entry{whole}
}

// cutAtDoors cuts a row that begins with a door where the next doors stand: 12-303 1份 12-304 2份.
func (w *walker) cutAtDoors(text string, lead int) (pieces []string) {
	cut := 0
	for at := len(string([]rune(text)[:lead])); ; {
		reading := w.reader.Read(text[at:])
		first := reading.Doubt == community.TwoAddresses && strings.TrimSpace(text[at:at+reading.Start]) == ""
		if !first {
			break
		}
		next := w.reader.Read(text[at+reading.End:])
		if next.Text == "" {
			return nil
		}
		at += reading.End + next.Start
		pieces = append(pieces, text[cut:at])
		cut = at
	}
	return append(pieces, text[cut:])
}

// entries reads texts as one order each, and gives none where one of them is no order.
func (w *walker) entries(texts []string, number int) (out []Entry) {
	for i, text := range texts {
		r := newRow(text)
		if r.findNumber(number-1+i, true); r.number == 0 {
			r.number = number
		}
		e := w.entry(text, r.lead)
		if e.Door == nil || len(e.Wants) == 0 || len(e.Questions) > 0 || e.Action != Add {
			return nil
		}
		e.Number = r.number
		out = append(out, e)
	}
	return out
}

// cutAtNumbers cuts a row where the next entry's number stands: 5. 12-301 1板 6. 12-302 2板.
func cutAtNumbers(text string, number int) (pieces []string) {
	from := 0
	for _, m := range nextNumber.FindAllStringSubmatchIndex(text, -1) {
		if number > 0 && text[m[2]:m[3]] == strconv.Itoa(number+1) {
			pieces = append(pieces, text[from:m[2]])
			from, number = m[2], number+1
		}
	}
	return append(pieces, text[from:])
}

// cutAtStops cuts a row behind its number at each comma and semicolon.
func cutAtStops(text string, lead int) []string {
	front := len(string([]rune(text)[:lead]))
	pieces := strings.FieldsFunc(text[front:], func(r rune) bool { return strings.ContainsRune("；;，,", r) })
	if len(pieces) > 0 {
		pieces[0] = text[:front] + pieces[0]
	}
	return pieces
}

// answerDoors makes one entry the order of each of several doors. Where neither the text nor the
// leader says how many are for each, that is asked. It gives the entries that it touched, from 1.
func (r *Review) answerDoors(at int, doors []community.Door, howMany bool) (touched []int) {
	e := &r.Entries[at]
	e.DoorFrom = "answer"
	e.answered(func(q Ask) bool { return isAddress(q.Code) || q.Code == AskNotBuilding || q.Code == AskUnclear })
	if len(doors) > 1 && !howMany && !eachText.MatchString(plain(e.Text)) && len(e.Questions) == 0 {
		e.ask(Ask{Code: AskEachHow, Text: e.Text})
	}
	for i, one := range e.forEach(doors) {
		place := at
		if i == 0 {
			r.Entries[at] = one
		} else {
			place = len(r.Entries)
			r.Entries = append(r.Entries, one)
		}
		touched = append(append(touched, place+1), r.askAgainAt(place)...)
	}
	return touched
}
