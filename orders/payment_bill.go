package orders

import (
	"fmt"
	"slices"
	"strings"

	"baimi/app/fault"
	"baimi/app/money"
)

// Stage says how firm a bill is.
type Stage string

const (
	Promised Stage = "promised" // not allocated yet: nothing is owed, Most is the highest it can come to
	Owed     Stage = "owed"     // allocated: Due is owed, and changes with the gate's count, prices and claims
	Settled  Stage = "settled"  // the round is done: only claims and prices change it
	Nothing  Stage = "nothing"  // the household left, or the round failed or was cancelled
)

// Bill is what one household owes for one group buy, and why. It follows from
// the group buy's document alone, so that everybody who reads it gets the same.
type Bill struct {
	GroupBuy        string     `json:"group_buy"`
	Household       string     `json:"household"`
	Rev             int64      `json:"rev"` // of the group buy it was read from
	Currency        string     `json:"currency"`
	Stage           Stage      `json:"stage"`
	Most            int64      `json:"most"` // the highest it can come to, commission included; minor units
	Due             int64      `json:"due"`  // owed by now; minor units
	CommissionBasis int64      `json:"commission_basis"`
	Reason          string     `json:"reason,omitempty"` // why nothing is owed: left, round_failed, round_cancelled
	Lines           []BillLine `json:"lines"`
}

// BillLine is one part of a bill: goods that one delivery brings, what changed
// their price, or the leader's commission.
type BillLine struct {
	Key       string `json:"key"` // within the bill
	Item      string `json:"item,omitempty"`
	NameZh    string `json:"name_zh,omitempty"` // of goods that came in the place of the item
	NameEn    string `json:"name_en,omitempty"`
	Kind      string `json:"kind" enum:"goods,price,weight,claim,commission"`
	Delivery  string `json:"delivery,omitempty"`
	Quantity  int64  `json:"quantity"`
	UnitPrice int64  `json:"unit_price"`
	Minor     int64  `json:"minor"`             // may be below zero
	Reason    string `json:"reason"`            // promised, allocated, counted, short, instead, not_handed_over, claim, …
	Note      string `json:"note,omitempty"`    // what the person wrote who changed the price
	Account   string `json:"account,omitempty"` // who is owed for it; left out of views
	Missing   int64  `json:"missing,omitempty"` // units of Quantity allocated that were not delivered
}

// cause is the reason of a change of this line: a commission changes because
// the goods do, whatever became of them, unless all of the bill is gone.
func (l BillLine) cause() string {
	if l.Kind == "commission" && slices.Contains([]string{"counted", "allocated", "changed"}, l.Reason) {
		return "commission"
	}
	return l.Reason
}

// Owes gives a household's bill by what the document says now.
func (g *GroupBuy) Owes(household string) (Bill, error) {
	b := Bill{
		GroupBuy: g.ID, Household: household, Rev: g.Rev, Currency: g.Currency, Stage: g.stage(),
		CommissionBasis: g.CommissionBasis, Lines: []BillLine{},
	}
	who, in := g.Participant(household)
	if !in {
		b.Stage, b.Reason = Nothing, "left"
		return b, nil
	}
	if b.Stage == Nothing {
		b.Reason = "round_" + string(g.State)
		return b, nil
	}
	bill := biller{g: g, b: &b}
	for _, l := range who.Lines {
		bill.line(who, l)
	}
	bill.commission()
	return b, bill.err
}

// Quote gives the bill of a household that would order these lines: the most
// it can come to, with the commission, before anybody joins.
func (g *GroupBuy) Quote(lines []Line) (Bill, error) {
	draft := *g
	draft.State = Open
	draft.Participants = []Participant{{Lines: lines}}
	for _, l := range lines {
		if _, offered := g.Item(l.Item); !offered || l.Quantity < 0 || l.Tolerance < 0 {
			return Bill{}, fault.New(fault.Invalid, "line_unknown", "The round does not offer %d of %q.", l.Quantity, l.Item).With("item", l.Item)
		}
	}
	return draft.Owes("")
}

func (g *GroupBuy) stage() Stage {
	switch g.State {
	case Draft, Open, Closed:
		return Promised
	case Allocated, Arriving, Delivering:
		return Owed
	case Done:
		return Settled
	}
	return Nothing
}

// capOf gives the highest unit price that a line may cost; without one, nothing.
func (g *GroupBuy) capOf(l *Line) int64 {
	if l == nil {
		return 0
	}
	it, ok := g.Item(l.Item)
	if !ok {
		return 0
	}
	return l.Cap(it)
}

// biller adds up one bill; the first amount that cannot be counted ends in err.
type biller struct {
	g       *GroupBuy
	b       *Bill
	goods   int64 // owed for goods so far, adjustments included
	counted int64 // of them goods that a gate has counted
	err     error
}

func (x *biller) times(price, n int64) int64 {
	minor, err := money.Times(price, n)
	if err != nil || minor > maxMinor || minor < -maxMinor {
		x.err = fault.New(fault.Invalid, "amount_too_large", "The amount is too large to be counted.")
		return 0
	}
	return minor
}

// maxMinor is far above any order and far below what sums could overflow: a
// round has at most 100 items a household.
const maxMinor = int64(1) << 42

func (x *biller) add(l BillLine, goods, counted int64) {
	x.b.Lines = append(x.b.Lines, l)
	x.goods += goods
	x.counted += counted
	x.b.Due += goods
}

