package community

import (
	"slices"
	"strings"
)

// Doubt is why a text was not taken for a door. The codes are stable; pages translate them.
type Doubt string

const (
	Certain        Doubt = ""                 // there is one door, and it is in Reading.Door
	NoAddress      Doubt = "no_address"       // nothing looks like an address
	NoRoom         Doubt = "no_room"          // a building without a room: 3栋王姐
	NoSuchBuilding Doubt = "no_such_building" // candidates: the room in buildings written alike
	NoSuchDoor     Doubt = "no_such_door"     // candidates: doors of the building written alike
	UnitMissing    Doubt = "unit_missing"     // several units have the room
	LaneMissing    Doubt = "lane_missing"     // several lanes have the building
	Ambiguous      Doubt = "ambiguous"        // it reads as different doors: 3楼301
	TwoAddresses   Doubt = "two_addresses"    // 12-301 帮 12-302 带
	RunTogether    Doubt = "run_together"     // 12301
	OtherPlace     Doubt = "other_place"      // another lane or road than the compound's
	PersonOrPlace  Doubt = "person_or_place"  // 李梅301: a name that ends like a building
	MoreNumbers    Doubt = "more_numbers"     // 12-301-5, 12-301B: the door is followed by a number or letter of unknown meaning
	NextDoor       Doubt = "next_door"        // 12-301对门: a neighbour of the door that is written
	FloorDisagrees Doubt = "floor_disagrees"  // 3楼501室
	maxCandidates        = 8
	maxTextForRead       = 2000 // runes of one entry that are looked at
)

// Reading is what an address in a text means: a door, or why it is doubtful.
type Reading struct {
	Door       *Door  `json:"door,omitempty"` // set only when Doubt is empty
	Doubt      Doubt  `json:"doubt,omitempty"`
	Candidates []Door `json:"candidates,omitempty"` // best first, 8 at most
	Building   string `json:"building,omitempty"`   // the one building that was named, also where the room is in doubt
	Text       string `json:"text,omitempty"`       // the part of the text that is the address, as it was written
	Several    bool   `json:"several,omitempty"`    // of two addresses: the candidates are the doors that are written, each of them plainly
	Loose      bool   `json:"-"`                    // only a gap is between building and room, which may be a quantity and a price
	Start      int    `json:"-"`                    // of Text, in bytes
	End        int    `json:"-"`
	Rest       string `json:"rest,omitempty"` // what is left: names, products, remarks
}

// Read finds the address in a text written for the whole compound.
func (c *Compound) Read(text string) Reading { return c.Reader("").Read(text) }

// Reader reads many texts of one compound. It is safe for use by several goroutines.
type Reader struct {
	compound *Compound
	home     string
	numbers  map[string][]*Building // by local number, without leading zeros
	words    []word
	begins   map[rune][]word // names and markers by their first rune, longest first
	lanes    map[string]bool // 弄 that are the compound's
	streets  map[string]bool // 号 of its road that are the compound's
	flat     bool            // no building has a second unit, so that 门 is the building's
	placed   bool            // the compound has said which road or lane it is on
}

// Reader prepares the compound's names for reading. With a home building, as in
// a building's own group, a room alone is an address.
func (c *Compound) Reader(home string) *Reader {
	r := &Reader{compound: c, home: home, numbers: map[string][]*Building{}, lanes: map[string]bool{}, streets: map[string]bool{}, begins: map[rune][]word{}}
	if home == "" && len(c.Buildings) == 1 {
		r.home = c.Buildings[0].No
	}
	r.flat = !slices.ContainsFunc(c.Buildings, func(b Building) bool { return b.Units > 1 })
	r.learnWords()
	return r
}

// Read finds the address in one text. It takes a door only where no other reading of the text is as good.
func (r *Reader) Read(text string) Reading {
	tokens := r.tokens(text)
	m := &matcher{Reader: r, source: text, tokens: tokens}
	found := m.match()
	if len(found) == 0 {
		return Reading{Doubt: NoAddress, Rest: strings.TrimSpace(text)}
	}
	best := found[0]
	reading := Reading{Doubt: best.doubt, Candidates: slices.Clone(best.doors), Building: best.buildingNo(), Loose: best.strength == loose && !best.implied}
	for _, other := range found[1:] {
		switch {
		case other.within(best) && !(best.strength == loose && other.implied && !best.implied): // in a building's own group 3 301 may be its 301
		case other.overlaps(best) && other.rank() == best.rank() && !slices.Equal(other.doors, best.doors) && len(other.doors) > 0:
			reading.Doubt = Ambiguous
			reading.Building = ""
			reading.Candidates = append(reading.Candidates, other.doors...)
		case !other.overlaps(best) && other.besides(best):
			plainly := reading.Doubt == Certain || reading.Several
			reading.Several = plainly && other.doubt == Certain && isList(text[tokens[min(best.end, other.end)-1].end:tokens[max(best.start, other.start)].start])
			reading.Doubt = TwoAddresses
			reading.Building = ""
			reading.Candidates = append(reading.Candidates, other.doors...)
		}
	}
	if reading.Doubt == UnitMissing || reading.Doubt == LaneMissing {
		m.narrow(best, &reading)
	}
	if reading.Doubt == Certain || reading.Doubt == MoreNumbers || reading.Doubt == UnitMissing {
		m.lookAround(best, &reading)
	}
	return reading.finish(text, m.beginning(best), tokens[best.end-1].end)
}

// finish fills the spans, and moves a single certain candidate to Door.
func (g Reading) finish(text string, start, end int) Reading {
	g.Start, g.End, g.Text = start, end, text[start:end]
	g.Rest = tidy(text[:start], text[end:])
	g.Candidates = unique(g.Candidates)
	if g.Doubt == Certain {
		g.Door, g.Candidates = &g.Candidates[0], nil
		return g
	}
	g.Candidates = g.Candidates[:min(len(g.Candidates), maxCandidates)]
	return g
}

// unique drops doors that were there before, keeping the order.
func unique(doors []Door) []Door {
	var kept []Door
	for _, d := range doors {
		if !slices.Contains(kept, d) {
			kept = append(kept, d)
		}
	}
	return kept
}

// tidy joins what stood before and after an address, without the punctuation that led to it.
func tidy(before, after string) string {
	const edge = " \t　,，;；:：、-－—/#＃"
	before = strings.TrimRight(before, edge)
	after = strings.TrimLeft(after, edge+".。．")
	for _, pair := range []string{"()", "（）", "[]", "【】"} {
		open, closing := string([]rune(pair)[0]), string([]rune(pair)[1])
		if strings.HasSuffix(before, open) && strings.HasPrefix(after, closing) {
			before, after = strings.TrimSuffix(before, open), strings.TrimPrefix(after, closing)
		}
	}
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(after))
}
