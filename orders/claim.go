package orders

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// ClaimState is where a claim stands.
//
//	open ─▶ granted | refused | withdrawn
type ClaimState string

const (
	ClaimOpen      ClaimState = "open"
	Granted        ClaimState = "granted"
	ClaimRefused   ClaimState = "refused"
	ClaimWithdrawn ClaimState = "withdrawn"
)

// Claim is what a household says was wrong with one line after delivery. A
// leader or the coordinator decides it before its deadline; what is granted
// becomes an adjustment of the line, and so reaches the ledger. It is bounded
// by its text; the photo is a document of its own.
type Claim struct {
	db.Doc
	GroupBuy  string     `json:"group_buy"`
	Compound  string     `json:"compound"`
	Household string     `json:"household"`
	Item      string     `json:"item"`
	Kind      string     `json:"kind" enum:"damaged,missing,wrong,quality"`
	Quantity  int64      `json:"quantity"` // units concerned
	Text      string     `json:"text"`
	Photo     bool       `json:"photo"` // there is one under the claim's id
	By        string     `json:"by"`    // account
	At        time.Time  `json:"at"`
	Deadline  time.Time  `json:"deadline"` // to be decided by
	State     ClaimState `json:"state" enum:"open,granted,refused,withdrawn"`
	Decision  *Decision  `json:"decision,omitempty"`
	Wake      *time.Time `json:"wake,omitempty"` // when something is to be done
}

// Decision is how a claim ended.
type Decision struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Minor  int64     `json:"minor"`            // granted; minor units
	Bearer string    `json:"bearer,omitempty"` // supplier, leader or deployment
	Reason string    `json:"reason"`
}

// ClaimPhoto is a claim's photo, bounded by 1 MiB.
type ClaimPhoto struct {
	db.Doc
	Type  string `json:"type"`
	Bytes []byte `json:"bytes"`
}

const (
	claimWindow = 48 * time.Hour // after the round is done
	claimDecide = 72 * time.Hour // after the claim was made
	maxPhoto    = 1 << 20
)

// openClaims prepares the claims of a cashier.
func openClaims(conn *db.Conn) (*db.Collection[Claim], *db.Collection[ClaimPhoto]) {
	return db.Open[Claim](conn, db.Spec{Name: "claims", Indexes: []db.Index{
			db.On("group_buy", "at"), db.On("compound", "state", "deadline"), db.On("wake"),
		}}),
		db.Open[ClaimPhoto](conn, db.Spec{Name: "claim_photos"})
}

// claimable refuses a claim about what was not delivered or is too long ago.
func (g *GroupBuy) claimable(cl Claim, now time.Time) error {
	if _, err := g.adjustable(cl.Household, cl.Item); err != nil {
		return err
	}
	if done, ok := g.doneAt(); ok && now.After(done.Add(claimWindow)) {
		return fault.New(fault.Conflict, "claim_too_late", "Claims end %d hours after a round is done; please speak to the leader.", int(claimWindow.Hours())).
			With("hours", int(claimWindow.Hours()))
	}
	_, delivered, _, err := g.costs(cl.Household, cl.Item)
	if err == nil && (cl.Quantity < 1 || cl.Quantity > delivered) {
		return fault.New(fault.Invalid, "quantity_invalid", "Between 1 and %d units can be claimed.", delivered).With("most", delivered).At("body.quantity", "1 to what was delivered")
	}
	return err
}

// doneAt gives when the round was last done.
func (g *GroupBuy) doneAt() (time.Time, bool) {
	for _, e := range slices.Backward(g.History) {
		if g.State == Done && e.Kind == "done" {
			return e.At, true
		}
	}
	return time.Time{}, false
}

// Decide ends an open claim; the same decision twice is one.
func (cl *Claim) Decide(d Decision) error {
	if cl.State != ClaimOpen {
		if cl.Decision != nil && cl.Decision.By == d.By && cl.Decision.Minor == d.Minor {
			return nil
		}
		return fault.New(fault.Conflict, "claim_decided", "This claim is %s already.", cl.State).With("state", string(cl.State))
	}
	cl.State = ClaimRefused
	if d.Minor > 0 {
		cl.State = Granted
	}
	cl.Decision = &d
	cl.Wake = new(d.At) // until the group buy and the household know
	return nil
}

// File stores a claim; the same twice is stored once. The leader is told.
func (c *Cashier) File(ctx context.Context, g *GroupBuy, cl Claim, photo []byte) (Claim, error) {
	now := c.now().UTC()
	if old, err := c.claims.Get(ctx, cl.ID); fault.KindOf(err) != fault.NotFound {
		return old, err
	}
	if err := g.claimable(cl, now); err != nil {
		return cl, err
	}
	if len(photo) > 0 {
		if err := c.keepPhoto(ctx, cl.ID, photo); err != nil {
			return cl, err
		}
	}
	cl.GroupBuy, cl.Compound, cl.At, cl.Deadline, cl.State, cl.Photo = g.ID, g.Compound, now, now.Add(claimDecide), ClaimOpen, len(photo) > 0
	cl.Wake = new(now) // until the leader knows
	stored, err := c.claims.Insert(ctx, cl)
	if fault.Is(err, "duplicate") {
		return c.claims.Get(ctx, cl.ID)
	}
	if err != nil {
		return cl, err
	}
	c.tryClaim(ctx, stored)
	return stored, nil
}

