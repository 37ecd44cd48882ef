package orders

import (
	"bytes"
	"context"
	"time"

	"baimi/app/fault"
	"baimi/app/money"
	"baimi/app/people"
)

// MoneyRoutes registers what is owed, paid and shown of it.
func MoneyRoutes(r *people.Router, c *Cashier) {
	h := moneyHandlers{c}
	collectors := people.Only(people.Leader, people.Coordinator)
	people.Route(r, people.Anyone, "POST /group-buys/{id}/quote", "What an order would cost at most, with the leader's commission.", h.quote)
	people.Route(r, people.SignedIn, "GET /group-buys/{id}/bill", "What a household owes, why, and what it has paid.", h.bill)
	people.Route(r, people.SignedIn, "GET /group-buys/{id}/receipt", "Who sold to a household in a round, who took its money, and every movement with its reason.", h.receipt)
	people.Route(r, collectors, "GET /group-buys/{id}/payments", "Who has paid and who has not.", h.payments)
	people.Route(r, collectors, "POST /group-buys/{id}/receipts", "Record cash or a transfer from a household.", h.receive)
	people.Route(r, collectors, "POST /group-buys/{id}/receipts/{receipt}/undo", "Take a receipt back.", h.undo)
	people.Route(r, collectors, "POST /group-buys/{id}/give-backs", "Record money given back to a household.", h.giveBack)
	people.Route(r, collectors, "POST /group-buys/{id}/reminders", "Remind the households that have not paid.", h.remind)
	people.Route(r, collectors, "GET /group-buys/{id}/cash", "What the round's till should hold.", h.till)
	people.Route(r, collectors, "POST /group-buys/{id}/cash-counts", "Write down what was counted in the till.", h.count)
	people.Route(r, collectors, "POST /group-buys/{id}/supplier-payments", "Record a payment to a supplier by hand, or the commission that the leader keeps.", h.payByHand)
	people.Route(r, collectors, "POST /group-buys/{id}/supplier-payments/{receipt}/undo", "Take such a payment back.", h.undoByHand)
	people.Route(r, collectors, "GET /group-buys/{id}/supplier-payments", "What the round's suppliers and its leader are owed, and how they were paid.", h.payeeAccounts)
	people.Route(r, people.SignedIn, "GET /me/payments", "What my households, and those that I pay for, pay: newest round first.", h.mine)
	people.Route(r, people.SignedIn, "GET /statement", "An account's movements: a household's, leader's, supplier's or the deployment's.", h.statement)
	people.Route(r, people.SignedIn, "GET /statement.csv", "The same as CSV.", h.statementCSV)
	people.Route(r, people.Only(people.Operator), "GET /ledger.csv", "Every side of every entry as CSV.", h.book)
	onlineRoutes(r, h)
	claimRoutes(r, h)
}

type moneyHandlers struct{ *Cashier }

type quoteRequest struct {
	ID   string `path:"id"`
	Body struct {
		Lines []Wanted `json:"lines" maxItems:"100"`
	}
}

type billView struct{ Body Bill }

