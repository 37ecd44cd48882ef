package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
	"baimi/catalog"
	"baimi/orders"
)

// cargo is everything that an import brings, checked and not yet stored.
type cargo struct {
	now        time.Time
	digest     string // of the files
	found      *findings
	compounds  map[string]*community.Compound
	products   map[string]*catalog.Product
	suppliers  map[string]*catalog.Supplier
	lots       map[string]*catalog.Lot
	households map[string]*community.Household
	groupBuys  map[string]*orders.GroupBuy
	lines      int
	units      int64
}

// csvFile is one of the files, the columns that it must and may have, and what a row of it brings.
type csvFile struct {
	file    string
	columns string
	more    string
	each    func(*cargo, row)
}

// gatesFile is there for compounds of several gates, and may be left out.
const gatesFile = "gates.csv"

// tables are the files, in the order in which one names another's rows.
var tables = []csvFile{
	{"compounds.csv", "compound name_zh name_en lon lat", "currency timezone prefixes lane_zh lane_en building_zh building_en unit_zh unit_en room_zh room_en never_units pair_is_unit", (*cargo).compound},
	{gatesFile, "compound gate name_zh name_en lon lat", "", (*cargo).gate},
	{"buildings.csv", "compound building lon lat floors units doors_per_floor lift", "gate lane aliases more_rooms", (*cargo).building},
	{"products.csv", "product name_zh name_en unit grams millilitres case_size handling", "", (*cargo).product},
	{"suppliers.csv", "supplier name_zh name_en lon lat radius_km trip_cost trip_grams trip_millilitres", "windows", (*cargo).supplier},
	{"lots.csv", "supplier product available case_size min_per_drop unit_price tiers", "currency windows area best_before chilled note", (*cargo).lot},
	{"orders.csv", "compound building unit room product quantity max_unit_price priority", "", (*cargo).order},
}

// readCargo reads the files that there are and checks them against one another.
func readCargo(files map[string][]byte, now time.Time) (*cargo, error) {
	c := &cargo{
		now: now, digest: digestOf(files), found: &findings{},
		compounds: map[string]*community.Compound{}, products: map[string]*catalog.Product{},
		suppliers: map[string]*catalog.Supplier{}, lots: map[string]*catalog.Lot{},
		households: map[string]*community.Household{}, groupBuys: map[string]*orders.GroupBuy{},
	}
	for _, t := range tables {
		if body, there := files[t.file]; there {
			readTable(t.file, body, strings.Fields(t.columns), strings.Fields(t.more), c.found, func(r row) { t.each(c, r) })
		}
	}
	c.checkCompounds()
	return c, c.found.err()
}

// fresh tells whether a row's document is the first of its id.
func fresh[T any](r row, column, id string, known map[string]*T) bool {
	if known[id] != nil {
		r.wrong(column, "%s is listed twice", id)
		return false
	}
	return id != ""
}

func (c *cargo) compound(r row) {
	id := r.name("compound")
	lon, lat := r.degrees("lon", 180), r.degrees("lat", 90)
	if !fresh(r, "compound", id, c.compounds) {
		return
	}
	c.compounds[id] = &community.Compound{
		Doc: db.Doc{ID: id}, NameZh: strings.Clone(r.text("name_zh")), NameEn: strings.Clone(r.text("name_en")), Lon: lon, Lat: lat,
		Currency: r.or("currency", "CNY"), Timezone: r.or("timezone", "Asia/Shanghai"), Form: r.form(),
	}
}

func (c *cargo) gate(r row) {
	g := community.Gate{
		ID: r.name("gate"), NameZh: strings.Clone(r.text("name_zh")), NameEn: strings.Clone(r.text("name_en")),
		Lon: r.degrees("lon", 180), Lat: r.degrees("lat", 90),
	}
	in := c.compounds[r.name("compound")]
	if in == nil {
		r.wrong("compound", "%q is not in compounds.csv", r.text("compound"))
		return
	}
	in.Gates = append(in.Gates, g)
}

// form reads how addresses are written in a compound.
func (r row) form() community.AddressForm {
	return community.AddressForm{
		Prefixes: r.list("prefixes"), LaneZh: r.or("lane_zh", ""), LaneEn: r.or("lane_en", ""),
		BuildingZh: r.or("building_zh", ""), BuildingEn: r.or("building_en", ""),
		UnitZh: r.or("unit_zh", ""), UnitEn: r.or("unit_en", ""), RoomZh: r.or("room_zh", ""), RoomEn: r.or("room_en", ""),
		NeverUnits: r.yes("never_units"), PairIsUnit: r.yes("pair_is_unit"),
	}
}

