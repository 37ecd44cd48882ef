package orders

import (
	"context"

	"baimi/app/fault"
	"baimi/app/people"
)

// onlineRoutes registers paying online. Without a provider they answer online_off.
func onlineRoutes(r *people.Router, h moneyHandlers) {
	payees := people.Only(people.Supplier, people.Leader)
	people.Route(r, people.Anyone, "GET /payment-methods", "How one can pay here.", h.methods)
	people.Route(r, people.SignedIn, "POST /group-buys/{id}/intents", "Pay online: hold or charge the most that the order can cost.", h.begin)
	people.Route(r, people.SignedIn, "POST /group-buys/{id}/intents/check", "Ask the provider what became of an online payment.", h.check)
	people.Route(r, people.SignedIn, "GET /me/wallet", "My saved card.", h.wallet)
	people.Route(r, people.SignedIn, "POST /me/wallet", "Start saving a card.", h.saveCard)
	people.Route(r, people.SignedIn, "PUT /me/wallet", "Take in the card that the page has confirmed.", h.cardSaved)
	people.Route(r, people.SignedIn, "DELETE /me/wallet", "Forget my saved card.", h.forgetCard)
	people.Route(r, payees, "POST /payees", "Open an account with the provider, to be paid online.", h.enroll)
	people.Route(r, payees, "GET /payees", "Whether I can be paid online.", h.payee)
	people.Route(r, payees, "GET /payouts", "What I am paid online and by hand, round by round.", h.payoutsOf)
	people.Route(r, people.Anyone, "POST /stripe/webhook", "The payment provider's events, signed.", h.hear)
}

type methodsView struct {
	Body struct {
		Methods []string `json:"methods"`
		Element *Element `json:"element,omitempty" doc:"For the provider's element; left out where nobody can pay online."`
	}
}

func (h moneyHandlers) methods(context.Context, *struct{}) (*methodsView, error) {
	out := &methodsView{}
	out.Body.Methods = []string{Cash, Transfer}
	if h.provider != nil {
		out.Body.Methods = append(out.Body.Methods, Card, Alipay, WeChatPay)
		out.Body.Element = new(h.provider.Element())
	}
	return out, nil
}

type startedView struct {
	Body struct {
		Intent IntentView `json:"intent"`
		Secret string     `json:"secret,omitempty" doc:"For the provider's element; empty where nothing is to be confirmed."`
	}
}

func (h moneyHandlers) begin(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Household string `json:"household" minLength:"1" maxLength:"100"`
		Method    string `json:"method" enum:"card,alipay,wechat_pay"`
		Currency  string `json:"currency" minLength:"3" maxLength:"3" doc:"As it was shown."`
		SaveCard  bool   `json:"save_card,omitempty"`
		SavedCard bool   `json:"saved_card,omitempty"`
	}
}) (*startedView, error) {
	g, err := h.paidBy(ctx, in.ID, in.Body.Household)
	if err != nil {
		return nil, err
	}
	if in.Body.Currency != g.Currency {
		return nil, fault.New(fault.Invalid, "currency_other", "This round is in %s, not in %q.", g.Currency, in.Body.Currency).
			With("currency", g.Currency).At("body.currency", g.Currency)
	}
	s, err := h.Begin(ctx, g, in.Body.Household, OnlineOrder{
		Account: people.From(ctx).Account, Method: in.Body.Method, SaveCard: in.Body.SaveCard, SavedCard: in.Body.SavedCard,
	})
	out := &startedView{}
	out.Body.Intent, out.Body.Secret = s.Intent, s.Secret
	return out, err
}

func (h moneyHandlers) check(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Household string `json:"household" minLength:"1" maxLength:"100"`
	}
}) (*paymentView, error) {
	g, err := h.readable(ctx, in.ID, in.Body.Household)
	if err != nil {
		return nil, err
	}
	v, err := h.Check(ctx, g, in.Body.Household)
	return &paymentView{v}, err
}

