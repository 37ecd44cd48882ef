package main

import (
	"context"
	"strings"
	"testing"

	"baimi/app/people"
	"baimi/fulfillment"
	"baimi/orders"
)

// amended is an ordered evening with a second supplier, whose eggs cost more,
// after the market has settled: S1 is to bring all twelve trays.
type amended struct {
	*ordered
	other    *visitor
	lot      string // of S1
	market   string
	delivery string
}

func newAmended(t *testing.T) *amended {
	o := newOrdered(t)
	a := &amended{ordered: o, other: o.signIn("s2@example.org", people.Grant{Role: people.Supplier, Scope: "S2"})}
	o.operator.post("/suppliers", farm("S2", 121_480_000)).want(200)
	dear := lotOf("S2")
	dear["tiers"] = []map[string]any{{"from": 1, "unit_price": 3500}}
	a.other.post("/lots", dear).want(200)
	a.delivery = o.delivery()
	a.market, _, _ = strings.Cut(a.delivery, ".")
	d, err := o.fulfillment.Deliveries.Get(context.Background(), a.delivery)
	if err != nil {
		t.Fatal(err)
	}
	a.lot = d.Lots[0].Lot
	return a
}

// again lets the market plan again and tell everybody.
func (a *amended) again() {
	a.Helper()
	a.jobs()
	a.jobs() // notices go out with the next beat
	if state := a.operator.get("/markets/" + a.market).want(200).text("state"); state != "settled" {
		a.Fatalf("the market is %s", state)
	}
}

func (a *amended) settled() {
	a.Helper()
	a.again()
	sums, err := a.addUp(context.Background())
	if err != nil || sums.check() != nil {
		a.Fatal(err, sums.check())
	}
}

// brings is what a supplier's deliveries hold, by state.
func (a *amended) brings(v *visitor, supplier string) map[fulfillment.DeliveryState]int64 {
	a.Helper()
	var list []fulfillment.DeliveryView
	v.get("/deliveries?supplier=" + supplier).want(200).into(&list)
	units := map[fulfillment.DeliveryState]int64{}
	for _, d := range list {
		for _, l := range d.Lots {
			units[d.State] += l.Quantity
		}
	}
	return units
}

func (a *amended) told(v *visitor, kind string) bool {
	a.Helper()
	return strings.Contains(string(v.get("/me/notices").want(200).raw), `"`+kind+`"`)
}

func (a *amended) gets(round string) (units int64, line orders.Line) {
	a.Helper()
	g, err := a.orders.GroupBuys.Get(context.Background(), round)
	if err != nil {
		a.Fatal(err)
	}
	for _, p := range g.Participants {
		for _, l := range p.Lines {
			line = l
			for _, s := range l.Served {
				units += s.Quantity
			}
		}
	}
	return units, line
}

func TestARefusedDeliveryIsPlannedAgainWithAnotherSupplier(t *testing.T) {
	a := newAmended(t)
	a.seller.post("/deliveries/"+a.delivery+"/refuse", map[string]any{"why": "the van broke down"}).want(200)
	a.settled()
	if got := a.brings(a.other, "S2"); got[fulfillment.Planned] != 12 {
		t.Fatalf("S2 brings %v", got)
	}
	units, line := a.gets(a.round)
	if units != 12 || line.Served[0].Supplier != "S2" || line.Served[0].UnitPrice != 3500 {
		t.Fatalf("%d units: %+v", units, line)
	}
	for who, kind := range map[*visitor]string{a.first: "replanned", a.second: "replanned", a.leader: "round_replanned", a.other: "delivery_ordered"} {
		if !a.told(who, kind) {
			t.Errorf("%s is not told %s", who.Account, kind)
		}
	}
}

func TestARefusalThatNobodyMakesGoodIsSaidToTheHouseholds(t *testing.T) {
	a := newAmended(t)
	a.seller.post("/deliveries/"+a.delivery+"/confirm", nil).want(200)
	a.seller.post("/deliveries/"+a.delivery+"/refuse", map[string]any{"why": "the van broke down"}).want(200)
	a.settled()
	var second []fulfillment.DeliveryView
	a.other.get("/deliveries?supplier=S2").want(200).into(&second)
	a.other.post("/deliveries/"+second[0].ID+"/refuse", map[string]any{"why": "no driver"}).want(200)
	a.settled()
	units, line := a.gets(a.round)
	g, _ := a.orders.GroupBuys.Get(context.Background(), a.round)
	if units != 0 || g.State != orders.Failed || len(line.Reasons) != 1 || line.Reasons[0].Code != "refused" || line.Reasons[0].Quantity != 6 {
		t.Fatalf("%s, %d units: %+v", g.State, units, line)
	}
	if !a.told(a.first, "round_unserved") {
		t.Error("the household is not told")
	}
}

