package main

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/catalog"
)

var demoProducts = []catalog.Product{
	{Doc: db.Doc{ID: "veg-10"}, NameZh: "蔬菜包 10斤", NameEn: "Vegetable pack 5 kg", Unit: "pack", Grams: 5000, Millilitres: 18000, CaseSize: 1},
	{Doc: db.Doc{ID: "egg-30"}, NameZh: "鸡蛋 30枚", NameEn: "Eggs, tray of 30", Unit: "tray", Grams: 2000, Millilitres: 9000, CaseSize: 6, Handling: catalog.Fragile},
	{Doc: db.Doc{ID: "pork-2"}, NameZh: "猪肉 4斤", NameEn: "Pork 2 kg", Unit: "pack", Grams: 2000, Millilitres: 3000, CaseSize: 1, Handling: catalog.Chilled},
	{Doc: db.Doc{ID: "milk-12"}, NameZh: "牛奶 12盒", NameEn: "Milk, 12 x 250 ml", Unit: "case", Grams: 3200, Millilitres: 4500, CaseSize: 1},
	{Doc: db.Doc{ID: "rice-5"}, NameZh: "大米 10斤", NameEn: "Rice 5 kg", Unit: "bag", Grams: 5000, Millilitres: 6500, CaseSize: 4},
	{Doc: db.Doc{ID: "fruit-3"}, NameZh: "水果包 6斤", NameEn: "Fruit pack 3 kg", Unit: "pack", Grams: 3000, Millilitres: 9000, CaseSize: 1},
	{Doc: db.Doc{ID: "dinner"}, NameZh: "热晚餐 一份", NameEn: "Hot dinner", Unit: "meal", Grams: 600, Millilitres: 1500, CaseSize: 1, Handling: catalog.Hot},
}

var demoSuppliers = []catalog.Supplier{
	{Doc: db.Doc{ID: "S-GREEN"}, NameZh: "青禾农场", NameEn: "Qinghe Farm", Lon: 121_620_000, Lat: 31_150_000, RadiusMetres: 60_000, TripCost: 18_000, TripGrams: 1_500_000, TripMillilitres: 8_000_000, Windows: []string{"am", "pm"}},
	{Doc: db.Doc{ID: "S-MARKET"}, NameZh: "江桥批发", NameEn: "Jiangqiao Wholesale", Lon: 121_330_000, Lat: 31_250_000, RadiusMetres: 40_000, TripCost: 12_000, TripGrams: 1_000_000, TripMillilitres: 6_000_000, Windows: []string{"am", "pm"}},
	{Doc: db.Doc{ID: "S-KITCHEN"}, NameZh: "邻里厨房", NameEn: "Neighbour Kitchen", Lon: 121_485_000, Lat: 31_235_000, RadiusMetres: 5_000, TripCost: 2_000, TripGrams: 100_000, TripMillilitres: 300_000, Windows: []string{"evening"}},
}

// demoLots are posted when the demo is seeded: stock, case, minimum a drop, and the price of one and of many.
var demoLots = []struct {
	supplier, product         string
	quantity, caseSize, least int64
	price, many, manyPrice    int64
	days                      int
}{
	{"S-GREEN", "veg-10", 600, 1, 30, 5200, 100, 4800, 4},
	{"S-GREEN", "egg-30", 360, 6, 12, 3100, 60, 2850, 14},
	{"S-GREEN", "fruit-3", 240, 1, 20, 5600, 80, 5200, 5},
	{"S-MARKET", "pork-2", 150, 1, 10, 9300, 50, 8800, 3},
	{"S-MARKET", "milk-12", 400, 1, 10, 5800, 100, 5400, 30},
	{"S-MARKET", "rice-5", 320, 4, 8, 4200, 80, 3900, 0},
	{"S-MARKET", "egg-30", 180, 6, 6, 3300, 60, 3150, 14},
	{"S-KITCHEN", "dinner", 120, 1, 5, 2200, 40, 2000, 1},
}

// seedStock posts what the demo's suppliers have.
func (d *domains) seedStock(ctx context.Context) error {
	if err := d.catalog.Products.InsertMissing(ctx, demoProducts); err != nil {
		return err
	}
	if err := d.catalog.Suppliers.InsertMissing(ctx, demoSuppliers); err != nil {
		return err
	}
	now := d.now().UTC()
	for _, l := range demoLots {
		lot := catalog.Lot{
			Doc: db.Doc{ID: "demo." + l.supplier + "." + l.product}, Supplier: l.supplier, Product: l.product, Currency: "CNY",
			Quantity: l.quantity, CaseSize: l.caseSize, MinPerDrop: l.least, Windows: []string{}, Area: []string{},
			Tiers: []catalog.Tier{{From: 1, UnitPrice: l.price}, {From: l.many, UnitPrice: l.manyPrice}},
		}
		if l.days > 0 {
			best := now.Add(time.Duration(l.days) * 24 * time.Hour).Truncate(time.Hour)
			lot.BestBefore = &best
		}
		if _, err := d.catalog.Post(ctx, lot); err != nil {
			return err
		}
	}
	return nil
}