func (c *cargo) building(r row) {
	id, no, lane := r.name("compound"), r.name("building"), r.or("lane", "")
	if lane != "" && !strings.HasPrefix(no, lane+"-") {
		no = lane + "-" + no
	}
	b := community.Building{
		No: no, Lane: lane, Aliases: r.list("aliases"), MoreRooms: r.list("more_rooms"), Lon: r.degrees("lon", 180), Lat: r.degrees("lat", 90), Floors: r.between("floors", 99),
		Units: r.between("units", 20), DoorsPerFloor: r.between("doors_per_floor", 99), Lift: r.yes("lift"),
		Gate: r.or("gate", ""),
	}
	in := c.compounds[id]
	if in == nil {
		r.wrong("compound", "%q is not in compounds.csv", id)
		return
	}
	if _, twice := in.Building(no); twice {
		r.wrong("building", "%s of %s is listed twice", no, id)
		return
	}
	in.Buildings = append(in.Buildings, b)
}

// checkCompounds gives compounds that list no gate the one where they lie, and checks them all.
func (c *cargo) checkCompounds() {
	for _, id := range sortedKeys(c.compounds) {
		in := c.compounds[id]
		if len(in.Gates) == 0 {
			in.Gates = []community.Gate{{ID: "gate", NameZh: "大门", NameEn: "Gate", Lon: in.Lon, Lat: in.Lat}}
		}
		if err := in.Validate(); err != nil {
			for _, field := range fault.As(err).At("", err.Error()).Fields[:1] {
				c.found.add(Finding{File: "buildings.csv", Reason: id + ": " + field.Message})
			}
		}
	}
}

func (c *cargo) product(r row) {
	before := r.table.found.total
	p := &catalog.Product{
		Doc: db.Doc{ID: r.name("product")}, NameZh: strings.Clone(r.text("name_zh")), NameEn: strings.Clone(r.text("name_en")), Unit: r.name("unit"),
		Grams: r.whole("grams", 0), Millilitres: r.whole("millilitres", 0), CaseSize: r.whole("case_size", 1),
		Handling: handling(r.text("handling")),
	}
	r.valid(before, p.Validate(), "product", nil)
	if fresh(r, "product", p.ID, c.products) {
		c.products[p.ID] = p
	}
}

var handlings = map[string]catalog.Handling{
	"普通": catalog.Ordinary, "常温": catalog.Ordinary, "易碎": catalog.Fragile, "冷藏": catalog.Chilled, "冷冻": catalog.Frozen,
	"热食": catalog.Hot, "药品": catalog.Medicine,
}

func handling(word string) catalog.Handling {
	if h, ok := handlings[word]; ok {
		return h
	}
	return catalog.Handling(strings.ToLower(word))
}

func (c *cargo) supplier(r row) {
	before := r.table.found.total
	s := &catalog.Supplier{
		Doc: db.Doc{ID: r.name("supplier")}, NameZh: strings.Clone(r.text("name_zh")), NameEn: strings.Clone(r.text("name_en")),
		Lon: r.degrees("lon", 180), Lat: r.degrees("lat", 90), RadiusMetres: r.metres("radius_km"),
		TripCost: r.whole("trip_cost", 0), TripGrams: r.whole("trip_grams", 0), TripMillilitres: r.whole("trip_millilitres", 0),
		Windows: r.windows(),
	}
	r.valid(before, s.Validate(), "supplier", nil)
	if fresh(r, "supplier", s.ID, c.suppliers) {
		c.suppliers[s.ID] = s
	}
}

