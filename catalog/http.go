package catalog

import (
	"context"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Routes registers the package's operations. Where a compound is decides who reaches it.
func (c *Catalog) Routes(r *people.Router, places *community.Community) {
	h := handlers{c, places}
	sellers := people.Only(people.Supplier, people.Operator)
	people.Route(r, people.SignedIn, "GET /products", "What can be ordered.", h.products)
	people.Route(r, people.SignedIn, "GET /products/{id}", "One product.", h.product)
	people.Route(r, people.Only(people.Operator), "POST /products", "Add a product.", h.addProduct)
	people.Route(r, people.Only(people.Operator), "PUT /products/{id}", "Change a product.", h.changeProduct)
	people.Route(r, people.SignedIn, "GET /suppliers", "Who sells.", h.suppliers)
	people.Route(r, sellers, "GET /suppliers/{id}", "One supplier, with its reach and trips, as itself and operators see it.", h.supplier)
	people.Route(r, people.Only(people.Operator), "POST /suppliers", "Add a supplier.", h.addSupplier)
	people.Route(r, sellers, "PUT /suppliers/{id}", "Change a supplier's names, place, trips and windows.", h.changeSupplier)
	people.Route(r, people.SignedIn, "GET /lots", "What is on offer: for a compound in its reach, of one product, or all.", h.offers)
	people.Route(r, people.SignedIn, "GET /lots/{id}", "One lot.", h.offer)
	people.Route(r, sellers, "GET /suppliers/{id}/lots", "A supplier's lots, newest first, with what deliveries have reserved.", h.stock)
	people.Route(r, people.Only(people.Supplier), "POST /lots", "Post a lot.", h.post)
	people.Route(r, people.Only(people.Supplier), "PUT /lots/{id}", "Correct a lot: what deliveries have reserved stays, and so do its prices.", h.correct)
	people.Route(r, people.Only(people.Supplier), "POST /lots/{id}/withdraw", "Take a lot off offer; what is confirmed stays promised, the rest is planned again.", h.withdraw)
}

type handlers struct {
	*Catalog
	places *community.Community
}

type none struct{}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

func notFound() error {
	return fault.New(fault.NotFound, "not_found", "There is nothing here for you.")
}

type productList struct{ Body []Product }

func (h handlers) products(ctx context.Context, _ *none) (*productList, error) {
	all, err := db.All(h.Products.Find(ctx, db.Query{}.Limit(2000)))
	return &productList{append([]Product{}, all...)}, err
}

type productView struct{ Body Product }

func (h handlers) product(ctx context.Context, in *byID) (*productView, error) {
	p, err := h.Products.Get(ctx, in.ID)
	return &productView{p}, err
}

// ProductTerms is what an operator says about a product.
type ProductTerms struct {
	NameZh      string   `json:"name_zh" maxLength:"80"`
	NameEn      string   `json:"name_en" maxLength:"80"`
	Unit        string   `json:"unit" maxLength:"20"`
	Grams       int64    `json:"grams"`
	Millilitres int64    `json:"millilitres"`
	CaseSize    int64    `json:"case_size"`
	Handling    Handling `json:"handling,omitempty" enum:",fragile,chilled,frozen,hot,medicine"`
}

func (t ProductTerms) set(p *Product) error {
	p.NameZh, p.NameEn, p.Unit = t.NameZh, t.NameEn, t.Unit
	p.Grams, p.Millilitres, p.CaseSize, p.Handling = t.Grams, t.Millilitres, t.CaseSize, t.Handling
	return p.Validate()
}

type newProduct struct {
	Body struct {
		ID string `json:"id,omitempty" pattern:"^[A-Za-z0-9-]{1,40}$" doc:"Chosen by the operator, or made."`
		ProductTerms
	}
}

func (h handlers) addProduct(ctx context.Context, in *newProduct) (*productView, error) {
	p := Product{Doc: db.Doc{ID: in.Body.ID}}
	if err := in.Body.set(&p); err != nil {
		return nil, err
	}
	p, err := add(ctx, h.Products, in.Body.ID, p, func(p *Product, id string) { p.ID = id })
	return &productView{p}, err
}

// add inserts a document under the id that was chosen, which must be free, or
// under the request's own, which makes sending it twice harmless.
func add[T any](ctx context.Context, c *db.Collection[T], chosen string, doc T, name func(*T, string)) (T, error) {
	if chosen != "" {
		return c.Insert(ctx, doc)
	}
	id := people.NewID(ctx)
	name(&doc, id)
	return once(ctx, c, id, doc)
}

type changedProduct struct {
	ID   string `path:"id" maxLength:"64"`
	Body ProductTerms
}

func (h handlers) changeProduct(ctx context.Context, in *changedProduct) (*productView, error) {
	p, err := h.Products.Update(ctx, in.ID, in.Body.set)
	return &productView{p}, err
}

// Seller is what everybody sees of a supplier.
type Seller struct {
	ID      string   `json:"id"`
	NameZh  string   `json:"name_zh"`
	NameEn  string   `json:"name_en"`
	Windows []string `json:"windows"`
}

type sellerList struct{ Body []Seller }

func (h handlers) suppliers(ctx context.Context, _ *none) (*sellerList, error) {
	out := &sellerList{Body: []Seller{}}
	for s, err := range h.Suppliers.Find(ctx, db.Query{}.Limit(2000)) {
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, Seller{s.ID, s.NameZh, s.NameEn, s.Windows})
	}
	return out, nil
}