// line bills one line: what was promised, or each part that was served and
// then what changed their prices.
func (x *biller) line(who *Participant, l Line) {
	cap := x.g.capOf(&l)
	units := l.Quantity + l.Extra
	if x.g.State == Open || x.g.State == Draft {
		units += x.g.allowance(who, &l)
	}
	most := x.times(cap, units)
	x.b.Most += most
	if x.b.Stage == Promised {
		x.b.Lines = append(x.b.Lines, BillLine{
			Key: "promised/" + l.Item, Item: l.Item, Kind: "goods", Quantity: units, UnitPrice: cap, Minor: most, Reason: "promised",
		})
		return
	}
	var came portions
	for n, s := range l.Served {
		units, reason := x.g.delivered(s)
		part := BillLine{
			Key: fmt.Sprintf("%s/%s/%s/%d", l.Item, s.Delivery, s.Lot, n), Item: l.Item, Kind: "goods", Delivery: s.Delivery,
			Quantity: units, UnitPrice: min(s.UnitPrice, cap), Reason: reason, Missing: s.Quantity - units, Account: orderedAccount(x.g.ID),
		}
		if s.Instead != nil {
			part.NameZh, part.NameEn = s.Instead.NameZh, s.Instead.NameEn
		}
		part.Minor = x.times(part.UnitPrice, units)
		counted := int64(0)
		if s.Counted {
			part.Account, counted = supplierAccount(s.Supplier), part.Minor
			came = came.with(portion{s.Delivery, part.Account, units, part.Minor})
		}
		x.add(part, part.Minor, counted)
	}
	x.reprice(l, came, cap)
	x.claims(l, came)
}

// delivered gives how many units of a served part are to be paid for, and the
// code of why.
func (g *GroupBuy) delivered(s Served) (units int64, reason string) {
	switch {
	case !s.Counted && g.State == Done:
		return 0, "never_arrived"
	case !s.Counted:
		return s.Quantity, "allocated"
	case s.Outcome == "refused" || s.Outcome == "incident" || s.Outcome == "no_answer" && g.State == Done:
		return min(s.Handed, s.Received), "not_handed_over"
	case s.Received < s.Quantity:
		return s.Received, "short"
	case s.Instead != nil:
		return s.Received, "instead"
	}
	return s.Received, "counted"
}

// reprice bills what the last price or weight changed, for each supplier's part of
// the counted goods.
func (x *biller) reprice(l Line, came portions, cap int64) {
	a, changed := l.repriced()
	if !changed {
		return
	}
	for i, minor := range x.priced(a, came, cap) {
		x.change(l.Item, a, minor-came[i].minor, came[i].delivery, came[i].account)
		came[i].minor = minor
	}
}

// priced gives what each portion costs at a new price or by weight, never above the cap.
func (x *biller) priced(a Adjustment, came portions, cap int64) []int64 {
	if a.Kind == Weighed {
		total, units := a.Minor, came.units()
		if a.Units > 0 { // fewer of them changed hands, or more came later
			total = share(a.Minor, units, a.Units)
		}
		return came.split(min(total, x.times(cap, units)))
	}
	each := make([]int64, len(came))
	for i, p := range came {
		each[i] = x.times(min(a.Minor, cap), p.n)
	}
	return each
}

// claims takes off what was granted for a line, at most what it costs: from each
// supplier by what its part costs, unless somebody else bears it.
func (x *biller) claims(l Line, came portions) {
	left := came.minor()
	for _, a := range l.Adjustments {
		if a.Kind != ClaimGranted {
			continue
		}
		off := min(a.Minor, left)
		left -= off
		if a.Bearer != "" {
			x.change(l.Item, a, -off, "", a.Bearer)
			continue
		}
		for i, minor := range came.split(off) {
			came[i].minor -= minor
			x.change(l.Item, a, -minor, came[i].delivery, came[i].account)
		}
	}
}

func (x *biller) change(item string, a Adjustment, minor int64, delivery, account string) {
	if minor == 0 {
		return
	}
	x.add(BillLine{
		Key: strings.Join([]string{string(a.Kind), a.ID, delivery, account}, "/"), Item: item, Kind: string(a.Kind), Delivery: delivery,
		Minor: minor, Reason: string(a.Kind), Note: a.Reason, Account: account,
	}, minor, minor)
}

// commission bills the leader's share of the goods; its part of goods that no
// gate has counted yet is not the leader's.
func (x *biller) commission() {
	if x.g.CommissionBasis == 0 {
		return
	}
	share := func(minor int64) int64 { return minor * x.g.CommissionBasis / 10_000 }
	most, all, counted := share(x.b.Most), share(x.goods), share(x.counted)
	x.b.Most += most
	if x.b.Stage == Promised {
		x.b.Lines = append(x.b.Lines, BillLine{Key: "commission", Kind: "commission", Quantity: 1, UnitPrice: most, Minor: most, Reason: "promised"})
		return
	}
	for _, l := range []BillLine{
		{Key: "commission", Minor: counted, Reason: "counted", Account: leaderAccount(x.g.Leader)},
		{Key: "commission/ordered", Minor: all - counted, Reason: "allocated", Account: orderedAccount(x.g.ID)},
	} {
		if l.Minor != 0 {
			l.Kind, l.Quantity, l.UnitPrice = "commission", 1, l.Minor
			x.b.Lines = append(x.b.Lines, l)
			x.b.Due += l.Minor
		}
	}
}
