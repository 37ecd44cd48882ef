package fulfillment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"baimi/app/fault"
	"baimi/app/people"
	"baimi/orders"
)

// ChangeRun changes a run and tells those concerned.
func (f *Fulfillment) ChangeRun(ctx context.Context, id string, change func(*Run, time.Time) error) (Run, error) {
	now := f.now()
	r, err := f.Runs.Update(ctx, id, func(r *Run) error { return change(r, now) })
	if err != nil {
		return r, err
	}
	return r, f.drainRun(ctx, r)
}

// drainRun tells rounds, deliveries and other runs what happened in this one; what
// fails is told another time.
func (f *Fulfillment) drainRun(ctx context.Context, r Run) error {
	var failed error
	var told []Effect
	for _, e := range r.Effects {
		if e.Kind == tellDraft {
			continue // see offerDrafts
		}
		if err := f.tellOfRun(ctx, &r, e); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		told = append(told, e)
	}
	if len(told) == 0 {
		return failed
	}
	_, err := f.Runs.Alter(ctx, r.ID, func(now *Run) error {
		for _, e := range told {
			now.Told(e)
		}
		if slices.Contains(told, Effect{Kind: tellMoved}) {
			now.joined(r.Off)
		}
		return nil
	})
	return errors.Join(failed, err)
}

func (f *Fulfillment) tellOfRun(ctx context.Context, r *Run, e Effect) error {
	switch e.Kind {
	case tellMoved:
		return f.bringOff(ctx, r)
	case tellLearn:
		return f.learn(ctx, r)
	case tellHanded:
		s, err := r.stop(e.Of)
		if err != nil {
			return nil // it has been moved to another run
		}
		return f.tellHanded(ctx, r.ID, s)
	case tellBroken:
		return f.people.TellHolders(ctx, people.Grant{Role: people.Coordinator, Scope: r.Compound}, r.brokenOff(f.now()))
	}
	return fmt.Errorf("nobody tells %q", e.Kind)
}

