package fulfillment

import (
	"cmp"
	"context"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Work is what a volunteer has carried at a compound in the last four weeks, as
// it was planned. It is for sharing the next runs fairly, and ranks nobody.
type Work struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Runs    int64  `json:"runs"`
	Seconds int64  `json:"seconds"`
	Floors  int64  `json:"floors" doc:"Climbed by stairs."`
	Grams   int64  `json:"grams"`
}

const (
	fourWeeks    = 28 * 24 * time.Hour
	floorSeconds = 10 // what a floor adds to a volunteer's work, beside its time
	kiloSeconds  = 6  // what a kilogram adds
)

// effort brings time, floors and weight together, in seconds.
func effort(seconds, floors, grams int64) int64 {
	return seconds + floors*floorSeconds + grams*kiloSeconds/1000
}

func (w *Work) effort() int64 { return effort(w.Seconds, w.Floors, w.Grams) }

// Volunteers are the compound's couriers, by name, with what they have carried.
func (f *Fulfillment) Volunteers(ctx context.Context, compound string) ([]Work, error) {
	holders, err := f.people.Holders(ctx, people.Grant{Role: people.Courier, Scope: compound})
	if err != nil {
		return nil, err
	}
	all := []Work{}
	for _, a := range holders {
		all = append(all, Work{Account: a.ID, Name: cmp.Or(a.Name, people.Mask(a.Contact()))})
	}
	for r, err := range f.Runs.Find(ctx, db.Where("compound", compound).From("created", f.now().Add(-fourWeeks))) {
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(w Work) bool { return w.Account == r.Courier })
		if i >= 0 && r.State != Withdrawn {
			all[i].Runs++
			all[i].Seconds += r.Seconds
			all[i].Floors += r.Floors
			all[i].Grams += r.Grams
		}
	}
	slices.SortFunc(all, func(a, b Work) int {
		return cmp.Or(community.Natural(a.Name, b.Name), cmp.Compare(a.Account, b.Account))
	})
	return all, nil
}

// worked is what each account has done, where teams name who is there.
func (f *Fulfillment) worked(ctx context.Context, compound string, teams []Team) (map[string]int64, error) {
	if !slices.ContainsFunc(teams, func(t Team) bool { return len(t.Who) > 0 }) {
		return nil, nil
	}
	all, err := f.Volunteers(ctx, compound)
	worked := map[string]int64{}
	for i := range all {
		worked[all[i].Account] = all[i].effort()
	}
	return worked, err
}

// Propose says for whom the run would be; anybody may still take it.
func (r *Run) Propose(account string) error {
	if r.State != Offered {
		return r.wrongState("changed")
	}
	r.For = account
	return nil
}

// propose proposes an offered run to one of the compound's couriers, and tells them.
func (f *Fulfillment) propose(ctx context.Context, id, compound, account string) error {
	holders, err := f.people.Holders(ctx, people.Grant{Role: people.Courier, Scope: compound})
	if err != nil {
		return err
	}
	if account != "" && !slices.ContainsFunc(holders, func(a people.Account) bool { return a.ID == account }) {
		return fault.New(fault.Invalid, "no_courier_here", "This is no courier of the compound.").At("body.account", "unknown")
	}
	if _, err := f.ChangeRun(ctx, id, func(r *Run, _ time.Time) error { return r.Propose(account) }); err != nil || account == "" {
		return err
	}
	return f.people.Tell(ctx, people.Notice{
		Doc: db.Doc{ID: "proposed:" + id + ":" + account}, Account: account, Kind: "run_proposed", Params: map[string]string{}, Link: "/runs/" + id, At: f.now(),
	})
}