func (c *cargo) lot(r row) {
	before := r.table.found.total
	supplier, product := r.name("supplier"), r.name("product")
	l := &catalog.Lot{
		Supplier: supplier, Product: product, Quantity: r.whole("available", 1), CaseSize: r.whole("case_size", 1),
		MinPerDrop: r.whole("min_per_drop", 0), Currency: r.or("currency", "CNY"), Tiers: r.tiers(),
		Windows: r.windows(), Area: append([]string{}, r.list("area")...), BestBefore: r.moment("best_before"), Chilled: r.yes("chilled"), Note: r.or("note", ""),
		State: catalog.Posted, PostedAt: c.now, Reservations: []catalog.Reservation{},
	}
	l.ID = supplier + "." + product
	for n := 2; c.lots[l.ID] != nil; n++ {
		l.ID = fmt.Sprintf("%s.%s.%d", supplier, product, n)
	}
	for _, id := range l.Area {
		if c.compounds[id] == nil {
			r.wrong("area", "%q is not in compounds.csv", id)
		}
	}
	if c.suppliers[supplier] == nil {
		r.wrong("supplier", "%q is not in suppliers.csv", supplier)
	}
	if p := c.products[product]; p == nil {
		r.wrong("product", "%q is not in products.csv", product)
	} else {
		l.Chilled = l.Chilled || p.Cold()
	}
	r.valid(before, l.Validate(c.now), "tiers", map[string]string{"quantity": "available"})
	c.lots[l.ID] = l
}

// plain undoes what a Chinese keyboard does to colons and semicolons.
var plain = strings.NewReplacer("：", ":", "；", ";")

// tiers reads from:unit_price;… ; an empty column is the one unit_price.
func (r row) tiers() []catalog.Tier {
	text := r.text("tiers")
	if text == "" {
		return []catalog.Tier{{From: 1, UnitPrice: r.whole("unit_price", 0)}}
	}
	var tiers []catalog.Tier
	for _, step := range strings.Split(strings.TrimSuffix(plain.Replace(text), ";"), ";") {
		from, price, _ := strings.Cut(step, ":")
		f, err1 := strconv.ParseInt(strings.TrimSpace(from), 10, 64)
		p, err2 := strconv.ParseInt(strings.TrimSpace(price), 10, 64)
		if err1 != nil || err2 != nil {
			r.wrong("tiers", "%q is not from:unit_price", step)
			continue
		}
		tiers = append(tiers, catalog.Tier{From: f, UnitPrice: p})
	}
	return tiers
}

var windows = map[string]string{"上午": "am", "早上": "am", "下午": "pm", "晚上": "evening", "傍晚": "evening"}

// windows reads am;pm;evening, or 上午;下午;晚上; empty is any.
func (r row) windows() []string {
	all := []string{}
	for _, w := range r.list("windows") {
		all = append(all, cmp.Or(windows[w], strings.ToLower(w)))
	}
	return all
}

var needs = map[string]community.Need{
	"elderly": community.Elderly, "infant": community.Infant, "illness": community.Illness,
	"老人": community.Elderly, "老年": community.Elderly, "老年人": community.Elderly, "高龄": community.Elderly,
	"婴儿": community.Infant, "婴幼儿": community.Infant, "幼儿": community.Infant,
	"病人": community.Illness, "患者": community.Illness, "疾病": community.Illness, "生病": community.Illness,
}

func (c *cargo) order(r row) {
	before := r.table.found.total
	compound, product := c.compounds[r.text("compound")], c.products[r.text("product")]
	quantity, cap := r.whole("quantity", 1), r.whole("max_unit_price", 0)
	if product == nil {
		r.wrong("product", "%q is not in products.csv", r.text("product"))
	}
	if compound == nil {
		r.wrong("compound", "%q is not in compounds.csv", r.text("compound"))
		return
	}
	door := c.door(r, compound)
	if r.table.found.total == before {
		c.join(r, compound, c.household(r, compound, door), product, quantity, cap)
	}
}

// door gives the door that a row's building, unit and room name: as they stand,
// or as the address that they make.
func (c *cargo) door(r row, compound *community.Compound) community.Door {
	door := community.Door{Building: strings.Clone(r.text("building")), Unit: strings.Clone(r.text("unit")), Room: strings.Clone(r.text("room"))}
	if compound.Has(door) {
		return door
	}
	for _, column := range []string{"building", "room"} {
		if r.text(column) == "" {
			r.wrong(column, "is empty")
			return door
		}
	}
	reading := compound.Read(addressOf(compound, door))
	if reading.Door != nil && reading.Rest == "" {
		return *reading.Door
	}
	if _, known := compound.Building(door.Building); !known && (reading.Doubt == community.NoSuchBuilding || reading.Doubt == community.NoAddress) {
		r.wrong("building", "%s has no building %s", compound.ID, door.Building)
		return door
	}
	if len(reading.Candidates) == 0 {
		r.wrong("room", "%s has no door %s", compound.ID, door)
		return door
	}
	near := make([]string, 0, 3)
	for _, d := range reading.Candidates[:min(3, len(reading.Candidates))] {
		near = append(near, d.String())
	}
	r.wrong("room", "%s has no door %s; is it %s", compound.ID, door, strings.Join(near, ", "))
	return door
}

