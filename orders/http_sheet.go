package orders

import (
	"bytes"
	"context"
	"net/url"
	"slices"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/orders/chain"
)

// sheetRoutes registers what leaders do with spreadsheets; what is read goes the way of a chain.
func (h handlers) sheetRoutes(r *people.Router, leads people.Permission) {
	people.Route(r, leads, "POST /group-buys/{id}/sheets", "Read an exported sheet, xlsx or csv; nothing is ordered until its review is confirmed.", h.upload)
	people.Route(r, leads, "GET /group-buys/{id}/sheets", "The orders as a workbook to print, by building and room.", h.download)
}

type uploadSheet struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		File    string `json:"file" minLength:"1" maxLength:"200" doc:"Its name; where no column names the product, the name does."`
		Content []byte `json:"content" doc:"The file in base64; at most 5,000 rows are read."`
	}
}

func (h handlers) upload(ctx context.Context, in *uploadSheet) (*importView, error) {
	return h.read(ctx, in.ID, Import{Source: "sheet", File: in.Body.File}, func(c chain.Context) (*chain.Review, error) {
		return chain.ReadSheet(in.Body.File, in.Body.Content, c)
	})
}

type downloadSheet struct {
	ID       string `path:"id" maxLength:"64"`
	By       string `query:"by" enum:"list,building" default:"list" doc:"One list, or one sheet for each building."`
	Campaign bool   `query:"campaign" doc:"With the other rounds of its campaign, as far as you lead them."`
	Language string `query:"language" enum:"zh,en" default:"zh"`
}

type workbook struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (h handlers) download(ctx context.Context, in *downloadSheet) (*workbook, error) {
	g, err := h.led(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rounds := []GroupBuy{g}
	if in.Campaign && g.Campaign != "" {
		if rounds, err = h.campaignLed(ctx, g.Campaign); err != nil {
			return nil, err
		}
	}
	estate, err := h.community.Compound(ctx, g.Compound)
	if err != nil {
		return nil, err
	}
	c := chain.Context{Compound: &estate, Items: itemsOf(rounds)}
	var out bytes.Buffer
	form := chain.SheetForm{PerBuilding: in.By == "building", Language: in.Language}
	if err := chain.WriteSheet(&out, g.Title, h.sheetOrders(ctx, rounds), c, form); err != nil {
		return nil, err
	}
	return &workbook{
		ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		Disposition: "attachment; filename*=UTF-8''" + url.PathEscape(g.Title+".xlsx"),
		Body:        out.Bytes(),
	}, nil
}

// campaignLed gives the rounds of a campaign that the actor leads.
func (h handlers) campaignLed(ctx context.Context, campaign string) (rounds []GroupBuy, err error) {
	me := people.From(ctx)
	for g, err := range h.GroupBuys.Find(ctx, db.Where("campaign", campaign).Limit(community.MaxBuildings)) {
		if err != nil {
			return nil, err
		}
		if g.Sees(me) == Leads {
			rounds = append(rounds, g)
		}
	}
	return rounds, nil
}

// itemsOf gives the items of some rounds, each once.
func itemsOf(rounds []GroupBuy) (items []chain.Item) {
	for _, g := range rounds {
		for _, it := range g.Items {
			if !slices.ContainsFunc(items, func(o chain.Item) bool { return o.ID == it.ID }) {
				items = append(items, chain.Item{ID: it.ID, NameZh: it.NameZh, NameEn: it.NameEn, Units: chain.UnitWords(it.Unit)})
			}
		}
	}
	return items
}

// sheetOrders gives the orders of some rounds, phones with their middle hidden.
func (h handlers) sheetOrders(ctx context.Context, rounds []GroupBuy) (all []chain.Order) {
	for _, g := range rounds {
		for n, o := range g.chainOrders() {
			p := g.Participants[n]
			if o.Phone = h.contact(ctx, p.Phone, p.Account); o.Phone != "" {
				o.Phone = people.Mask(o.Phone)
			}
			all = append(all, o)
		}
	}
	return all
}
