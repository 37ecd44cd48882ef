package orders

import (
	"testing"
	"time"
)

// taken is a charge of 3000 whose fee is in the book already.
func taken(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	for range 5 {
		d.wait(time.Hour)
		d.work(t)
	}
	if !d.payment(t, neighbour).Intents[0].Settled {
		t.Fatal("the fee is not in the book")
	}
	return d
}

func TestWhatNoEventTellsIsKnownWhenTheProviderIsAskedAgain(t *testing.T) {
	d := taken(t)
	for _, want := range []struct {
		what   string
		online int64
	}{{"taken back by the bank", 0}, {"the dispute is won", 3000}, {"taken back again", 0}} {
		d.bank.dispute("pi_1")
		d.wait(takenPause)
		d.work(t)
		d.wantMoney(t, want.what, 0, 3000, want.online)
		d.wantBalances(t, map[string]int64{StripeAccount: d.bank.book["CNY"], DeploymentAccount: d.bank.kept["CNY"]})
	}
}

func TestAChargeIsAskedAboutForEightMonthsAndThenNeverAgain(t *testing.T) {
	d := taken(t)
	last, asked := d.clock(), d.bank.intents["pi_1"].looks
	for range 400 {
		d.wait(24 * time.Hour)
		before := d.bank.intents["pi_1"].looks
		if d.work(t); d.bank.intents["pi_1"].looks > before {
			if between := d.clock().Sub(last); between > takenPause+24*time.Hour {
				t.Errorf("nobody asked for %v", between)
			}
			last = d.clock()
		}
	}
	if n := d.bank.intents["pi_1"].looks - asked; n != takenAsks+1 { // the news of the fee was the first
		t.Errorf("asked %d times in 400 days, want %d", n, takenAsks+1)
	}
	if p := d.payment(t, neighbour); p.Wake != nil {
		t.Errorf("nothing is left, and it is looked at again %v", p.Wake)
	}
}

func TestAChargeThatTheProviderNoLongerKnowsHoldsNothingUp(t *testing.T) {
	d := taken(t)
	delete(d.bank.intents, "pi_1")
	failed := 0
	for range 400 {
		d.wait(24 * time.Hour)
		if _, err := d.Work(t.Context()); err != nil {
			failed++
		}
		if p := d.payment(t, neighbour); p.Pending != nil {
			t.Fatalf("it waits for %+v", p.Pending)
		}
	}
	if p := d.payment(t, neighbour); failed != takenAsks || p.Wake != nil {
		t.Errorf("failed %d times in 400 days, and is looked at again %v", failed, p.Wake)
	}
}