func TestAWithdrawnLotIsPlannedAgainUnlessItIsConfirmed(t *testing.T) {
	a := newAmended(t)
	a.seller.post("/lots/"+a.lot+"/withdraw", nil).want(200)
	a.settled()
	if s1, s2 := a.brings(a.seller, "S1"), a.brings(a.other, "S2"); s1[fulfillment.Replaced] != 12 || s2[fulfillment.Planned] != 12 {
		t.Fatalf("S1 %v, S2 %v", s1, s2)
	}
	a.seller.post("/deliveries/"+a.delivery+"/confirm", nil).refused(409, "delivery_state")
	if !a.told(a.seller, "delivery_replaced") {
		t.Error("the supplier is not told")
	}

	b := newAmended(t)
	b.seller.post("/deliveries/"+b.delivery+"/confirm", nil).want(200)
	b.seller.post("/lots/"+b.lot+"/withdraw", nil).want(200)
	b.settled()
	if s1 := b.brings(b.seller, "S1"); s1[fulfillment.Confirmed] != 12 || b.told(b.first, "replanned") {
		t.Fatalf("what is confirmed stays: %v", s1)
	}
}

func TestAnOrderThatComesLateIsTakenIntoTheMarket(t *testing.T) {
	a := newAmended(t)
	late := a.open(nil)
	a.first.post("/group-buys/"+late+"/join", order(6, 0)).want(200)
	a.leader.post("/group-buys/"+late+"/close", nil).want(200)
	a.settled()
	if s1 := a.brings(a.seller, "S1"); s1[fulfillment.Planned] != 18 {
		t.Fatalf("S1 brings %v", s1)
	}
	if units, _ := a.gets(late); units != 6 || !a.told(a.seller, "delivery_planned") || a.told(a.second, "replanned") {
		t.Fatalf("%d units; those whose part stays hear nothing", units)
	}
	a.seller.post("/deliveries/"+a.delivery+"/confirm", nil).want(200)
	later := a.open(nil)
	a.first.post("/group-buys/"+later+"/join", order(12, 0)).want(200)
	a.leader.post("/group-buys/"+later+"/close", nil).want(200)
	a.settled()
	if g, _ := a.orders.GroupBuys.Get(context.Background(), later); g.State != orders.Closed || g.Market != "" {
		t.Fatalf("once it is confirmed a late round waits for the next market: %s", g.State)
	}
}

// TestAnEveningWithChangesAddsUpAtTheDoors freezes one gate's delivery, changes
// the rest, and hands everything over.
func TestAnEveningWithChangesAddsUpAtTheDoors(t *testing.T) {
	a := newAmended(t)
	a.seller.post("/deliveries/"+a.delivery+"/refuse", map[string]any{"why": "the van broke down"}).want(200)
	a.settled()
	var second []fulfillment.DeliveryView
	a.other.get("/deliveries?supplier=S2").want(200).into(&second)
	a.other.post("/deliveries/"+second[0].ID+"/confirm", nil).want(200)
	a.other.post("/deliveries/"+second[0].ID+"/dispatch", nil).want(200)
	a.counted(second[0].ID, 11).want(200)
	run := a.split(second[0].ID)[0]
	path := "/runs/" + run.ID
	a.courier.post(path+"/accept", nil).want(200)
	a.courier.post(path+"/load", map[string]any{"count": 11}).want(200)
	a.courier.post(path+"/leave", map[string]any{"at": a.clock.now()}).want(200)
	a.courier.get(path).want(200).into(&run)
	for i, s := range run.Stops {
		a.courier.post(path+"/handovers", map[string]any{"handovers": []map[string]any{{"id": "phone-000" + string(rune('1'+i)), "stop": s.ID, "outcome": "door", "at": a.clock.now()}}}).want(200)
	}
	a.courier.post(path+"/return", nil).want(200)
	a.settled()
	if g, _ := a.orders.GroupBuys.Get(context.Background(), a.round); g.State != orders.Done {
		t.Fatalf("the round is %s", g.State)
	}
}

func TestADeliveryThatIsTurnedAwayAtTheGateIsPlannedAgain(t *testing.T) {
	a := newAmended(t)
	a.seller.post("/deliveries/"+a.delivery+"/dispatch", nil).want(200)
	a.coordinator.post("/deliveries/"+a.delivery+"/refuse", map[string]any{"why": "it is spoiled"}).want(200)
	a.settled()
	if got := a.brings(a.other, "S2"); got[fulfillment.Planned] != 12 {
		t.Fatalf("S2 brings %v", got)
	}
	if units, line := a.gets(a.round); units != 12 || line.Served[0].Supplier != "S2" {
		t.Fatalf("%d units: %+v", units, line)
	}
	for who, kind := range map[*visitor]string{a.first: "replanned", a.leader: "round_replanned", a.seller: "delivery_refused", a.coordinator: "delivery_refused", a.other: "delivery_ordered"} {
		if !a.told(who, kind) {
			t.Errorf("%s is not told %s", who.Account, kind)
		}
	}
}