func (h moneyHandlers) quote(ctx context.Context, in *quoteRequest) (*billView, error) {
	g, err := h.groupBuys.Look(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if g.State == Draft && !g.collects(people.From(ctx)) {
		return nil, fault.New(fault.NotFound, "not_found", "There is no such round.")
	}
	b, err := g.Quote(linesOf(in.Body.Lines))
	return &billView{b}, err
}

// PaymentView is a household's money in one round as its members and the leader see it.
type PaymentView struct {
	Household   string           `json:"household"`
	Name        string           `json:"name,omitempty"`
	Bill        Bill             `json:"bill"`
	Paid        int64            `json:"paid"` // minor units, all ways together
	Outstanding int64            `json:"outstanding"`
	ToGiveBack  int64            `json:"to_give_back"` // by the leader's hand
	Refunding   int64            `json:"refunding"`    // by the payment provider, by itself
	Held        int64            `json:"held"`         // online, to be captured when it is known what is owed
	Receipts    []PaymentReceipt `json:"receipts"`
	Intents     []IntentView     `json:"intents"`
	Reminded    *time.Time       `json:"reminded,omitempty"`
}

func viewOf(g *GroupBuy, p Payment) PaymentView {
	v := PaymentView{
		Household: p.Household, Bill: p.Bill, Paid: p.Paid(), Outstanding: p.Outstanding(),
		ToGiveBack: p.ToGiveBack(), Refunding: p.Overpaid() - p.ToGiveBack(), Held: p.HeldNow(), Receipts: p.Receipts, Intents: []IntentView{}, Reminded: p.Reminded,
	}
	if who, in := g.Participant(p.Household); in {
		v.Name = who.Name
	}
	for i := range p.Intents {
		v.Intents = append(v.Intents, intentView(&p.Intents[i]))
	}
	v.Bill.Lines = append([]BillLine{}, p.Bill.Lines...)
	for i := range v.Bill.Lines {
		v.Bill.Lines[i].Account = ""
	}
	return v
}

type householdQuery struct {
	ID        string `path:"id"`
	Household string `query:"household" doc:"A household id such as A001/3/1-604."`
}

type paymentView struct{ Body PaymentView }

func (h moneyHandlers) bill(ctx context.Context, in *householdQuery) (*paymentView, error) {
	g, err := h.readable(ctx, in.ID, in.Household)
	if err != nil {
		return nil, err
	}
	v, err := h.View(ctx, g, in.Household)
	return &paymentView{v}, err
}

// receipt is for whoever sees the household's bill: also the leader, and who pays for an elder.
func (h moneyHandlers) receipt(ctx context.Context, in *householdQuery) (*struct{ Body Receipt }, error) {
	g, err := h.readable(ctx, in.ID, in.Household)
	if err != nil {
		return nil, err
	}
	r, err := h.Receipt(ctx, g, in.Household)
	return &struct{ Body Receipt }{r}, err
}

type paymentList struct{ Body []PaymentView }

func (h moneyHandlers) payments(ctx context.Context, in *struct {
	ID     string `path:"id"`
	Unpaid bool   `query:"unpaid" doc:"Only households with something outstanding."`
}) (*paymentList, error) {
	g, err := h.collected(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	views, err := h.Views(ctx, g)
	out := &paymentList{[]PaymentView{}}
	for _, v := range views {
		if !in.Unpaid || v.Outstanding > 0 {
			out.Body = append(out.Body, v)
		}
	}
	return out, err
}

// passed is money that went from hand to hand.
type passed struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key" doc:"The same key twice gives the same answer once."`
	Body struct {
		Household string        `json:"household" minLength:"1" maxLength:"100"`
		Amount    *money.Amount `json:"amount,omitempty" doc:"Left out: all that is outstanding."`
		Method    string        `json:"method" enum:"cash,transfer"`
		From      string        `json:"from,omitempty" maxLength:"100" doc:"Who paid, where it was not the household."`
		Reason    string        `json:"reason,omitempty" maxLength:"40"`
		Note      string        `json:"note,omitempty" maxLength:"500"`
	}
}

func (in *passed) receipt(ctx context.Context, now time.Time) PaymentReceipt {
	r := PaymentReceipt{
		ID: people.NewID(ctx), Method: in.Body.Method, From: in.Body.From, Reason: in.Body.Reason,
		Note: in.Body.Note, By: people.From(ctx).Account, At: now.UTC(),
	}
	if in.Body.Amount != nil {
		r.Minor = in.Body.Amount.Minor
	}
	return r
}

func (h moneyHandlers) receive(ctx context.Context, in *passed) (*paymentView, error) {
	g, err := h.collectedIn(ctx, in.ID, in.Body.Amount)
	if err != nil {
		return nil, err
	}
	v, err := h.Receive(ctx, g, in.Body.Household, in.receipt(ctx, h.now()), in.Body.Amount == nil)
	return &paymentView{v}, err
}

func (h moneyHandlers) giveBack(ctx context.Context, in *passed) (*paymentView, error) {
	if in.Body.Amount == nil || in.Body.Reason == "" {
		return nil, fault.New(fault.Invalid, "reason_needed", "Giving money back needs an amount and a reason.").At("body.reason", "required")
	}
	g, err := h.collectedIn(ctx, in.ID, in.Body.Amount)
	if err != nil {
		return nil, err
	}
	v, err := h.GiveBack(ctx, g, in.Body.Household, in.receipt(ctx, h.now()))
	return &paymentView{v}, err
}

func (h moneyHandlers) undo(ctx context.Context, in *struct {
	ID      string `path:"id"`
	Receipt string `path:"receipt"`
	Body    struct {
		Household string `json:"household" minLength:"1" maxLength:"100"`
		Reason    string `json:"reason" minLength:"1" maxLength:"200" doc:"Why it is taken back."`
	}
}) (*paymentView, error) {
	g, err := h.collected(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	u := Undone{By: people.From(ctx).Account, Reason: in.Body.Reason, At: h.now().UTC()}
	v, err := h.Undo(ctx, g, in.Body.Household, in.Receipt, u)
	return &paymentView{v}, err
}

type groupBuyID struct {
	ID string `path:"id"`
}

type reminded struct {
	Body struct {
		Reminded []string `json:"reminded" doc:"Households that were told."`
		Recent   []string `json:"recent" doc:"Households that were told within the last twelve hours and are left in peace."`
		ByHand   []string `json:"by_hand" doc:"Households without an account: somebody has to knock."`
	}
}

func (h moneyHandlers) remind(ctx context.Context, in *groupBuyID) (*reminded, error) {
	g, err := h.collected(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &reminded{}
	out.Body.Reminded, out.Body.Recent, out.Body.ByHand, err = h.Remind(ctx, g)
	return out, err
}

type tillView struct{ Body Till }

func (h moneyHandlers) till(ctx context.Context, in *groupBuyID) (*tillView, error) {
	g, err := h.collected(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	t, err := h.Till(ctx, g, people.From(ctx).Account)
	return &tillView{t}, err
}

func (h moneyHandlers) count(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Counted money.Amount `json:"counted"`
		Note    string       `json:"note,omitempty" maxLength:"500"`
	}
}) (*tillView, error) {
	g, err := h.collectedIn(ctx, in.ID, &in.Body.Counted)
	if err != nil {
		return nil, err
	}
	t, err := h.Count(ctx, g, people.From(ctx).Account, people.NewID(ctx), in.Body.Counted.Minor, in.Body.Note)
	return &tillView{t}, err
}

func (h moneyHandlers) payByHand(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Supplier string       `json:"supplier,omitempty" maxLength:"100" doc:"Left out: the leader's commission."`
		Amount   money.Amount `json:"amount"`
		Method   string       `json:"method" enum:"cash,transfer"`
		Note     string       `json:"note,omitempty" maxLength:"500"`
	}
}) (*struct{}, error) {
	g, err := h.collectedIn(ctx, in.ID, &in.Body.Amount)
	if err != nil {
		return nil, err
	}
	return nil, h.PayByHand(ctx, g, in.Body.Supplier, PaymentReceipt{
		ID: people.NewID(ctx), Method: in.Body.Method, Minor: in.Body.Amount.Minor, Note: in.Body.Note,
		By: people.From(ctx).Account, At: h.now().UTC(),
	})
}

