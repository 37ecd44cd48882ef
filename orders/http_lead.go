package orders

import (
	"context"
	"slices"
	"strings"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// NewRound is what a leader says about a round.
type NewRound struct {
	Title             string     `json:"title" maxLength:"120"`
	Note              string     `json:"note,omitempty" maxLength:"2000"`
	Currency          string     `json:"currency,omitempty" maxLength:"3" doc:"The compound's where it is left out."`
	Items             []NewItem  `json:"items" maxItems:"100"`
	Opens             *time.Time `json:"opens,omitempty" doc:"Now where it is left out."`
	Closes            time.Time  `json:"closes"`
	LimitPerHousehold int64      `json:"limit_per_household,omitempty" doc:"Units over all items; 0 is none."`
	SortingSpace      int64      `json:"sorting_space,omitempty" doc:"Units that the lobby holds; 0 is no limit."`
	Minimum           int64      `json:"minimum,omitempty" doc:"Units that tip the round; 0 is none."`
	OnFail            Outcome    `json:"on_fail,omitempty" enum:"refund,extend,pool," doc:"What happens below the minimum."`
	ExtendSeconds     int64      `json:"extend_seconds,omitempty"`
	Rule              Rule       `json:"rule,omitempty" enum:"equal,proportional,lottery,first," doc:"How a shortage is shared; equal where it is left out."`
	CommissionBasis   int64      `json:"commission_basis,omitempty" doc:"Hundredths of a per cent for the leader; shown before joining."`
	WaitList          bool       `json:"wait_list,omitempty" doc:"Who finds no room may wait for somebody to leave."`
}

// NewItem is one thing that a round will offer.
type NewItem struct {
	ID       string `json:"id,omitempty" maxLength:"130" doc:"Within the round; made of product and lot where it is left out."`
	Product  string `json:"product" maxLength:"64"`
	Lot      string `json:"lot,omitempty" maxLength:"64" doc:"Only this lot; empty is any lot of the product."`
	UnitCap  int64  `json:"unit_cap,omitempty" doc:"Highest unit price; a pinned lot's first price where it is left out."`
	CaseSize int64  `json:"case_size,omitempty" doc:"Fill whole cases of this many; the product's where it is left out."`
	Limit    int64  `json:"limit,omitempty" doc:"Units a household; 0 is none."`
	Most     int64  `json:"most,omitempty" doc:"Units that the round takes of it; 0 is no limit."`
}

// set writes what the leader says into the round.
func (n NewRound) set(g *GroupBuy, now time.Time) {
	g.Title, g.Note, g.Closes = n.Title, n.Note, n.Closes.UTC()
	g.Opens = now.UTC()
	if n.Opens != nil {
		g.Opens = n.Opens.UTC()
	}
	if n.Currency != "" {
		g.Currency = n.Currency
	}
	g.LimitPerHousehold, g.SortingSpace, g.Minimum = n.LimitPerHousehold, n.SortingSpace, n.Minimum
	g.OnFail, g.ExtendSeconds, g.CommissionBasis, g.WaitList = n.OnFail, n.ExtendSeconds, n.CommissionBasis, n.WaitList
	g.Rule = n.Rule
	if g.Rule == "" {
		g.Rule = Equal
	}
	g.Items = make([]Item, len(n.Items))
	for i, it := range n.Items {
		g.Items[i] = Item{ID: it.ID, Product: it.Product, Lot: it.Lot, UnitCap: it.UnitCap, CaseSize: it.CaseSize, Limit: it.Limit, Most: it.Most}
	}
}

type draftRound struct {
	Body struct {
		Building string `json:"building" maxLength:"120" doc:"compound/building, A001/3"`
		Open     bool   `json:"open,omitempty" doc:"Open it at once."`
		NewRound
	}
}

func (h handlers) draft(ctx context.Context, in *draftRound) (*roundView, error) {
	me := people.From(ctx)
	compound, building, _ := strings.Cut(in.Body.Building, "/")
	if !me.Is(people.Leader, in.Body.Building) && !me.Is(people.Coordinator, compound) {
		return nil, notFound()
	}
	g := GroupBuy{Doc: db.Doc{ID: Word(people.NewID(ctx))}, Compound: compound, Building: building, Leader: me.Account}
	in.Body.set(&g, h.now())
	g, err := h.Draft(ctx, g)
	if err == nil && in.Body.Open {
		g, err = h.Update(ctx, g.ID, func(g *GroupBuy, now time.Time) error { return g.Publish(me.Account, now) })
	}
	if err != nil {
		return nil, err
	}
	return h.show(ctx, &g)
}

type changeRound struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewRound
}