func TestADeliveryThatIsHereWithoutAWordIsCountedKnowingly(t *testing.T) {
	a := newAmended(t)
	count := func(unsaid bool) reply {
		return a.coordinator.post("/deliveries/"+a.delivery+"/receipt", map[string]any{"unsaid": unsaid, "counts": []map[string]any{{"lot": a.lot, "good": 12, "damaged": 0}}})
	}
	count(false).refused(409, "not_dispatched")
	count(true).want(200)
	count(false).want(200) // a correction
	d, err := a.fulfillment.Deliveries.Get(context.Background(), a.delivery)
	if err != nil || !d.Receipt.Unsaid || d.Receipt.By != a.coordinator.Account {
		t.Fatalf("%+v %v", d.Receipt, err)
	}
	if !a.told(a.seller, "delivery_unsaid") {
		t.Error("the supplier is not told")
	}
	b := newAmended(t)
	b.seller.post("/deliveries/"+b.delivery+"/dispatch", nil).want(200)
	b.counted(b.delivery, 12).want(200)
	if b.told(b.seller, "delivery_unsaid") {
		t.Error("a supplier who has said it is told to say it")
	}
}

// TestWhatIsShortIsMadeGoodForWhomItIsWelcome counts four trays less, where one of two
// households would rather have something like it.
func TestWhatIsShortIsMadeGoodForWhomItIsWelcome(t *testing.T) {
	a := newAmended(t)
	_, err := a.orders.GroupBuys.Update(context.Background(), a.round, func(g *orders.GroupBuy) error {
		g.Participants[0].Substitute = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	few := lotOf("S2")
	few["min_per_drop"], few["case_size"] = 1, 1
	a.other.post("/lots", few).want(200)
	a.counted(a.delivery, 8).want(200)
	a.again()
	if got := a.brings(a.other, "S2"); got[fulfillment.Planned] != 2 {
		t.Fatalf("S2 brings %v, where each household misses two trays", got)
	}
	g, _ := a.orders.GroupBuys.Get(context.Background(), a.round)
	welcome, other := g.Participants[0].Lines[0].Served, g.Participants[1].Lines[0].Served
	if len(welcome) != 2 || welcome[0].Received != 4 || welcome[1].Quantity != 2 || welcome[1].Supplier != "S2" || len(other) != 1 {
		t.Fatalf("%+v, and the other %+v", welcome, other)
	}
	if !a.told(a.first, "short") || !a.told(a.second, "short") || a.told(a.first, "replanned") == a.told(a.second, "replanned") {
		t.Error("both are told what is short, and one what comes instead")
	}
	var second []fulfillment.DeliveryView
	a.other.get("/deliveries?supplier=S2").want(200).into(&second)
	a.other.post("/deliveries/"+second[0].ID+"/refuse", map[string]any{"why": "too little"}).want(200)
	a.again()
	g, _ = a.orders.GroupBuys.Get(context.Background(), a.round)
	if l := g.Participants[0].Lines[0]; len(l.Served) != 1 || l.Served[0].Received != 4 || g.State != orders.Delivering {
		t.Fatalf("what came stays: %s %+v", g.State, l)
	}
}

func TestAnAllocatedRoundIsCancelled(t *testing.T) {
	a := newAmended(t)
	a.seller.post("/deliveries/"+a.delivery+"/dispatch", nil).want(200)
	cancel := func(v *visitor) reply {
		return v.post("/group-buys/"+a.round+"/cancel", map[string]any{"reason": "the lobby is closed"})
	}
	cancel(a.first).refused(403, "role_needed")
	cancel(a.leader).refused(409, "round_on_its_way")
	cancel(a.coordinator).want(200)
	cancel(a.coordinator).want(200)
	a.settled()
	d, err := a.fulfillment.Deliveries.Get(context.Background(), a.delivery)
	if err != nil || d.State != fulfillment.Replaced || len(d.Parcels) > 0 {
		t.Fatalf("%s brings %+v %v", d.State, d.Parcels, err)
	}
	for who, kind := range map[*visitor]string{a.first: "round_cancelled", a.second: "round_cancelled", a.leader: "round_cancelled", a.seller: "delivery_replaced"} {
		if !a.told(who, kind) {
			t.Errorf("%s is not told %s", who.Account, kind)
		}
	}
	l, err := a.catalog.Lots.Get(context.Background(), a.lot)
	if err != nil || l.Reserved() != 0 || l.Available() == 0 {
		t.Fatalf("the stock is not free again: %+v %v", l.Reservations, err)
	}
}
