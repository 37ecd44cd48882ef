package orders

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Share is how a campaign keeps the fastest finger from taking all.
type Share string

const (
	PerBuilding Share = "equal"   // each building gets the same part of an item's units
	ByLot       Share = "lottery" // everybody may ask; the market draws, and publishes its seed
)

// Campaign is the same round for every building of a compound, opened at one
// stated time, each with its own leader; bounded by 400 buildings. Its rounds
// are made one by one after it; a crash in between is mended by Wake.
//
//	announced ─▶ running     every building has its round
//	    └───────────┴─▶ cancelled
type Campaign struct {
	db.Doc
	Compound string          `json:"compound"`
	Title    string          `json:"title"`
	By       string          `json:"by"` // account of the coordinator
	Share    Share           `json:"share"`
	State    CampaignState   `json:"state"`
	Terms    GroupBuy        `json:"terms"` // what every round offers; an item's Most is for the whole compound, and none where lots are drawn
	Rounds   []CampaignRound `json:"rounds"`
	Recalled *Event          `json:"recalled,omitempty"` // who cancelled it, when and why
	Wake     *time.Time      `json:"wake,omitempty"`     // until its rounds are all open, or all called off
}

// CampaignState is where a campaign stands.
type CampaignState string

const (
	CampaignAnnounced CampaignState = "announced"
	CampaignRunning   CampaignState = "running"
	CampaignCancelled CampaignState = "cancelled"
)

// CampaignRound is one building's round, and who leads it.
type CampaignRound struct {
	Building string `json:"building"`
	GroupBuy string `json:"group_buy"`
	Leader   string `json:"leader"` // account; the coordinator where the building has no leader
}

// Check refuses a campaign that could not be fair.
func (c *Campaign) Check(now time.Time) error {
	if c.Share != PerBuilding && c.Share != ByLot {
		return fault.New(fault.Invalid, "share_unknown", "Please choose equal or lottery.").At("body.share", "equal or lottery")
	}
	for i, it := range c.Terms.Items {
		if c.Share == ByLot && it.Most > 0 {
			return fault.New(fault.Invalid, "share_by_lot", "Lots are drawn for what suppliers have. Please leave the number of units open, or share it equally.").
				At(fmt.Sprintf("body.items[%d].most", i), "nothing where lots are drawn")
		}
		if c.Share == PerBuilding && it.Most == 0 {
			return fault.New(fault.Invalid, "share_of_what", "Please say how many units of each item there are to share, or draw lots instead.").
				At(fmt.Sprintf("body.items[%d].most", i), "at least one a building")
		}
		if c.Share == PerBuilding && it.Most < int64(len(c.Rounds)) {
			return fault.New(fault.Invalid, "share_too_small", "%d units are less than one for each of %d buildings; draw lots instead.", it.Most, len(c.Rounds)).
				With("units", it.Most).With("buildings", len(c.Rounds)).At(fmt.Sprintf("body.items[%d].most", i), "at least one a building")
		}
	}
	return c.Terms.Check(now)
}

// round makes the terms of the n-th building's round.
func (c *Campaign) round(n int) GroupBuy {
	r := c.Rounds[n]
	g := c.Terms
	g.Doc = db.Doc{ID: r.GroupBuy}
	g.Campaign, g.Compound, g.Building, g.Leader = c.ID, c.Compound, r.Building, r.Leader
	g.Items = slices.Clone(c.Terms.Items)
	for i := range g.Items {
		if c.Share == ByLot {
			g.Rule = Lottery
		} else {
			g.Items[i].Most = c.part(n, g.Items[i].Most)
		}
	}
	return g
}

// part is the n-th building's equal part of an item's units. What does not
// divide goes one by one to the buildings that come first in an order drawn
// from the campaign's id, which anybody can draw again: by the first eight
// bytes of SHA-256 of "campaign/building".
func (c *Campaign) part(n int, units int64) int64 {
	rank := 0
	for i := range c.Rounds {
		if i != n && cmp.Or(cmp.Compare(c.draw(i), c.draw(n)), cmp.Compare(i, n)) < 0 {
			rank++
		}
	}
	buildings := int64(len(c.Rounds))
	part := units / buildings
	if int64(rank) < units%buildings {
		part++
	}
	return part
}

func (c *Campaign) draw(n int) uint64 {
	sum := sha256.Sum256([]byte(c.ID + "/" + c.Rounds[n].Building))
	return binary.BigEndian.Uint64(sum[:])
}