// keepPhoto stores a photo of a kind that every browser shows.
func (c *Cashier) keepPhoto(ctx context.Context, id string, photo []byte) error {
	kind := http.DetectContentType(photo)
	if len(photo) > maxPhoto || !slices.Contains([]string{"image/jpeg", "image/png", "image/webp"}, kind) {
		return fault.New(fault.Invalid, "photo_invalid", "A photo is a JPEG, PNG or WebP of at most 1 MiB.").At("body.photo", kind)
	}
	_, err := c.photos.Insert(ctx, ClaimPhoto{Doc: db.Doc{ID: id}, Type: kind, Bytes: photo})
	if fault.Is(err, "duplicate") {
		return nil
	}
	return err
}

// DecideClaim writes a decision down, unless what it grants could not be taken
// off the line, and then does what follows from it.
func (c *Cashier) DecideClaim(ctx context.Context, id string, d Decision) (Claim, error) {
	cl, err := c.claims.Get(ctx, id)
	if err != nil {
		return cl, err
	}
	g, err := c.groupBuys.Get(ctx, cl.GroupBuy)
	if err != nil {
		return cl, err
	}
	_, _, costs, err := g.costs(cl.Household, cl.Item)
	if err != nil {
		return cl, err
	}
	if d.Minor > costs && cl.State == ClaimOpen {
		return cl, fault.New(fault.Conflict, "above_cap", "The most here is %d.", costs).With("most", costs).With("currency", g.Currency)
	}
	if err := g.Adjust(cl.Household, cl.Item, d.adjustment(cl.ID, &g)); d.Minor > 0 && err != nil {
		return cl, err
	}
	if cl, err = c.claims.Update(ctx, id, func(cl *Claim) error { return cl.Decide(d) }); err != nil {
		return cl, err
	}
	c.tryClaim(ctx, cl)
	return cl, nil
}

// adjustment is what a decision takes off the line.
func (d Decision) adjustment(claim string, g *GroupBuy) Adjustment {
	return Adjustment{ID: claim, Kind: ClaimGranted, Minor: d.Minor, Bearer: bearerAccount(d.Bearer, g), Reason: d.Reason, By: d.By, At: d.At}
}

// WithdrawClaim takes an open claim back.
func (c *Cashier) WithdrawClaim(ctx context.Context, id string) (Claim, error) {
	return c.claims.Update(ctx, id, func(cl *Claim) error {
		if cl.State != ClaimOpen && cl.State != ClaimWithdrawn {
			return fault.New(fault.Conflict, "claim_decided", "This claim is %s already.", cl.State).With("state", string(cl.State))
		}
		cl.State, cl.Wake = ClaimWithdrawn, nil
		return nil
	})
}

// carryOut does what follows from a decision: the line's adjustment, the money,
// the notice. Each step may be done again after a crash.
func (c *Cashier) carryOut(ctx context.Context, cl Claim) error {
	if cl.State == Granted {
		_, err := c.groupBuys.Update(ctx, cl.GroupBuy, func(g *GroupBuy) error {
			return g.Adjust(cl.Household, cl.Item, cl.Decision.adjustment(cl.ID, g))
		})
		if err != nil {
			return err
		}
		if err := c.Settle(ctx, cl.GroupBuy); err != nil {
			return err
		}
	}
	if err := c.tellClaim(ctx, &cl, cl.By, "claim_"+string(cl.State)); err != nil {
		return err
	}
	_, err := c.claims.Update(ctx, cl.ID, func(cl *Claim) error { cl.Wake = nil; return nil })
	return err
}

func bearerAccount(bearer string, g *GroupBuy) string {
	switch bearer {
	case "leader":
		return leaderAccount(g.Leader)
	case "deployment":
		return DeploymentAccount
	}
	return "" // the line's supplier
}

// workClaims carries out what a crash has left, tells the leader of new claims, and
// again of those that nobody has decided in time.
func (c *Cashier) workClaims(ctx context.Context) error {
	due, err := db.All(c.claims.Find(ctx, db.Query{}.UpTo("wake", c.now()).Limit(200)))
	if err != nil {
		return err
	}
	for _, cl := range due {
		c.tryClaim(ctx, cl)
	}
	return nil
}

// tryClaim does what follows from a recorded claim or decision now, or leaves it to Work.
func (c *Cashier) tryClaim(ctx context.Context, cl Claim) {
	if err := c.workClaim(ctx, cl); err != nil {
		slog.Error("a claim is left for the next time", "claim", cl.ID, "error", err)
	}
}

func (c *Cashier) workClaim(ctx context.Context, cl Claim) error {
	if cl.State != ClaimOpen {
		return c.carryOut(ctx, cl)
	}
	g, err := c.groupBuys.Look(ctx, cl.GroupBuy)
	if err != nil {
		return err
	}
	kind, next := "claim_filed", &cl.Deadline
	if !c.now().Before(cl.Deadline) {
		kind, next = "claim_overdue", nil
	}
	if err := c.tellClaim(ctx, &cl, g.Leader, kind); err != nil {
		return err
	}
	_, err = c.claims.Update(ctx, cl.ID, func(cl *Claim) error {
		if cl.State == ClaimOpen {
			cl.Wake = next
		}
		return nil
	})
	return err
}

func (c *Cashier) tellClaim(ctx context.Context, cl *Claim, account, kind string) error {
	params := map[string]string{"item": cl.Item, "household": cl.Household}
	if cl.Decision != nil {
		params["minor"], params["reason"] = decimal(cl.Decision.Minor), cl.Decision.Reason
	}
	return c.people.Tell(ctx, people.Notice{
		Doc: db.Doc{ID: "claim:" + cl.ID + ":" + kind}, Account: account, Kind: kind, Params: params,
		Link: "/group-buys/" + cl.GroupBuy + "/claims", At: c.now().UTC(),
	})
}