func (h handlers) change(ctx context.Context, in *changeRound) (*roundView, error) {
	next := GroupBuy{}
	in.Body.set(&next, h.now())
	if err := h.describe(ctx, &next); err != nil {
		return nil, err
	}
	return h.lead(ctx, in.ID, func(g *GroupBuy, now time.Time) error {
		return g.Terms(now, func(g *GroupBuy) {
			in.Body.set(g, now)
			g.Items = slices.Clone(next.Items)
		})
	})
}

// lead changes a round as somebody who leads it.
func (h handlers) lead(ctx context.Context, id string, change func(*GroupBuy, time.Time) error) (*roundView, error) {
	me := people.From(ctx)
	g, err := h.Update(ctx, id, func(g *GroupBuy, now time.Time) error {
		if g.Sees(me) != Leads {
			return notFound()
		}
		return change(g, now)
	})
	if err != nil {
		return nil, err
	}
	return h.show(ctx, &g)
}

func (h handlers) open(ctx context.Context, in *byID) (*roundView, error) {
	me := people.From(ctx)
	return h.lead(ctx, in.ID, func(g *GroupBuy, now time.Time) error { return g.Publish(me.Account, now) })
}

func (h handlers) close(ctx context.Context, in *byID) (*roundView, error) {
	if _, err := h.led(ctx, in.ID); err != nil {
		return nil, err
	}
	g, err := h.Close(ctx, in.ID, people.From(ctx).Account)
	if err != nil {
		return nil, err
	}
	return h.show(ctx, &g)
}

// led gives a round that the actor leads.
func (h handlers) led(ctx context.Context, id string) (GroupBuy, error) {
	g, err := h.GroupBuys.Get(ctx, id)
	if err == nil && g.Sees(people.From(ctx)) != Leads {
		err = notFound()
	}
	return g, err
}

type cancelRound struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

func (h handlers) cancel(ctx context.Context, in *cancelRound) (*roundView, error) {
	me := people.From(ctx)
	return h.lead(ctx, in.ID, func(g *GroupBuy, now time.Time) error {
		if err := g.MayCancel(me); err != nil {
			return err
		}
		return g.Cancel(me.Account, in.Body.Reason, now)
	})
}

// mask fills in how participants are reached, the middle hidden.
func (h handlers) mask(ctx context.Context, orders []Order) {
	for i := range orders {
		if contact := h.contact(ctx, orders[i].Phone, orders[i].Account); contact != "" {
			orders[i].Phone = people.Mask(contact)
		}
	}
}

// contact is the number that was noted with an order, or else its account's.
func (h handlers) contact(ctx context.Context, phone, account string) string {
	if phone != "" || account == "" {
		return phone
	}
	a, err := h.people.Account(ctx, account)
	if err != nil {
		return ""
	}
	return a.Contact()
}

type revealParticipant struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Household string `json:"household" maxLength:"200"`
	}
}

type revealView struct {
	Body struct {
		Contact string `json:"contact"`
	}
}