// addressOf writes a row's door as a person would.
func addressOf(c *community.Compound, d community.Door) string {
	text := d.Building
	if _, known := c.Building(d.Building); known {
		text = c.BuildingLabel(d.Building, "zh")
	}
	if d.Unit != "" {
		text += strings.TrimSuffix(d.Unit, "单元") + "单元"
	}
	return text + strings.TrimSuffix(d.Room, "室") + "室"
}

func (c *cargo) household(r row, compound *community.Compound, door community.Door) *community.Household {
	id := community.HouseholdID(compound.ID, door)
	h := c.households[id]
	if h == nil {
		h, _ = compound.NewHousehold(door) // the door is there: checked by the caller
		c.households[id] = h
	}
	word := strings.ToLower(r.text("priority"))
	need, known := needs[word]
	if word != "" && !known {
		r.wrong("priority", "%q is not elderly, infant, illness or empty", word)
	}
	if known && !slices.Contains(h.Needs, need) {
		h.Needs = append(h.Needs, need)
	}
	return h
}

// join puts a line into the building's group buy.
func (c *cargo) join(r row, compound *community.Compound, h *community.Household, product *catalog.Product, quantity, cap int64) {
	g := c.groupBuy(compound, h.Building)
	i := slices.IndexFunc(g.Items, func(i orders.Item) bool { return i.ID == product.ID })
	if i < 0 {
		i = len(g.Items)
		g.Items = append(g.Items, orders.Item{
			ID: product.ID, Product: product.ID, NameZh: product.NameZh, NameEn: product.NameEn, Unit: product.Unit, CaseSize: 1,
		})
	}
	g.Items[i].UnitCap = max(g.Items[i].UnitCap, cap)
	p := slices.IndexFunc(g.Participants, func(p orders.Participant) bool { return p.Household == h.ID })
	if p < 0 {
		p = len(g.Participants)
		g.Participants = append(g.Participants, orders.Participant{
			Household: h.ID, Unit: h.Unit, Room: h.Room, Joined: c.now, Lines: []orders.Line{},
		})
	}
	at := &g.Participants[p]
	at.Priority = max(at.Priority, h.Priority())
	if slices.ContainsFunc(at.Lines, func(l orders.Line) bool { return l.Item == product.ID }) {
		r.wrong("product", "%s of %s is listed twice", product.ID, h.ID)
		return
	}
	at.Lines = append(at.Lines, orders.Line{
		Item: product.ID, Quantity: quantity, UnitCap: cap, Served: []orders.Served{}, Reasons: []orders.Reason{},
	})
	c.lines++
	c.units += quantity
}

// groupBuyID follows from the files and the building, and cannot be guessed
// without the files: it is the word in the link.
func (c *cargo) groupBuyID(scope string) string {
	sum := sha256.Sum256([]byte(c.digest + scope))
	return hex.EncodeToString(sum[:12])
}

func (c *cargo) groupBuy(compound *community.Compound, building string) *orders.GroupBuy {
	scope := compound.ID + "/" + building
	if g := c.groupBuys[scope]; g != nil {
		return g
	}
	closes := c.now.Add(24 * time.Hour)
	g := &orders.GroupBuy{
		Doc:      db.Doc{ID: c.groupBuyID(scope)},
		Compound: compound.ID, Building: building, Scope: scope, Leader: people.CommandLine,
		Title: compound.BuildingLabel(building, "zh"), Currency: compound.Currency, State: orders.Open,
		Opens: c.now, Closes: closes, Wake: &closes, OnFail: orders.Pool, Rule: orders.Equal,
		Participants: []orders.Participant{}, Waiting: []orders.Participant{}, History: []orders.Event{}, Effects: []orders.Effect{},
	}
	c.groupBuys[scope] = g
	return g
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(community.Natural(a, b), cmp.Compare(a, b)) })
	return keys
}