// sells tells whether the actor acts for a supplier.
func sells(a people.Actor, supplier string) bool {
	return a.Is(people.Supplier, supplier) || a.Has(people.Operator)
}

type supplierView struct{ Body Supplier }

func (h handlers) supplier(ctx context.Context, in *byID) (*supplierView, error) {
	if !sells(people.From(ctx), in.ID) {
		return nil, notFound()
	}
	s, err := h.Suppliers.Get(ctx, in.ID)
	return &supplierView{s}, err
}

// SupplierTerms is what is said about a supplier.
type SupplierTerms struct {
	NameZh          string   `json:"name_zh" maxLength:"80"`
	NameEn          string   `json:"name_en" maxLength:"80"`
	Lon             int64    `json:"lon" doc:"Micro-degrees."`
	Lat             int64    `json:"lat" doc:"Micro-degrees."`
	RadiusMetres    int64    `json:"radius,omitempty" doc:"How far it drives; 0 is any distance."`
	TripCost        int64    `json:"trip_cost,omitempty" doc:"Minor units a trip; weighs plans, charged to nobody."`
	TripGrams       int64    `json:"trip_grams,omitempty"`
	TripMillilitres int64    `json:"trip_millilitres,omitempty"`
	MaxTrips        int64    `json:"max_trips,omitempty"`
	ActivationCost  int64    `json:"activation_cost,omitempty"`
	Windows         []string `json:"windows,omitempty" doc:"am, pm, evening; empty is any."`
}

func (t SupplierTerms) set(s *Supplier) error {
	s.NameZh, s.NameEn, s.Lon, s.Lat, s.RadiusMetres = t.NameZh, t.NameEn, t.Lon, t.Lat, t.RadiusMetres
	s.TripCost, s.TripGrams, s.TripMillilitres = t.TripCost, t.TripGrams, t.TripMillilitres
	s.MaxTrips, s.ActivationCost, s.Windows = t.MaxTrips, t.ActivationCost, append([]string{}, t.Windows...)
	return s.Validate()
}

type newSupplier struct {
	Body struct {
		ID string `json:"id,omitempty" pattern:"^[A-Za-z0-9-]{1,40}$" doc:"Chosen by the operator, or made."`
		SupplierTerms
	}
}

func (h handlers) addSupplier(ctx context.Context, in *newSupplier) (*supplierView, error) {
	s := Supplier{Doc: db.Doc{ID: in.Body.ID}}
	if err := in.Body.set(&s); err != nil {
		return nil, err
	}
	s, err := add(ctx, h.Suppliers, in.Body.ID, s, func(s *Supplier, id string) { s.ID = id })
	return &supplierView{s}, err
}

type changedSupplier struct {
	ID   string `path:"id" maxLength:"64"`
	Body SupplierTerms
}

func (h handlers) changeSupplier(ctx context.Context, in *changedSupplier) (*supplierView, error) {
	if !sells(people.From(ctx), in.ID) {
		return nil, notFound()
	}
	s, err := h.Suppliers.Update(ctx, in.ID, in.Body.set)
	return &supplierView{s}, err
}

