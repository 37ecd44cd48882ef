package fulfillment

import (
	"context"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
)

type deliveriesQuery struct {
	Supplier string `query:"supplier" maxLength:"64"`
	Compound string `query:"compound" maxLength:"64"`
}

type deliveryList struct{ Body []DeliveryView }

func (h handlers) deliveries(ctx context.Context, in *deliveriesQuery) (*deliveryList, error) {
	me := people.From(ctx)
	q := db.Where("supplier", in.Supplier)
	if in.Compound != "" {
		q = db.Where("compound", in.Compound)
	}
	if in.Compound != "" && !me.Is(people.Coordinator, in.Compound) || in.Compound == "" && !me.Is(people.Supplier, in.Supplier) {
		return nil, notFound()
	}
	out := &deliveryList{Body: []DeliveryView{}}
	for d, err := range h.Deliveries.Find(ctx, q.Desc("day").Limit(200)) {
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, d.View(me).withoutPhoto())
	}
	return out, nil
}

type deliveryView struct{ Body DeliveryView }

func (h handlers) seen(ctx context.Context, id string) (BulkDelivery, error) {
	d, err := h.Deliveries.Get(ctx, id)
	if err == nil && !d.Sees(people.From(ctx)) {
		return d, notFound()
	}
	return d, err
}

func (h handlers) delivery(ctx context.Context, in *byID) (*deliveryView, error) {
	d, err := h.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &deliveryView{d.View(people.From(ctx))}, nil
}

func (h handlers) change(ctx context.Context, id string, role people.Role, change func(d *BulkDelivery, by string, now time.Time) error) (*deliveryView, error) {
	me := people.From(ctx)
	d, err := h.ChangeDelivery(ctx, id, func(d *BulkDelivery, now time.Time) error {
		if !d.Sees(me) || role == people.Supplier && !me.Is(role, d.Supplier) || role == people.Coordinator && !me.Is(role, d.Compound) {
			return notFound()
		}
		return change(d, me.Account, now)
	})
	if err != nil {
		return nil, err
	}
	return &deliveryView{d.View(me)}, nil
}

func (h handlers) confirm(ctx context.Context, in *byID) (*deliveryView, error) {
	return h.change(ctx, in.ID, people.Supplier, (*BulkDelivery).Confirm)
}

func (h handlers) dispatch(ctx context.Context, in *byID) (*deliveryView, error) {
	return h.change(ctx, in.ID, people.Supplier, (*BulkDelivery).Dispatch)
}

type whyRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Why string `json:"why" minLength:"1" maxLength:"300"`
	}
}

func (h handlers) refuse(ctx context.Context, in *whyRequest) (*deliveryView, error) {
	return h.change(ctx, in.ID, "", func(d *BulkDelivery, by string, now time.Time) error {
		return d.Refuse(by, in.Body.Why, now)
	})
}

type gateRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Gate string `json:"gate" maxLength:"64" doc:"One of the compound's gates; empty: its first."`
	}
}

func (h handlers) redirect(ctx context.Context, in *gateRequest) (*deliveryView, error) {
	d, err := h.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	site, err := h.community.Compound(ctx, d.Compound)
	if err != nil {
		return nil, err
	}
	gate, err := site.NamedGate(in.Body.Gate)
	if err != nil {
		return nil, err
	}
	return h.change(ctx, in.ID, people.Coordinator, func(d *BulkDelivery, by string, now time.Time) error { return d.Redirect(gate, by, now) })
}

type receiptRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Counts []Count `json:"counts" maxItems:"200"`
		Photo  string  `json:"photo,omitempty" maxLength:"400000" doc:"A data: URL, 300 KB at most."`
		Note   string  `json:"note,omitempty" maxLength:"500"`
		Unsaid bool    `json:"unsaid,omitempty" doc:"This is the delivery, though its supplier has not said that it left."`
		Plan   bool    `json:"plan,omitempty" doc:"Plan its runs at once, for those who help right now."`
	}
}

func (h handlers) count(ctx context.Context, in *receiptRequest) (*deliveryView, error) {
	d, err := h.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := h.substitutes(ctx, &d, in.Body.Counts)
	if err != nil {
		return nil, err
	}
	v, err := h.change(ctx, in.ID, people.Coordinator, func(d *BulkDelivery, by string, now time.Time) error {
		return d.Count(GateReceipt{By: by, Counts: slices.Clone(in.Body.Counts), Unsaid: in.Body.Unsaid, Photo: in.Body.Photo, Note: in.Body.Note}, s, now)
	})
	if err != nil || !in.Body.Plan {
		return v, err
	}
	_, _, err = h.Split(ctx, people.NewID(ctx), community.GateID(v.Body.Compound, v.Body.Gate), []string{in.ID}, nil, people.From(ctx).Account, Effort)
	if err := unlessNobody(err); err != nil {
		return nil, err
	}
	return h.delivery(ctx, &byID{ID: in.ID})
}