// paidBy gives a group buy to whoever may pay online for a household.
func (h moneyHandlers) paidBy(ctx context.Context, id, household string) (*GroupBuy, error) {
	g, err := h.groupBuys.Look(ctx, id)
	if err != nil {
		return g, err
	}
	if !g.pays(people.From(ctx), household) {
		return g, fault.New(fault.NotFound, "not_found", "There is no such household of yours in this round.")
	}
	return g, nil
}

type walletView struct{ Body WalletView }

func (h moneyHandlers) wallet(ctx context.Context, _ *struct{}) (*walletView, error) {
	v, err := h.Wallet(ctx, people.From(ctx).Account)
	return &walletView{v}, err
}

func (h moneyHandlers) saveCard(ctx context.Context, _ *struct {
	Key string `header:"Idempotency-Key"`
}) (*walletView, error) {
	v, err := h.SaveCard(ctx, people.From(ctx).Account, people.NewID(ctx))
	return &walletView{v}, err
}

func (h moneyHandlers) cardSaved(ctx context.Context, _ *struct{}) (*walletView, error) {
	v, err := h.CardSaved(ctx, people.From(ctx).Account)
	return &walletView{v}, err
}

func (h moneyHandlers) forgetCard(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, h.ForgetCard(ctx, people.From(ctx).Account)
}

type payeeView struct{ Body PayeeView }

func (h moneyHandlers) enroll(ctx context.Context, in *struct {
	Origin string `header:"Origin"`
	Body   struct {
		Of   string `json:"of" enum:"supplier,leader"`
		ID   string `json:"id,omitempty" maxLength:"100" doc:"The supplier; a leader enrolls itself."`
		Back string `json:"back" pattern:"^/([a-zA-Z0-9_-]+/?)*$" doc:"The page of this site to come back to."`
	}
}) (*payeeView, error) {
	account, err := payeeAccount(people.From(ctx), in.Body.Of, in.Body.ID)
	if err != nil {
		return nil, err
	}
	v, err := h.Enroll(ctx, account, in.Origin+in.Body.Back)
	return &payeeView{v}, err
}

func (h moneyHandlers) payee(ctx context.Context, in *struct {
	Of string `query:"of" enum:"supplier,leader" required:"true"`
	ID string `query:"id" maxLength:"100"`
}) (*payeeView, error) {
	account, err := payeeAccount(people.From(ctx), in.Of, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := h.Payee(ctx, account)
	return &payeeView{v}, err
}

func (h moneyHandlers) payoutsOf(ctx context.Context, in *struct {
	Of string `query:"of" enum:"supplier,leader" required:"true"`
	ID string `query:"id" maxLength:"100"`
}) (*struct{ Body []PayoutView }, error) {
	account, err := payeeAccount(people.From(ctx), in.Of, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := h.PayoutsOf(ctx, account)
	return &struct{ Body []PayoutView }{list}, err
}

// payeeAccount gives the ledger account that somebody is paid on.
func payeeAccount(a people.Actor, of, id string) (string, error) {
	switch {
	case of == "supplier" && a.Is(people.Supplier, id):
		return supplierAccount(id), nil
	case of == "leader" && a.Has(people.Leader) && (id == "" || id == a.Account):
		return leaderAccount(a.Account), nil
	}
	return "", fault.New(fault.NotFound, "payee_unknown", "There is no such payee of yours.")
}

// hear takes the raw body, because the signature is over its bytes.
func (h moneyHandlers) hear(ctx context.Context, in *struct {
	Signature string `header:"Stripe-Signature"`
	RawBody   []byte
	Body      any
}) (*struct{}, error) {
	err := h.Hear(ctx, in.RawBody, in.Signature)
	if fault.Is(err, "signature_invalid") {
		problem := fault.Problem(err)
		problem.Status = 400 // what the provider expects, so that it tries again and shows it
		return nil, problem
	}
	return nil, err
}