func (h handlers) reveal(ctx context.Context, in *revealParticipant) (*revealView, error) {
	g, err := h.led(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(g.Participants, g.Waiting)
	i := at(all, in.Body.Household)
	if i < 0 {
		return nil, notFound()
	}
	out := &revealView{}
	out.Body.Contact = h.contact(ctx, all[i].Phone, all[i].Account)
	if out.Body.Contact == "" {
		return nil, fault.New(fault.NotFound, "no_contact", "No number is known for this household.").With("household", in.Body.Household)
	}
	return out, h.people.Record(ctx, people.Reveal{
		Scope: g.Compound, By: people.From(ctx).Account, Field: "phone", Of: in.Body.Household, At: h.now().UTC(),
	})
}

// Sheet is what a leader prints: each door with its goods, and the totals.
type Sheet struct {
	Title      string      `json:"title"`
	BuildingZh string      `json:"building_zh"`
	BuildingEn string      `json:"building_en"`
	Doors      []SheetDoor `json:"doors"`
	Totals     []SheetLine `json:"totals"`
}

// SheetDoor is one door's part.
type SheetDoor struct {
	Household string      `json:"household"`
	DoorZh    string      `json:"door_zh"`
	DoorEn    string      `json:"door_en"`
	Name      string      `json:"name"`
	Note      string      `json:"note,omitempty"`
	Lines     []SheetLine `json:"lines"`
}

// SheetLine is one item, or what came in its place: what was ordered, allocated, and arrived.
type SheetLine struct {
	Item      string `json:"item"`
	Instead   string `json:"instead,omitempty" doc:"The product that came in the item's place."`
	NameZh    string `json:"name_zh"`
	NameEn    string `json:"name_en"`
	Unit      string `json:"unit"`
	Ordered   int64  `json:"ordered"`
	Allocated int64  `json:"allocated"`
	Received  int64  `json:"received"`
	Handed    int64  `json:"handed"`
}

// sheetLines gives a line's goods, and after it what came in their place.
func (g *GroupBuy) sheetLines(l Line) []SheetLine {
	it, _ := g.Item(l.Item)
	all := []SheetLine{{Item: l.Item, NameZh: it.NameZh, NameEn: it.NameEn, Unit: it.Unit, Ordered: l.Quantity + l.Extra}}
	for _, part := range l.Served {
		if part.Instead == nil {
			all[0].Allocated += part.Quantity
			all[0].Received += part.Received
			all[0].Handed += part.Handed
			continue
		}
		all = append(all, SheetLine{
			Item: l.Item, Instead: part.Instead.Product, NameZh: part.Instead.NameZh, NameEn: part.Instead.NameEn, Unit: it.Unit,
			Received: part.Received, Handed: part.Handed,
		})
	}
	return all
}

// addLine adds a line to the total of the same goods.
func addLine(totals []SheetLine, l SheetLine) []SheetLine {
	i := slices.IndexFunc(totals, func(t SheetLine) bool { return t.Item == l.Item && t.Instead == l.Instead })
	if i < 0 {
		return append(totals, l)
	}
	t := &totals[i]
	t.Ordered, t.Allocated = t.Ordered+l.Ordered, t.Allocated+l.Allocated
	t.Received, t.Handed = t.Received+l.Received, t.Handed+l.Handed
	return totals
}

type sheetView struct{ Body Sheet }

func (h handlers) sheet(ctx context.Context, in *byID) (*sheetView, error) {
	g, err := h.led(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	estate, err := h.community.Compound(ctx, g.Compound)
	return &sheetView{g.sheet(&estate)}, err
}

func (g *GroupBuy) sheet(c *community.Compound) Sheet {
	s := Sheet{
		Title: g.Title, BuildingZh: c.BuildingLabel(g.Building, "zh"), BuildingEn: c.BuildingLabel(g.Building, "en"),
		Doors: []SheetDoor{}, Totals: []SheetLine{},
	}
	for _, it := range g.Items {
		s.Totals = append(s.Totals, g.sheetLines(Line{Item: it.ID})...)
	}
	orders := ordersOf(g.Participants)
	slices.SortFunc(orders, byDoor)
	for _, p := range orders {
		door := community.Door{Building: g.Building, Unit: p.Unit, Room: p.Room}
		row := SheetDoor{Household: p.Household, DoorZh: c.Label(door, "zh"), DoorEn: c.Label(door, "en"), Name: p.Name, Note: p.Note}
		for _, l := range p.Lines {
			for _, line := range g.sheetLines(l) {
				row.Lines = append(row.Lines, line)
				s.Totals = addLine(s.Totals, line)
			}
		}
		s.Doors = append(s.Doors, row)
	}
	return s
}
