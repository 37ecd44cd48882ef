package orders

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// nextTime is when what could not be done is tried again.
const nextTime = 30 * time.Second

// Due does what has become due: it closes rounds whose time has come, and
// carries out the effects that rounds have caused. Settle makes the payments of
// a round follow it; recall has its market plan again without it. A round that
// cannot be served is left for the next time and does not stop the others.
func (o *Orders) Due(ctx context.Context, now time.Time, settle func(ctx context.Context, groupBuy string) error, recall func(ctx context.Context, market, groupBuy string) error) error {
	if err := o.resume(ctx, now); err != nil {
		return err
	}
	due, err := db.All(o.GroupBuys.Find(ctx, db.Query{}.UpTo("wake", now).Limit(200)))
	if err != nil {
		return err
	}
	for _, g := range due {
		err := o.attend(ctx, &g, now, settle, recall)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			continue
		}
		slog.Error("a group buy is left for the next time", "group_buy", g.ID, "error", err)
		if _, err := o.GroupBuys.Alter(ctx, g.ID, func(g *GroupBuy) error { g.later(now); return nil }); err != nil {
			return err
		}
	}
	return nil
}

// later has a round wait that could not be attended to, so that it does not stand
// before the others at every beat. What happens to it meanwhile is seen to at once.
func (g *GroupBuy) later(now time.Time) {
	if g.Wake != nil && !now.Before(*g.Wake) {
		g.Wake = new(now.Add(nextTime).UTC())
	}
}

func (o *Orders) attend(ctx context.Context, g *GroupBuy, now time.Time, settle func(context.Context, string) error, recall func(context.Context, string, string) error) error {
	if g.Due(now) {
		closed, err := o.Close(ctx, g.ID, "")
		if err != nil && !fault.Is(err, "round_not_due") {
			return err
		}
		if err == nil {
			g = &closed
		}
	}
	told := o.notify(ctx, g, now)
	var recalled, settled error
	if slices.ContainsFunc(g.Effects, func(e Effect) bool { return e.Kind == effectRecall }) {
		recalled = recall(ctx, g.Market, g.ID)
	}
	if slices.ContainsFunc(g.Effects, func(e Effect) bool { return e.Kind == EffectMoney }) {
		settled = settle(ctx, g.ID) // which takes its effects off itself
	}
	done := slices.DeleteFunc(slices.Clone(g.Effects), func(e Effect) bool {
		return e.Kind == EffectMoney || e.Kind == effectRecall && recalled != nil || e.notice() && told != nil
	})
	_, err := o.GroupBuys.Update(ctx, g.ID, func(g *GroupBuy) error {
		g.Effects = slices.DeleteFunc(g.Effects, func(e Effect) bool {
			return slices.ContainsFunc(done, func(d Effect) bool { return d.ID == e.ID })
		})
		g.Wake = nil
		g.schedule(now)
		return nil
	})
	return errors.Join(told, recalled, settled, err)
}

// notify tells people what the round's effects ask for. A notice's id is its
// effect's, so that telling twice tells once.
func (o *Orders) notify(ctx context.Context, g *GroupBuy, now time.Time) error {
	if !slices.ContainsFunc(g.Effects, Effect.notice) {
		return nil
	}
	homes, err := o.homes(ctx, g)
	if err != nil {
		return err
	}
	for _, e := range g.Effects {
		if !e.notice() {
			continue
		}
		for account, household := range g.readers(e, homes) {
			n := people.Notice{
				Doc:     db.Doc{ID: g.ID + ":" + e.ID + ":" + account},
				Account: account, Kind: e.Kind, Link: "/group-buys/" + g.ID, At: now.UTC(),
				Params: map[string]string{"title": g.Title, "household": household},
			}
			for k, v := range e.Numbers {
				n.Params[k] = strconv.FormatInt(v, 10)
			}
			if err := o.people.Tell(ctx, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// homes gives the accounts that live behind each door of the round's building.
func (o *Orders) homes(ctx context.Context, g *GroupBuy) (map[string][]string, error) {
	households, err := o.community.Households(ctx, g.Compound, g.Building)
	if err != nil {
		return nil, err
	}
	homes := map[string][]string{}
	for _, h := range households {
		homes[h.ID] = h.Residents
	}
	return homes, nil
}

// readers are the accounts that an effect is for, each with its household: who
// joined, who lives behind the door, who ordered for it and who pays (who know
// of the ordering itself), and what concerns everybody also the leader.
func (g *GroupBuy) readers(e Effect, homes map[string][]string) map[string]string {
	if e.Account != "" {
		return map[string]string{e.Account: e.Household}
	}
	all := map[string]string{}
	add := func(household string, accounts ...string) {
		for _, a := range accounts {
			if _, known := all[a]; a != "" && !known {
				all[a] = household
			}
		}
	}
	if e.Household == "" {
		add("", g.Leader)
	}
	for _, p := range slices.Concat(g.Participants, g.Waiting) {
		if e.Household != "" && p.Household != e.Household {
			continue
		}
		add(p.Household, p.Account)
		add(p.Household, homes[p.Household]...)
		if p.Proxy != nil && e.Kind != orderedForYou {
			add(p.Household, p.Proxy.Payer, p.Proxy.By)
		}
	}
	return all
}
