package orders

import (
	"context"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
	"baimi/orders/chain"
)

// chainRoutes registers what leaders do with chains.
func (h handlers) chainRoutes(r *people.Router, leads people.Permission) {
	people.Route(r, leads, "POST /group-buys/{id}/chain", "Read a pasted chain; nothing is ordered until its review is confirmed.", h.paste)
	people.Route(r, leads, "GET /group-buys/{id}/chain", "The round's orders as a chain to post.", h.post)
	people.Route(r, leads, "GET /group-buys/{id}/imports", "The chains and sheets that were read for a round, newest first.", h.imports)
	people.Route(r, leads, "GET /group-buys/{id}/imports/{import}", "One of them, with its review.", h.imported)
	people.Route(r, leads, "POST /group-buys/{id}/imports/{import}/answers", "Answer questions of a review.", h.answer)
	people.Route(r, leads, "POST /group-buys/{id}/imports/{import}/confirm", "Bring a reviewed import into the round.", h.confirm)
	people.Route(r, leads, "POST /group-buys/{id}/imports/{import}/undo", "Take a confirmed import back, whole.", h.undo)
}

// ImportView is an import as the leader reviews it.
type ImportView struct {
	ID      string       `json:"id"`
	Source  string       `json:"source" enum:"chain,sheet"`
	File    string       `json:"file,omitempty"`
	State   ImportState  `json:"state" enum:"review,confirming,confirmed,undoing,undone"`
	At      time.Time    `json:"at"`
	Review  chain.Review `json:"review"`
	Open    int          `json:"open" doc:"Entries that still have questions."`
	Changes []ImportStep `json:"changes" doc:"What confirming changes in the round, or has changed."`
	Missing []ImportStep `json:"missing" doc:"Households of the chain confirmed before that this one does not name."`
}

type importView struct{ Body ImportView }

func (i *Import) view(g *GroupBuy) *importView {
	v := ImportView{
		ID: i.ID, Source: i.Source, File: i.File, State: i.State, At: i.At, Review: i.Review, Open: i.Review.Open(),
		Changes: i.Steps, Missing: []ImportStep{},
	}
	if i.State == ImportInReview {
		v.Changes, v.Missing = i.Plan(g), i.Missing(g)
	}
	return &importView{v}
}

type pasteChain struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Text string `json:"text" minLength:"1" doc:"As copied from the chat; at most 5,000 lines."`
	}
}

func (h handlers) paste(ctx context.Context, in *pasteChain) (*importView, error) {
	return h.read(ctx, in.ID, Import{Source: "chain"}, func(c chain.Context) (*chain.Review, error) {
		return chain.Parse(in.Body.Text, c)
	})
}

// read makes an import of a text or sheet. Answers that were given to the last
// import of the round are taken over where the text is the same.
func (h handlers) read(ctx context.Context, round string, i Import, parse func(chain.Context) (*chain.Review, error)) (*importView, error) {
	g, err := h.led(ctx, round)
	if err != nil {
		return nil, err
	}
	c, err := h.reading(ctx, &g)
	if err != nil {
		return nil, err
	}
	review, err := parse(c)
	if err != nil {
		return nil, err
	}
	if err := h.takeOver(ctx, &g, &i, review); err != nil {
		return nil, err
	}
	i.Doc = db.Doc{ID: people.NewID(ctx)}
	i.GroupBuy, i.By, i.At, i.State = g.ID, people.From(ctx).Account, h.now().UTC(), ImportInReview
	i.Review, i.Steps = *review, []ImportStep{}
	stored, err := h.Imports.Insert(ctx, i)
	if fault.KindOf(err) == fault.Conflict {
		stored, err = h.Imports.Get(ctx, i.ID)
	}
	return stored.view(&g), err
}

// reading is what texts of a round are read against.
func (h handlers) reading(ctx context.Context, g *GroupBuy) (chain.Context, error) {
	estate, err := h.community.Compound(ctx, g.Compound)
	if err != nil {
		return chain.Context{}, err
	}
	homes, err := h.community.Households(ctx, g.Compound, g.Building)
	c := chain.Context{Compound: &estate, Building: g.Building, Items: itemsOf([]GroupBuy{*g}), Known: knownNames(homes), Ordered: map[community.Door]bool{}}
	for door := range g.wants() {
		c.Ordered[door] = true
	}
	return c, err
}

// knownNames gives the names by which one household alone is known.
func knownNames(homes []community.Household) map[string]community.Door {
	known, shared := map[string]community.Door{}, map[string]bool{}
	for _, home := range homes {
		for _, name := range home.Names {
			if d, ok := known[name]; ok && d != home.Door() {
				shared[name] = true
			}
			known[name] = home.Door()
		}
	}
	for name := range shared {
		delete(known, name)
	}
	return known
}

