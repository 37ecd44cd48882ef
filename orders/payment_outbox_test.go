package orders

import (
	"testing"

	"baimi/app/fault"
)

// TestAnEntryThatWasCutOffIsWorkedOff begins with what a crash leaves where a document
// and what it causes are not stored together: a receipt whose entry waits, and the book with or without it.
func TestAnEntryThatWasCutOffIsWorkedOff(t *testing.T) {
	for name, row := range map[string]struct {
		booked int64 // what the book says already; 0: nothing
		code   string
	}{
		"the book has nothing yet":     {0, ""},
		"the book has it":              {1000, ""},
		"the book says something else": {900, "entry_differs"},
	} {
		t.Run(name, func(t *testing.T) {
			d, g := newDesk(t), round()
			p := newPayment(&g, neighbour)
			b, err := g.Owes(neighbour)
			if err == nil {
				p.SetBill(b, d.clock())
				err = p.Receive(PaymentReceipt{ID: "r1", Method: Cash, Minor: 1000, By: "lin", At: d.clock()})
			}
			if err != nil {
				t.Fatal(err)
			}
			p.schedule(d.clock(), true)
			if row.booked > 0 {
				e := p.Outbox[0]
				e.Postings = move(householdAccount(neighbour), tillAccount(Cash, "lin"), row.booked)
				err = d.Ledger.Post(t.Context(), e)
			}
			if err == nil {
				err = d.payments.InsertMany(t.Context(), []Payment{p}) // which leaves outboxes alone
			}
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := d.Work(t.Context()); row.code == "" && err != nil || row.code != "" && !fault.Is(err, row.code) {
					t.Errorf("working it off gives %v, want %q", err, row.code)
				}
			}
			left, err := d.payments.Get(t.Context(), p.ID)
			if err != nil || (len(left.Outbox) == 0) != (row.code == "") || (left.Wake == nil) != (row.code == "") {
				t.Errorf("%d entries wait, until %v (%v)", len(left.Outbox), left.Wake, err)
			}
			if row.code == "" {
				d.wantBalances(t, map[string]int64{householdAccount(neighbour): -1000, tillAccount(Cash, "lin"): 1000})
			}
		})
	}
}