// LotOffer is what everybody in reach sees of a lot: what is left, and not who took the rest.
type LotOffer struct {
	ID         string     `json:"id"`
	Supplier   string     `json:"supplier"`
	Product    string     `json:"product"`
	Quantity   int64      `json:"quantity"`
	Available  int64      `json:"available"`
	CaseSize   int64      `json:"case_size"`
	MinPerDrop int64      `json:"min_per_drop"`
	Currency   string     `json:"currency"`
	Tiers      []Tier     `json:"tiers"`
	Windows    []string   `json:"windows"`
	BestBefore *time.Time `json:"best_before,omitempty"`
	Chilled    bool       `json:"chilled"`
	Note       string     `json:"note,omitempty"`
	State      LotState   `json:"state" enum:"posted,exhausted,withdrawn,expired"`
	PostedAt   time.Time  `json:"posted_at"`
}

// Offer gives the lot without its reservations.
func (l *Lot) Offer() LotOffer {
	return LotOffer{
		l.ID, l.Supplier, l.Product, l.Quantity, l.Available(), l.CaseSize, l.MinPerDrop, l.Currency,
		l.Tiers, l.Windows, l.BestBefore, l.Chilled, l.Note, l.State, l.PostedAt,
	}
}

type offersQuery struct {
	Compound string `query:"compound" maxLength:"64"`
	Product  string `query:"product" maxLength:"64"`
}

type offerList struct{ Body []LotOffer }

func (h handlers) offers(ctx context.Context, in *offersQuery) (*offerList, error) {
	lots, err := h.onOffer(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &offerList{Body: []LotOffer{}}
	for _, l := range lots {
		out.Body = append(out.Body, l.Offer())
	}
	slices.SortStableFunc(out.Body, func(a, b LotOffer) int { return b.PostedAt.Compare(a.PostedAt) })
	return out, nil
}

func (h handlers) onOffer(ctx context.Context, in *offersQuery) ([]Lot, error) {
	if in.Compound == "" {
		return h.Offered(ctx, in.Product)
	}
	place, err := h.places.Compound(ctx, in.Compound)
	if err != nil {
		return nil, err
	}
	return h.InReach(ctx, place.ID, place.Lon, place.Lat, in.Product)
}

type offerView struct{ Body LotOffer }

func (h handlers) offer(ctx context.Context, in *byID) (*offerView, error) {
	l, err := h.Lots.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &offerView{l.Offer()}, nil
}

type lotList struct{ Body []Lot }

func (h handlers) stock(ctx context.Context, in *byID) (*lotList, error) {
	if !sells(people.From(ctx), in.ID) {
		return nil, notFound()
	}
	lots, err := db.All(h.Lots.Find(ctx, db.Where("supplier", in.ID).Desc("posted_at").Limit(200)))
	return &lotList{append([]Lot{}, lots...)}, err
}

type newLot struct {
	Body struct {
		Supplier string `json:"supplier" maxLength:"64"`
		Product  string `json:"product" maxLength:"64"`
		Currency string `json:"currency" maxLength:"3"`
		LotTerms
	}
}

type lotView struct{ Body Lot }

func (h handlers) post(ctx context.Context, in *newLot) (*lotView, error) {
	b := in.Body
	if !people.From(ctx).Is(people.Supplier, b.Supplier) {
		return nil, notFound()
	}
	if err := h.places.Exist(ctx, b.Area...); err != nil {
		return nil, err
	}
	l := Lot{Doc: db.Doc{ID: people.NewID(ctx)}, Supplier: b.Supplier, Product: b.Product, Currency: b.Currency}
	b.set(&l)
	l, err := h.Post(ctx, l)
	return &lotView{l}, err
}

type correctedLot struct {
	ID   string `path:"id" maxLength:"64"`
	Body LotTerms
}

func (h handlers) correct(ctx context.Context, in *correctedLot) (*lotView, error) {
	l, err := h.Lots.Get(ctx, in.ID)
	if err == nil && !people.From(ctx).Is(people.Supplier, l.Supplier) {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	if err := h.places.Exist(ctx, in.Body.Area...); err != nil {
		return nil, err
	}
	l, err = h.Correct(ctx, l, in.Body)
	return &lotView{l}, err
}

func (h handlers) withdraw(ctx context.Context, in *byID) (*lotView, error) {
	actor := people.From(ctx)
	l, err := h.Lots.Update(ctx, in.ID, func(l *Lot) error {
		if !actor.Is(people.Supplier, l.Supplier) {
			return notFound()
		}
		return l.Withdraw()
	})
	return &lotView{l}, err
}