func (h moneyHandlers) undoByHand(ctx context.Context, in *struct {
	ID      string `path:"id"`
	Receipt string `path:"receipt"`
	Body    struct {
		Supplier string `json:"supplier,omitempty" maxLength:"100" doc:"Left out: the leader's commission."`
		Reason   string `json:"reason" minLength:"1" maxLength:"200" doc:"Why it is taken back."`
	}
}) (*struct{}, error) {
	g, err := h.collected(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	u := Undone{By: people.From(ctx).Account, Reason: in.Body.Reason, At: h.now().UTC()}
	return nil, h.UndoByHand(ctx, g, in.Body.Supplier, in.Receipt, u)
}

func (h moneyHandlers) payeeAccounts(ctx context.Context, in *groupBuyID) (*struct{ Body []PayeeAccount }, error) {
	g, err := h.collected(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := h.PayeeAccounts(ctx, g)
	return &struct{ Body []PayeeAccount }{list}, err
}

func (h moneyHandlers) mine(ctx context.Context, _ *struct{}) (*struct{ Body []MyPayment }, error) {
	list, err := h.PaymentsOf(ctx, people.From(ctx))
	return &struct{ Body []MyPayment }{list}, err
}

// Period is a time of whole instants; left out, it is the last year.
type Period struct {
	From time.Time `query:"from"`
	To   time.Time `query:"to"`
}

func (p Period) bounds(now time.Time) (from, to time.Time, err error) {
	from, to = p.From.UTC(), p.To.UTC()
	if to.IsZero() {
		to = now.UTC().Add(time.Second)
	}
	if from.IsZero() {
		from = to.AddDate(-1, 0, 0)
	}
	if !from.Before(to) {
		return from, to, fault.New(fault.Invalid, "period_invalid", "The time must begin before it ends.").At("query.from", "before to")
	}
	return from, to, nil
}

type statementQuery struct {
	Of string `query:"of" enum:"household,leader,cash,transfer,supplier,deployment,stripe,exchange" required:"true"`
	ID string `query:"id" doc:"A household or supplier; left out for the leader's own accounts and the deployment's." maxLength:"100"`
	Period
}

type statementView struct{ Body Statement }

func (h moneyHandlers) statement(ctx context.Context, in *statementQuery) (*statementView, error) {
	account, err := accountOf(people.From(ctx), in.Of, in.ID)
	if err != nil {
		return nil, err
	}
	from, to, err := in.bounds(h.now())
	if err != nil {
		return nil, err
	}
	s, err := h.Ledger.Statement(ctx, account, from, to)
	return &statementView{s}, err
}

type csvFile struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func csvNamed(name string, b *bytes.Buffer) *csvFile {
	return &csvFile{"text/csv; charset=utf-8", `attachment; filename="` + name + `.csv"`, b.Bytes()}
}

func (h moneyHandlers) statementCSV(ctx context.Context, in *statementQuery) (*csvFile, error) {
	s, err := h.statement(ctx, in)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = s.Body.WriteCSV(&b)
	return csvNamed("statement", &b), err
}

func (h moneyHandlers) book(ctx context.Context, in *Period) (*csvFile, error) {
	from, to, err := in.bounds(h.now())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = h.Ledger.WriteBook(ctx, &b, from, to)
	return csvNamed("ledger", &b), err
}

// accountOf gives the account that somebody asks for, where it is theirs to see.
func accountOf(a people.Actor, of, id string) (string, error) {
	switch {
	case of == "household" && a.Is(people.Resident, id):
		return householdAccount(id), nil
	case of == "supplier" && a.Is(people.Supplier, id):
		return supplierAccount(id), nil
	case (of == "leader" || of == Cash || of == Transfer) && (id == "" || id == a.Account):
		return of + ":" + a.Account, nil
	case a.Has(people.Operator) && (of == DeploymentAccount || of == StripeAccount || of == ExchangeAccount):
		return of, nil
	case a.Has(people.Operator) && id != "":
		return of + ":" + id, nil
	}
	return "", fault.New(fault.NotFound, "statement_unknown", "There is no such statement among yours.")
}

// collected gives a group buy to whoever may take money for it.
func (h moneyHandlers) collected(ctx context.Context, id string) (*GroupBuy, error) {
	return h.collectedIn(ctx, id, nil)
}

// collectedIn does the same and refuses an amount in another currency.
func (h moneyHandlers) collectedIn(ctx context.Context, id string, amount *money.Amount) (*GroupBuy, error) {
	g, err := h.groupBuys.Look(ctx, id)
	if err != nil {
		return g, err
	}
	if !g.collects(people.From(ctx)) {
		return g, fault.New(fault.NotFound, "not_found", "There is no such group buy among yours.")
	}
	if amount != nil && amount.Currency != g.Currency {
		return g, fault.New(fault.Invalid, "currency_other", "This round is in %s, not in %q.", g.Currency, amount.Currency).
			With("currency", g.Currency).At("body.amount.currency", g.Currency)
	}
	return g, nil
}

// readable gives a group buy to whoever may see a household's money in it.
func (h moneyHandlers) readable(ctx context.Context, id, household string) (*GroupBuy, error) {
	g, err := h.groupBuys.Look(ctx, id)
	if err != nil {
		return g, err
	}
	if a := people.From(ctx); !g.collects(a) && !g.pays(a, household) {
		return g, fault.New(fault.NotFound, "not_found", "There is no such household of yours in this round.")
	}
	return g, nil
}