// takeOver takes answers from the last import of the round, and remembers whom
// the last confirmed one had.
func (h handlers) takeOver(ctx context.Context, g *GroupBuy, next *Import, review *chain.Review) error {
	inherited := false
	next.Earlier = []ImportStep{}
	for last, err := range h.Imports.Find(ctx, db.Where("group_buy", g.ID).Desc("at").Limit(listed)) {
		if err != nil {
			return err
		}
		if !inherited {
			review.Inherit(&last.Review)
			inherited = true
		}
		if last.State == ImportConfirmed && last.Source == next.Source {
			for _, o := range last.Review.Orders() {
				next.Earlier = append(next.Earlier, ImportStep{Household: community.HouseholdID(g.Compound, o.Door), Name: o.Name, Before: []Wanted{}, After: []Wanted{}})
			}
			return nil
		}
	}
	return nil
}

type chainText struct {
	Body struct {
		Text string `json:"text"`
	}
}

// post writes the round's orders as a chain.
func (h handlers) post(ctx context.Context, in *byID) (*chainText, error) {
	g, err := h.led(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	c, err := h.reading(ctx, &g)
	out := &chainText{}
	out.Body.Text = chain.Format(g.Title, g.chainOrders(), c)
	return out, err
}

// chainOrders gives the round's orders in the order of joining.
func (g *GroupBuy) chainOrders() []chain.Order {
	var all []chain.Order
	for _, p := range g.Participants {
		o := chain.Order{Door: community.Door{Building: g.Building, Unit: p.Unit, Room: p.Room}, Name: p.Name, Phone: p.Phone, Note: p.Note}
		for _, l := range p.Lines {
			o.Wants = append(o.Wants, chain.Want{Item: l.Item, Quantity: l.Quantity})
		}
		all = append(all, o)
	}
	return all
}

// ImportSummary is an import in a list.
type ImportSummary struct {
	ID      string      `json:"id"`
	Source  string      `json:"source" enum:"chain,sheet"`
	File    string      `json:"file,omitempty"`
	State   ImportState `json:"state" enum:"review,confirming,confirmed,undoing,undone"`
	At      time.Time   `json:"at"`
	Entries int         `json:"entries"`
	Open    int         `json:"open"`
}

type importList struct{ Body []ImportSummary }

func (h handlers) imports(ctx context.Context, in *byID) (*importList, error) {
	if _, err := h.led(ctx, in.ID); err != nil {
		return nil, err
	}
	out := &importList{Body: []ImportSummary{}}
	for i, err := range h.Imports.Find(ctx, db.Where("group_buy", in.ID).Desc("at").Limit(listed)) {
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, ImportSummary{i.ID, i.Source, i.File, i.State, i.At, len(i.Review.Entries), i.Review.Open()})
	}
	return out, nil
}

type oneImport struct {
	ID     string `path:"id" maxLength:"64"`
	Import string `path:"import" maxLength:"64"`
}

// find gives an import of a round that the actor leads, with the round.
func (h handlers) find(ctx context.Context, round, id string) (Import, GroupBuy, error) {
	g, err := h.led(ctx, round)
	if err != nil {
		return Import{}, g, err
	}
	i, err := h.Imports.Get(ctx, id)
	if err == nil && i.GroupBuy != g.ID {
		err = notFound()
	}
	return i, g, err
}

func (h handlers) imported(ctx context.Context, in *oneImport) (*importView, error) {
	i, g, err := h.find(ctx, in.ID, in.Import)
	if err != nil {
		return nil, err
	}
	return i.view(&g), nil
}

type answerImport struct {
	ID     string `path:"id" maxLength:"64"`
	Import string `path:"import" maxLength:"64"`
	Body   struct {
		Answers []chain.Answer `json:"answers" maxItems:"5000"`
	}
}

// Answered is what answers changed of a review, so that a long one is not sent again.
type Answered struct {
	Open    int             `json:"open" doc:"Entries that still have questions."`
	Changes int             `json:"changes" doc:"How many households confirming would change."`
	Entries []AnsweredEntry `json:"entries" doc:"The entries that the answers touched."`
}

// AnsweredEntry is an entry at its place in the review.
type AnsweredEntry struct {
	At    int         `json:"at" doc:"From 1."`
	Entry chain.Entry `json:"entry"`
}

type answered struct{ Body Answered }