// bringOff takes the stops that have left a run to where they go: the deliveries
// learn it first, because they have the last word. A run that can take no more
// leaves them at the gate.
func (f *Fulfillment) bringOff(ctx context.Context, r *Run) error {
	on := boardings{}
	for _, o := range r.Off {
		on.add(r.ID, o.To, &o.Stop)
	}
	told, err := f.board(ctx, on)
	if err != nil {
		return err
	}
	for _, o := range r.Off {
		if o.To == "" || !o.carried(told) {
			continue
		}
		if err := f.bringOn(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// carried tells whether the deliveries have the stop in the run that it joins.
func (o Off) carried(told map[string]BulkDelivery) bool {
	return slices.ContainsFunc(o.Stop.Parcels, func(p Carried) bool { return told[p.Delivery].Parcels[p.Index].Run == o.To })
}

func (f *Fulfillment) bringOn(ctx context.Context, o Off) error {
	joined, err := f.join(ctx, o)
	if err != nil {
		return err
	}
	on := boardings{}
	if !joined {
		on.add(o.To, "", &o.Stop)
	} else {
		on.add(o.To, o.To, &o.Stop)
	}
	told, err := f.board(ctx, on)
	if err != nil || !joined {
		return err
	}
	return f.unlessCarried(ctx, o, told)
}

// join puts a stop into the run that it goes to; false if that takes no more.
func (f *Fulfillment) join(ctx context.Context, o Off) (bool, error) {
	to, err := f.Runs.Get(ctx, o.To)
	if err != nil {
		return false, unlessGone(err)
	}
	w, err := f.wayFor(ctx, &to)
	if err != nil {
		return false, err
	}
	_, err = f.Runs.Update(ctx, o.To, func(to *Run) error {
		if err := to.Add(o.Stop, "", f.now()); err != nil {
			return err
		}
		w.time(to)
		return nil
	})
	return err == nil, unlessGone(err)
}

func unlessGone(err error) error {
	if kind := fault.KindOf(err); kind == fault.NotFound || fault.Is(err, "run_state") {
		return nil
	}
	return err
}

// unlessCarried takes a stop out of the run that it joined where its deliveries
// say otherwise: it had been moved on before.
func (f *Fulfillment) unlessCarried(ctx context.Context, o Off, told map[string]BulkDelivery) error {
	elsewhere := func(p Carried) bool { return told[p.Delivery].Parcels[p.Index].Run != o.To }
	if !slices.ContainsFunc(o.Stop.Parcels, elsewhere) {
		return nil
	}
	_, err := f.Runs.Update(ctx, o.To, func(to *Run) error {
		to.keep(func(p Carried) bool { return !slices.ContainsFunc(o.Stop.Parcels, p.same) || !elsewhere(p) })
		return nil
	})
	return err
}

// boardings are the parcels of each delivery that change runs.
type boardings map[string][]Boarding

func (b boardings) add(from, to string, s *Stop) {
	for _, p := range s.Parcels {
		all := b[p.Delivery]
		i := slices.IndexFunc(all, func(o Boarding) bool { return o.From == from && o.To == to && o.Tries == s.Tries })
		if i < 0 {
			i = len(all)
			all = append(all, Boarding{From: from, To: to, Tries: s.Tries})
		}
		all[i].Parcels = append(all[i].Parcels, p.Index)
		b[p.Delivery] = all
	}
}

// board tells the deliveries which parcels are in which run, and gives what they
// then say themselves.
func (f *Fulfillment) board(ctx context.Context, on boardings) (map[string]BulkDelivery, error) {
	now, told := f.now(), map[string]BulkDelivery{}
	for id, all := range on {
		d, err := f.Deliveries.Update(ctx, id, func(d *BulkDelivery) error { return d.Board(all, now) })
		if err != nil {
			return nil, err
		}
		told[id] = d
	}
	return told, nil
}

// tellHanded tells of each parcel that it can.
func (f *Fulfillment) tellHanded(ctx context.Context, run string, s *Stop) error {
	var failed error
	for _, p := range s.Parcels {
		failed = errors.Join(failed, f.tellParcel(ctx, run, s, p))
	}
	return failed
}

func (f *Fulfillment) tellParcel(ctx context.Context, run string, s *Stop, p Carried) error {
	outcome, handed := s.settled()
	err := f.tellDelivery(ctx, run, p, outcome)
	if fault.Is(err, "parcel_elsewhere") {
		return nil
	}
	if err != nil {
		return err
	}
	quantity := int64(0)
	if handed {
		quantity = p.Quantity
	}
	part := orders.Part{Delivery: p.Delivery, Household: s.ID, Item: p.Item, Lot: p.Lot}
	_, err = f.orders.GroupBuys.Update(ctx, p.GroupBuy, func(g *orders.GroupBuy) error {
		return g.Hand(part, quantity, outcome, f.now())
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// tellDelivery tells how a parcel ended. Where the delivery does not know yet that
// the parcel has joined this run, the run that it left tells it first.
func (f *Fulfillment) tellDelivery(ctx context.Context, run string, p Carried, outcome string) error {
	hand := func(d *BulkDelivery) error { return d.Hand(run, p.Index, outcome, f.now()) }
	_, err := f.Deliveries.Update(ctx, p.Delivery, hand)
	if !fault.Is(err, "parcel_elsewhere") {
		return err
	}
	d, err := f.Deliveries.Get(ctx, p.Delivery)
	if err != nil {
		return err
	}
	left, err := f.Runs.Get(ctx, d.Parcels[p.Index].Run)
	if err != nil || !left.goesTo(run, p) {
		return d.Hand(run, p.Index, outcome, f.now())
	}
	if err := f.bringOff(ctx, &left); err != nil {
		return err
	}
	_, err = f.Deliveries.Update(ctx, p.Delivery, hand)
	return err
}