// Announce stores a campaign for every building of its compound, or for the
// buildings that are named, and opens their rounds.
func (o *Orders) Announce(ctx context.Context, c Campaign, buildings []string) (Campaign, error) {
	estate, err := o.community.Compound(ctx, c.Compound)
	if err != nil {
		return c, err
	}
	if err := o.enlist(ctx, &c, &estate, buildings); err != nil {
		return c, err
	}
	if c.Terms.Currency == "" {
		c.Terms.Currency = estate.Currency
	}
	if err := o.describe(ctx, &c.Terms); err != nil {
		return c, err
	}
	now := o.now().UTC()
	if err := c.Check(now); err != nil {
		return c, err
	}
	c.State, c.Wake = CampaignAnnounced, &now
	stored, err := o.campaigns.Insert(ctx, c)
	if fault.KindOf(err) == fault.Conflict {
		stored, err = o.campaigns.Get(ctx, c.ID)
	}
	if err != nil {
		return c, err
	}
	return o.run(ctx, stored)
}

// enlist lists the campaign's buildings in natural order, each with its leader.
func (o *Orders) enlist(ctx context.Context, c *Campaign, estate *community.Compound, buildings []string) error {
	if len(buildings) == 0 {
		for _, b := range estate.Buildings {
			buildings = append(buildings, b.No)
		}
	}
	buildings = slices.Clone(buildings)
	slices.SortFunc(buildings, community.Natural)
	for _, b := range slices.Compact(buildings) {
		if _, ok := estate.Building(b); !ok {
			return fault.New(fault.Invalid, "building_unknown", "The compound has no building %q.", b).With("building", b).At("body.buildings", "unknown")
		}
		leaders, err := o.people.Holders(ctx, people.Grant{Role: people.Leader, Scope: c.Compound + "/" + b})
		if err != nil {
			return err
		}
		r := CampaignRound{Building: b, GroupBuy: Word(c.ID + "/" + b), Leader: c.By}
		if len(leaders) > 0 {
			r.Leader = leaders[0].ID
		}
		c.Rounds = append(c.Rounds, r)
	}
	return nil
}

// run makes and opens the rounds that are still missing, or calls off those of a
// campaign that is cancelled. Each step may be done twice.
func (o *Orders) run(ctx context.Context, c Campaign) (Campaign, error) {
	if c.State == CampaignCancelled {
		return o.callOff(ctx, c)
	}
	for n, r := range c.Rounds {
		if _, err := o.Draft(ctx, c.round(n)); err != nil {
			return c, err
		}
		_, err := o.Update(ctx, r.GroupBuy, func(g *GroupBuy, now time.Time) error {
			if g.State != Draft {
				return nil
			}
			return g.Publish(c.By, now)
		})
		if err != nil {
			return c, err
		}
	}
	now := o.now().UTC()
	return o.campaigns.Update(ctx, c.ID, func(c *Campaign) error {
		if c.State == CampaignCancelled {
			c.Wake = &now // what was opened meanwhile is called off too
			return nil
		}
		c.State, c.Wake = CampaignRunning, nil
		return nil
	})
}

// Recall cancels a campaign and every round of it that can still be cancelled.
func (o *Orders) Recall(ctx context.Context, id, by, reason string) (Campaign, error) {
	now := o.now().UTC()
	c, err := o.campaigns.Update(ctx, id, func(c *Campaign) error {
		c.State, c.Wake = CampaignCancelled, &now
		if c.Recalled == nil {
			c.Recalled = &Event{At: now, Kind: string(CampaignCancelled), By: by, Text: reason}
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	return o.callOff(ctx, c)
}

// callOff cancels the rounds of a cancelled campaign. What cannot be cancelled at
// this moment, because it is being matched, is left for the next time.
func (o *Orders) callOff(ctx context.Context, c Campaign) (Campaign, error) {
	var left error
	for _, r := range c.Rounds {
		_, err := o.Update(ctx, r.GroupBuy, func(g *GroupBuy, now time.Time) error { return g.Cancel(c.Recalled.By, c.Recalled.Text, now) })
		if fault.KindOf(err) != fault.NotFound && !fault.Is(err, "round_state") {
			left = errors.Join(left, err)
		}
	}
	if left != nil {
		return c, left
	}
	return o.campaigns.Update(ctx, c.ID, func(c *Campaign) error { c.Wake = nil; return nil })
}

// resume goes on with campaigns whose rounds are not all open, or called off, yet. One that cannot
// go on keeps neither the others nor any round waiting.
func (o *Orders) resume(ctx context.Context, now time.Time) error {
	half, err := db.All(o.campaigns.Find(ctx, db.Query{}.UpTo("wake", now).Limit(20)))
	if err != nil {
		return err
	}
	for _, c := range half {
		_, err := o.run(ctx, c)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return err
		}
		slog.Error("a campaign is left for the next time", "campaign", c.ID, "error", err)
		_, err = o.campaigns.Update(ctx, c.ID, func(c *Campaign) error {
			if c.Wake != nil {
				c.Wake = new(now.Add(nextTime).UTC())
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