func (h handlers) answer(ctx context.Context, in *answerImport) (*answered, error) {
	_, g, err := h.find(ctx, in.ID, in.Import)
	if err != nil {
		return nil, err
	}
	c, err := h.reading(ctx, &g)
	if err != nil {
		return nil, err
	}
	var touched []int
	i, err := h.Imports.Update(ctx, in.Import, func(i *Import) error {
		touched, err = i.Answer(in.Body.Answers, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &answered{Answered{Open: i.Review.Open(), Changes: len(i.Plan(&g)), Entries: []AnsweredEntry{}}}
	for _, at := range touched {
		out.Body.Entries = append(out.Body.Entries, AnsweredEntry{at, i.Review.Entries[at-1]})
	}
	return out, nil
}

// Answer settles questions while the import is in review, and gives the entries that it touched, from 1.
func (i *Import) Answer(answers []chain.Answer, c chain.Context) (touched []int, err error) {
	if i.State != ImportInReview {
		return nil, fault.New(fault.Conflict, "import_done", "This import was confirmed already.").With("state", string(i.State))
	}
	for _, a := range answers {
		some, err := i.Review.Answer(a, c)
		if err != nil {
			return nil, err
		}
		touched = append(touched, some...)
	}
	slices.Sort(touched)
	return slices.Compact(touched), nil
}

type confirmImport struct {
	ID     string `path:"id" maxLength:"64"`
	Import string `path:"import" maxLength:"64"`
	Body   struct {
		TakeOutMissing bool `json:"take_out_missing,omitempty" doc:"Take out who was in the chain confirmed before and is not in this one."`
	}
}

// confirm freezes the steps, makes them in the round, and writes down what
// became of them; asked again after a crash it goes on.
func (h handlers) confirm(ctx context.Context, in *confirmImport) (*importView, error) {
	i, g, err := h.find(ctx, in.ID, in.Import)
	if err != nil {
		return nil, err
	}
	now := h.now()
	if err := g.takesOrders(now); err != nil && i.State == ImportInReview {
		return nil, err
	}
	i, err = h.Imports.Update(ctx, i.ID, func(i *Import) error { return i.Confirm(&g, in.Body.TakeOutMissing) })
	if err != nil || i.State == ImportConfirmed {
		return i.view(&g), err
	}
	steps, g, err := h.carry(ctx, &i, i.Steps)
	if err != nil {
		return nil, err
	}
	if err := h.learnNames(ctx, &g, &i); err != nil {
		return nil, err
	}
	i, err = h.Imports.Update(ctx, i.ID, func(i *Import) error {
		i.Steps, i.State = steps, ImportConfirmed
		return nil
	})
	return i.view(&g), err
}

func (h handlers) carry(ctx context.Context, i *Import, steps []ImportStep) (done []ImportStep, g GroupBuy, err error) {
	by := people.From(ctx).Account
	g, err = h.Update(ctx, i.GroupBuy, func(g *GroupBuy, now time.Time) error {
		done, err = g.Carry(steps, by, now)
		if err == nil {
			g.note(now, "import_"+string(i.State), by, i.ID)
		}
		return err
	})
	return done, g, err
}

func (h handlers) undo(ctx context.Context, in *oneImport) (*importView, error) {
	i, g, err := h.find(ctx, in.ID, in.Import)
	if err != nil {
		return nil, err
	}
	if err := g.takesOrders(h.now()); err != nil {
		return nil, err
	}
	i, err = h.Imports.Update(ctx, i.ID, (*Import).Undo)
	if err != nil || i.State == ImportUndone {
		return i.view(&g), err
	}
	steps, g, err := h.carry(ctx, &i, i.reversed())
	if err != nil {
		return nil, err
	}
	i, err = h.Imports.Update(ctx, i.ID, func(i *Import) error {
		i.Steps, i.State = steps, ImportUndone
		return nil
	})
	return i.view(&g), err
}

// learnNames keeps the names that the leader has confirmed for their households.
func (h handlers) learnNames(ctx context.Context, g *GroupBuy, i *Import) error {
	homes, err := h.community.Households(ctx, g.Compound, g.Building)
	if err != nil {
		return err
	}
	type naming struct {
		name string
		door community.Door
	}
	var fresh []naming
	known := knownNames(homes)
	for _, e := range i.Review.Entries {
		if e.Name == "" || e.Door == nil || e.Action == chain.Ignore || known[e.Name] == *e.Door {
			continue
		}
		known[e.Name] = *e.Door
		fresh = append(fresh, naming{e.Name, *e.Door})
	}
	return inParallel(fresh, func(n naming) error {
		_, err := h.community.UpdateHousehold(ctx, community.HouseholdID(g.Compound, n.door), func(home *community.Household) error {
			if !slices.Contains(home.Names, n.name) {
				home.Learn(n.name)
			}
			return nil
		})
		return err
	})
}
