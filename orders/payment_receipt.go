package orders

import (
	"cmp"
	"context"
	"slices"
)

// Receipt is what a household's receipt says beside its bill: who issues it, who
// sold and who took the money, and every movement.
type Receipt struct {
	Leader  string         `json:"leader" doc:"The name of the round's leader, who issues it; may be empty."`
	By      string         `json:"by,omitempty" doc:"The name of the neighbour who ordered for the household."`
	Agreed  string         `json:"agreed,omitempty" enum:"phone,in_person,standing,chat" doc:"How the household agreed to that."`
	Payer   string         `json:"payer,omitempty" enum:"household,neighbour" doc:"Who of the two pays."`
	Parties []Party        `json:"parties"`
	Rows    []StatementRow `json:"rows"`
}

// Party is somebody whom a household owes, or who has taken its money.
type Party struct {
	Kind  string `json:"kind" enum:"supplier,leader,deployment,ordered,cash,transfer,stripe" doc:"ordered: goods that no gate has counted yet."`
	ID    string `json:"id,omitempty" doc:"Of a supplier."`
	Name  string `json:"name,omitempty" doc:"Of a person; may be empty."`
	Minor int64  `json:"minor" doc:"Owed to a supplier, a leader or the deployment; taken by the others."`
}

// partyKinds is the order in which a receipt names them.
var partyKinds = []string{"supplier", "leader", DeploymentAccount, "ordered", Cash, Transfer, StripeAccount}

// Receipt gives what a household's receipt in a round says.
func (c *Cashier) Receipt(ctx context.Context, g *GroupBuy, household string) (Receipt, error) {
	p, err := c.payment(ctx, g, household)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Parties: []Party{}}
	if r.Rows, err = c.Ledger.Movements(ctx, householdAccount(household), g.ID); err != nil {
		return r, err
	}
	if r.Leader, err = c.people.NameOf(ctx, g.Leader); err != nil {
		return r, err
	}
	if who, in := g.Participant(household); in && who.Proxy != nil {
		r.Agreed, r.Payer = who.Proxy.Agreed, "household"
		if who.Proxy.Payer != "" {
			r.Payer = "neighbour"
		}
		if r.By, err = c.people.NameOf(ctx, who.Proxy.By); err != nil {
			return r, err
		}
	}
	for account, minor := range p.others() {
		if minor == 0 {
			continue
		}
		kind, of := owner(account)
		other := Party{Kind: kind, Minor: minor}
		if kind == "supplier" {
			other.ID = of
		} else if other.Name, err = c.people.NameOf(ctx, of); err != nil {
			return r, err
		}
		r.Parties = append(r.Parties, other)
	}
	slices.SortFunc(r.Parties, func(a, b Party) int {
		return cmp.Or(cmp.Compare(slices.Index(partyKinds, a.Kind), slices.Index(partyKinds, b.Kind)), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name))
	})
	return r, nil
}

// others gives what the household owes or has paid to each account at the other side.
func (p *Payment) others() map[string]int64 {
	sums := map[string]int64{StripeAccount: p.Online()}
	for _, l := range p.Bill.owed() {
		sums[l.Account] += l.Minor
	}
	for _, r := range p.Receipts {
		if r.Undone == nil {
			sums[tillAccount(r.Method, r.By)] += r.Minor
		}
	}
	return sums
}
